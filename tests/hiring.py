"""Staff for tests: people, terminals, trainings, rights and sessions put into a directory, through its own guards.

Everybody's password is `PASSWORD`, hashed by Argon2 with the least possible work (settings stay as in production).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import argon2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction

from todoke.access import cli_sessions, standing
from todoke.access.cli_sessions import CliSession
from todoke.access.duties import ROWS, Duty
from todoke.access.factors.interface import Factor, FactorOutcome, ProofContext
from todoke.access.models import Employer, Grant, GrantState, Session, Staff, Terminal, TerminalKind, Training
from todoke.access.permissions import Actor, Role
from todoke.exchange.certificates import make_authority
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

PASSWORD = "correct horse battery"
TERMINAL = hashlib.sha256(b"terminal of the tests").hexdigest()
OTHER_TERMINAL = hashlib.sha256(b"another terminal").hexdigest()
ASKER, SETTER, CONFIRMER = "x001", "x002", "x003"
"""Section manager, administrator, another section manager: they stand behind every right that `hire` gives."""
LONG_AGO = date(2020, 4, 1)
FAR = date(2099, 3, 31)


@dataclass(frozen=True, kw_only=True)
class Right:
    """A right to be hired with. Without a duty: the first under which the role lies."""

    role: Role
    duty: Duty | None = None
    municipality: str = ""
    ward: str = ""


class QuickHasher(Argon2PasswordHasher):
    """The production hasher without its cost, for tests in which people choose passwords."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def hire(
    directory: str,
    people: dict[str, Sequence[Right | Role]],
    *,
    contract: str | None = None,
    trained_days_ago: int = 30,
) -> None:
    """Put people with confirmed rights, training and password into a directory; call again for more."""
    with transaction.atomic(using=directory):
        _foundation(directory)
        _enter(directory, list(people), contract, trained_days_ago)
        asked = [_grant(staff, right) for staff, rights in people.items() for right in rights]
        made = Grant.objects.using(directory).bulk_create(asked)
        rows = Grant.objects.using(directory).filter(pk__in=[grant.pk for grant in made])
        rows.update(state=GrantState.SET, set_by=SETTER, set_at=clock.now())
        rows.update(state=GrantState.CONFIRMED, confirmed_by=CONFIRMER, confirmed_at=clock.now())


def session(directory: str, staff_id: str, *, terminal: str = TERMINAL) -> str:
    """A live session, begun now with a second factor; returns its token."""
    token, now = secrets.token_urlsafe(32), clock.now()
    Session.objects.using(directory).create(
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        staff_id=staff_id,
        terminal_id=terminal,
        begun_at=now,
        seen_at=now,
        factor="passkey",
        factor_at=now,
    )
    return token


def actor(directory: str, staff_id: str) -> Actor:
    """The actor of a new session, as a request would find it (needs settings.TODOKE_DIRECTORY = `directory`)."""
    return standing.actor_for(session(directory, staff_id), terminal=TERMINAL)


def sit_down(directory: str, staff_id: str) -> str:
    """Sign somebody in by command, at this account's terminal, so that `--by` knows them; returns the token."""
    fingerprint = own_terminal(directory)
    token = session(directory, staff_id, terminal=fingerprint)
    cli_sessions.keep(staff_id, CliSession(terminal=cli_sessions.TERMINAL, token=token))
    return token


def own_terminal(directory: str) -> str:
    """The certificate and key of this account's terminal, registered; its fingerprint."""
    folder = Path(settings.TODOKE_TERMINALS_FOLDER)
    if not (folder / "cli.key").exists():
        folder.mkdir(parents=True, exist_ok=True)
        key, certificate = _certificate()
        (folder / "cli.key").write_bytes(key)
        (folder / "cli.pem").write_bytes(certificate)
    fingerprint = cli_sessions.fingerprint(cli_sessions.TERMINAL)
    _terminals(directory, {fingerprint: cli_sessions.TERMINAL})
    return fingerprint


@cache
def _certificate() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, make_authority(key, "terminal of the tests").public_bytes(Encoding.PEM)


def there(staff_id: str, context: ProofContext) -> FactorOutcome:
    """A second factor that is right."""
    return FactorOutcome(factor=Factor.PASSKEY)


def not_there(staff_id: str, context: ProofContext) -> FactorOutcome:
    """A second factor that is wrong."""
    return FactorOutcome(factor=Factor.FACE, refusal=TodokeError(ErrorCode.SIGN_IN_REFUSED))


@cache
def password_hash() -> str:
    """An Argon2 hash of `PASSWORD` that costs next to nothing; its own parameters stand in it."""
    return "argon2" + argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def _foundation(directory: str) -> None:
    """Two terminals, and the three people behind every right, by the bootstrap that an empty directory allows."""
    if Staff.objects.using(directory).filter(pk=ASKER).exists():
        return
    now = clock.now()
    _terminals(directory, {TERMINAL: "test-1", OTHER_TERMINAL: "test-2"})
    _enter(directory, [ASKER, SETTER, CONFIRMER], None)
    roles = {ASKER: Role.SECTION_MANAGER, SETTER: Role.ADMINISTRATOR, CONFIRMER: Role.SECTION_MANAGER}
    Grant.objects.using(directory).bulk_create(
        Grant(staff_id=staff, role=role.value, duty=Duty.ADMINISTRATION.value, valid_from=LONG_AGO, valid_until=FAR,
              origin="bootstrap", state=GrantState.CONFIRMED, requested_by="bootstrap", requested_at=now,
              set_by="bootstrap", set_at=now, confirmed_by="bootstrap", confirmed_at=now)
        for staff, role in roles.items()
    )  # fmt: skip


def _terminals(directory: str, named: dict[str, str]) -> None:
    Terminal.objects.using(directory).bulk_create(
        [
            Terminal(fingerprint=fingerprint, name=name, place="試験室", kind=TerminalKind.SCREEN,
                     valid_from=LONG_AGO, valid_until=FAR, registered_by=SETTER, registered_at=clock.now())
            for fingerprint, name in named.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _enter(directory: str, people: list[str], contract: str | None, trained_days_ago: int = 30) -> None:
    now = clock.now()
    Staff.objects.using(directory).bulk_create(
        Staff(staff_id=staff, name=f"試験 {staff}", kana=f"シケン {staff}", organisation="14100", section="試験課",
              employer=Employer.CONTRACTOR if contract else Employer.OWN, contract_id=contract,
              hired_on=LONG_AGO, imported_by="x000", imported_at=now,
              password=password_hash(), must_change=False, password_by=SETTER, password_at=now)
        for staff in people
    )  # fmt: skip
    Training.objects.using(directory).bulk_create(
        Training(
            staff_id=staff,
            kind=standing.TRAINING,
            held_on=clock.today() - timedelta(days=trained_days_ago),
            recorded_by=ASKER,
            recorded_at=now,
        )
        for staff in people
    )


def _grant(staff: str, right: Right | Role) -> Grant:
    wanted = right if isinstance(right, Right) else Right(role=right)
    duty = wanted.duty or next(duty for duty, row in ROWS.items() if wanted.role in row.roles)
    return Grant(
        staff_id=staff,
        role=wanted.role.value,
        duty=duty.value,
        municipality=wanted.municipality,
        ward=wanted.ward,
        valid_from=LONG_AGO,
        valid_until=FAR,
        requested_by=ASKER,
        requested_at=clock.now(),
    )
