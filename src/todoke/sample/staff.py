"""The invented staff enter an empty directory by the same steps as real ones: bootstrap, feed, three people per right.

Runs in a process of the realm. Everything may be run again after any stop. Random passwords and passphrases lie in
`<realm>/sample-sign-in.txt` (mode 600), for trials only.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from todoke.access import cli_actor, cli_sessions, cli_sign_in, directory, parties, passwords
from todoke.access.actions.apply_feed import apply_feed
from todoke.access.actions.bootstrap import bootstrap
from todoke.access.actions.check_feed import check_feed
from todoke.access.actions.confirm_grant import confirm_grant
from todoke.access.actions.issue_password import issue_password
from todoke.access.actions.record_training import record_training
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.actions.register_terminal import register_terminal
from todoke.access.actions.request_grant import request_grant
from todoke.access.actions.set_grant import set_grant
from todoke.access.cli_sign_in import Credentials
from todoke.access.duties import MUNICIPAL
from todoke.access.factors import enrolment, passkeys
from todoke.access.factors.cameras import PictureFile
from todoke.access.models import Contract, Grant, GrantState, Passkey, Staff, Terminal, TerminalKind
from todoke.access.permissions import STEP_UP_LIFE, Actor
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.layouts.personnel_v2022 import CONTRACTOR, OWN, PERSONNEL
from todoke.sample.people import CONTRACT, OFFICES, Office, Person
from todoke.sample.people import CONTRACTOR as COMPANY

_HIRED = date(2021, 4, 1)
_YEAR = timedelta(days=364)
_SECRETS = "sample-sign-in.txt"
_SECRET_COLUMNS = ("staff_id", "password", "passphrase", "issued")


def hire(*, terminals: Mapping[str, str], municipalities: Sequence[str]) -> None:
    """Enter everybody of this realm, with rights; sign in those who work in the demonstration.

    `terminals`: name → fingerprint; must hold the command's own (`cli`). `municipalities`: for officers of providers.
    """
    office, alias = _office(), directory.alias()
    _make_secrets(office)
    if not Staff.objects.using(alias).exists():
        own = [person for person in office.people if not person.contract]
        file = _roster(office, own, "personnel.csv")
        cli = {"name": cli_sessions.TERMINAL, "fingerprint": terminals[cli_sessions.TERMINAL]}
        issued = _secrets()
        bootstrap(file=file, roles=office.first_roles(), terminal=cli, by=parties.founder(),
                  issue=lambda staff_id: issued[staff_id]["issued"])  # fmt: skip
    for staff_id in (office.sets, office.asks, office.confirms, office.imports):
        sign_in(staff_id)
    _register(office, terminals)
    _contractors(office)
    record_training(
        staff_ids=[person.staff_id for person in office.people],
        held_on=clock.today(),
        by=cli_actor.actor(office.asks),
    )
    _give_rights(office, municipalities)
    for staff_id in office.at_work:
        sign_in(staff_id)


def sign_in(staff_id: str) -> None:
    """Sign an invented person in here, whatever that takes: first an issued password, an invitation, a passkey."""
    office = _office()
    if office.find(staff_id) is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="見本の職員ID")
    given = _credentials(staff_id)
    _enrol(office, given)
    cli_sign_in.sign_in(given)


def open_screens(staff_id: str, *, terminal: str, picture: Path | None = None) -> str:
    """Let an invented person sign in at a terminal's screen (試行): returns the password.

    The session by command, if any, ends. A picture of a face is linked as the second factor; without one the person
    is invited to register a passkey there within 15 minutes. NOT_FOUND for somebody who is not invented.
    """
    office, given = _office(), _credentials(staff_id)
    _enrol(office, given)
    administrator = _administrator(office, staff_id)
    if (
        cli_sessions.read(staff_id) is not None
    ):  # an administrator may have been signed in just now, to enter another
        cli_sign_in.sign_out(staff_id)
    if picture is not None:
        enrolment.link_face(staff_id=staff_id, camera=PictureFile(picture), by=administrator)
    else:
        passkeys.invite(staff_id=staff_id, terminal=terminal, by=administrator)
    return given.password


def keep_signed_in(staff_id: str) -> Actor:
    """The person, signed in again if the session has ended, with a second factor of late: for a long demonstration."""
    try:
        found = cli_actor.actor(staff_id)
    except TodokeError as error:
        if error.code is not ErrorCode.SESSION_OVER:
            raise
        sign_in(staff_id)
        return cli_actor.actor(staff_id)
    if found.verified_at is None or clock.now() - found.verified_at > STEP_UP_LIFE / 2:
        cli_sign_in.verify(staff_id, passphrase=_credentials(staff_id).passphrase)
        return cli_actor.actor(staff_id)
    return found


def _administrator(office: Office, staff_id: str) -> Actor:
    """An administrator at work here: the second one, where somebody is trying the screens as the first."""
    first, *others = office.administrators_for(staff_id)
    try:
        return keep_signed_in(first)
    except TodokeError as error:
        if error.code is not ErrorCode.SESSION_LIVE or not others:
            raise
        return keep_signed_in(others[0])


def secrets_of(staff_id: str) -> tuple[str, str]:
    """Password and passphrase of an invented person. NOT_FOUND."""
    given = _credentials(staff_id)
    return given.password, given.passphrase


def _enrol(office: Office, given: Credentials) -> None:
    """Whatever is still missing of the first use."""
    alias, staff_id = directory.alias(), given.staff_id
    person = Staff.objects.using(alias).get(pk=staff_id)
    if person.must_change:
        first = staff_id in office.first_roles()
        issued = (
            _secrets()[staff_id]["issued"]
            if first
            else issue_password(staff_id=staff_id, by=_administrator(office, staff_id))
        )
        old = Credentials(staff_id=staff_id, password=issued, passphrase=given.passphrase)
        cli_sign_in.replace_password(old, given.password)
    if not Passkey.objects.using(alias).filter(staff_id=staff_id).exists():
        cli_sessions.passkey_file(staff_id).unlink(missing_ok=True)
        if staff_id != office.sets:  # the administrator has the invitation of the bootstrap
            passkeys.invite(
                staff_id=staff_id, terminal=cli_sessions.TERMINAL, by=_administrator(office, staff_id)
            )
        cli_sign_in.register_passkey(given)


def _register(office: Office, terminals: Mapping[str, str]) -> None:
    """The terminals that are not on the register yet."""
    until, known = (
        clock.today() + _YEAR,
        set(Terminal.objects.using(directory.alias()).values_list("pk", flat=True)),
    )
    for name, fingerprint in terminals.items():
        if fingerprint not in known:
            register_terminal(fingerprint=fingerprint, name=name, place="試行用", kind=TerminalKind.SCREEN,
                              valid_until=until, by=keep_signed_in(office.sets))  # fmt: skip


def _contractors(office: Office) -> None:
    """The contract and its people, where the realm has any."""
    people = [person for person in office.people if person.contract]
    if not people:
        return
    if not Contract.objects.using(directory.alias()).filter(pk=CONTRACT).exists():
        terms = Terms(number=CONTRACT, contractor=COMPANY, valid_from=_HIRED, valid_until=clock.today() + _YEAR,
                      head_count=len(people))  # fmt: skip
        register_contract(terms=terms, by=keep_signed_in(office.sets))
    file, by = _roster(office, people, "contractor.csv"), cli_actor.actor(office.imports)
    apply_feed(file=file, digest=check_feed(file=file, by=by).digest, by=by)


def _give_rights(office: Office, municipalities: Sequence[str]) -> None:
    """Ask for every right that is not under way yet; then set and confirm all."""
    alias, today = directory.alias(), clock.today()
    rows = Grant.objects.using(alias)
    known = set(rows.values_list("staff_id", "role", "municipality"))
    asks = cli_actor.actor(office.asks)
    for person in office.people:
        for role, duty in person.rights:
            for place in municipalities if role in MUNICIPAL else ("",):
                if (person.staff_id, role.value, place) not in known:
                    request_grant(staff_id=person.staff_id, role=role, duty=duty, municipality=place, valid_from=today,
                                  valid_until=today + _YEAR, reason="見本", by=asks)  # fmt: skip
    if requested := list(rows.filter(state=GrantState.REQUESTED).values_list("pk", flat=True)):
        set_grant(grant_ids=requested, by=keep_signed_in(office.sets))
    if waiting := list(rows.filter(state=GrantState.SET).values_list("pk", flat=True)):
        confirm_grant(grant_ids=waiting, by=keep_signed_in(office.confirms))


def _office() -> Office:
    return OFFICES[directory.realm()]


def _roster(office: Office, people: Sequence[Person], name: str) -> Path:
    """A file of the personnel department, as it would hand it over."""
    file = _folder() / name
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(PERSONNEL.names)
        for one in people:
            employer = CONTRACTOR if one.contract else OWN
            writer.writerow([one.staff_id, one.name, one.kana, office.organisation, one.section, employer,
                             one.contract, _HIRED, _HIRED, ""])  # fmt: skip
    return file


def _make_secrets(office: Office) -> None:
    """Random passwords for everybody, once."""
    file = _folder() / _SECRETS
    if file.exists():
        return
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("\t".join(_SECRET_COLUMNS) + "\n")
        for person in office.people:
            made = (passwords.generate() for _ in range(3))
            out.write("\t".join((person.staff_id, *made)) + "\n")
    new.replace(file)


def _secrets() -> dict[str, dict[str, str]]:
    file = _folder() / _SECRETS
    try:
        with file.open(encoding="utf-8", newline="") as rows:
            return {row["staff_id"]: row for row in csv.DictReader(rows, delimiter="\t")}
    except FileNotFoundError:
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail="見本の職員がいません", todo="「todoke demo」を実行してください。"
        ) from None


def _credentials(staff_id: str) -> Credentials:
    row = _secrets().get(staff_id)
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="見本の職員ID")
    return Credentials(staff_id=staff_id, password=row["password"], passphrase=row["passphrase"])


def _folder() -> Path:
    return Path(settings.TODOKE_TERMINALS_FOLDER).parent
