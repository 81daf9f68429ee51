"""パスキー: WebAuthn registration and proof, for browsers (`passkey.js`) and for files (`passkey_file`).

JSON options go out, the authenticator's JSON comes back. A challenge is good once, for minutes, for one person at one
terminal. The library `webauthn` checks signature, RP ID, origin, user verification and counter.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.db import transaction
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from todoke.access import directory
from todoke.access.factors import challenges, checking
from todoke.access.factors.enrolment import at_work, other_person
from todoke.access.factors.interface import Factor, FactorOutcome, ProofContext, same_person_asked
from todoke.access.factors.passkey_file import MALFORMED, PasskeyFile
from todoke.access.models import Ceremony, Passkey
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.oplog.who import Who

INVITE: Final = Permission.ACCESS_PASSKEY_INVITE.value
REGISTER: Final = "access:passkey:register"
COPIED_PASSKEY: Final = "copied_passkey"
"""The counter of a passkey went back: somebody may hold a copy."""

_VERIFIED: Final = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, kw_only=True)
class Site:
    """Whom passkeys are for: the RP ID (a host name) and the origins its pages may have."""

    rp_id: str
    origins: tuple[str, ...]

    @classmethod
    def own(cls) -> Site:
        """This site, by `settings.TODOKE_ORIGINS`; SETUP_MISSING unless they are origins of one host name."""
        origins = tuple(settings.TODOKE_ORIGINS)
        hosts = {urlsplit(origin).hostname or "" for origin in origins}
        host = hosts.pop() if len(hosts) == 1 else ""
        if not host or host.replace(".", "").isdigit() or ":" in host:
            todo = "画面の URL（https://ホスト名）を設定してください。"
            raise TodokeError(
                ErrorCode.SETUP_MISSING, detail="パスキーに使う画面の URL が正しくありません", todo=todo
            )
        return cls(rp_id=host, origins=origins)


def invite(*, staff_id: str, terminal: str, by: Actor) -> None:
    """Let a person register a passkey at a terminal within 15 minutes (an administrator, never for oneself).

    `terminal` is the terminal's name. Errors: PERMISSION_DENIED, NOT_FOUND.
    """
    require(by, Permission.ACCESS_PASSKEY_INVITE)
    other_person(staff_id, by, Permission.ACCESS_PASSKEY_INVITE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        at_work(alias, staff_id)
        challenges.give(alias, Ceremony.REGISTER, staff_id, terminal, asked_by=by.staff_id)
        record(alias, by=by, verb=INVITE, subject=f"staff:{staff_id}:{terminal}")


def withdraw(*, staff_id: str, by: Actor) -> None:
    """Delete every passkey of a person, lost or copied ones among them. NOT_FOUND when there is none."""
    require(by, Permission.ACCESS_PASSKEY_INVITE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        deleted, _ = Passkey.objects.using(alias).filter(staff_id=staff_id).delete()
        if not deleted:
            raise TodokeError(ErrorCode.NOT_FOUND, what="登録されたパスキー")
        record(alias, by=by, verb=INVITE, subject=f"staff:{staff_id}:withdrawn")


def registration_options(*, by: Who) -> str:
    """Options for `navigator.credentials.create()` or a file, for the person at the terminal; CHALLENGE_SPENT
    unless an invitation of theirs is open there."""
    alias, site = directory.alias(), Site.own()
    invitation = challenges.waiting(alias, Ceremony.REGISTER, by)
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=f"届け {directory.realm()}",
        user_name=by.staff_id,
        user_id=hashlib.sha256(f"{directory.realm()}|{by.staff_id}".encode()).digest(),
        challenge=bytes(invitation.challenge),
        exclude_credentials=_descriptors(alias, by.staff_id, site),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_VERIFIED
        ),
    )
    return webauthn.options_to_json(options)


def register(*, response: str, by: Who) -> None:
    """Keep the new credential. Errors: CHALLENGE_SPENT, PASSKEY_REFUSED, ALREADY_DONE for a known credential."""
    alias, site = directory.alias(), Site.own()
    with transaction.atomic(using=alias):
        at_work(alias, by.staff_id)
        invitation = challenges.spend(alias, Ceremony.REGISTER, by, response)
    try:
        found = webauthn.verify_registration_response(
            credential=response,
            expected_challenge=bytes(invitation.challenge),
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, *MALFORMED) as error:
        raise _refused(error) from None
    with transaction.atomic(using=alias):
        at_work(alias, by.staff_id)
        _, made = Passkey.objects.using(alias).get_or_create(
            credential_id=found.credential_id,
            defaults={
                "staff_id": by.staff_id,
                "rp_id": site.rp_id,
                "public_key": found.credential_public_key,
                "sign_count": found.sign_count,
                "invited_by": invitation.asked_by,
                "registered_by": by.staff_id,
                "registered_at": clock.now(),
            },
        )
        if not made:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="このパスキーは登録済みです")
        record(alias, by=by, verb=REGISTER, subject=f"staff:{by.staff_id}")


def proof_options(*, who: Who) -> str:
    """Options for `navigator.credentials.get()` or a file, with a fresh challenge for this person at this terminal.

    For an ID without a passkey, too (with a made-up credential), so that the options tell nobody who has one.
    """
    alias, site = directory.alias(), Site.own()
    allowed = _descriptors(alias, who.staff_id, site)
    challenge = secrets.token_bytes(challenges.BYTES)
    if allowed:
        with transaction.atomic(using=alias):
            challenge = challenges.give(
                alias, Ceremony.VERIFY, who.staff_id, who.terminal, asked_by=who.staff_id
            )
    else:
        allowed = [PublicKeyCredentialDescriptor(id=_nobodys(who.staff_id))]
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id, challenge=challenge, allow_credentials=allowed, user_verification=_VERIFIED
    )
    return webauthn.options_to_json(options)


@dataclass(frozen=True)
class PasskeyProof:
    """The authenticator's answer to `proof_options`, as a `Proof`.

    Refusals: CHALLENGE_SPENT, PASSKEY_UNKNOWN (also for somebody else's), PASSKEY_REFUSED, FACTOR_WAIT, FACTOR_LOCKED.
    """

    response: str = field(repr=False)

    def __call__(self, staff_id: str, context: ProofContext) -> FactorOutcome:
        same_person_asked(staff_id, context)
        checking.outside_of_transactions(context.directory)
        site, alarms = Site.own(), list[str]()
        refusal = checking.counted(context, staff_id, lambda: self._check(context, site, alarms))
        alarm = alarms[0] if alarms else None
        return checking.settled(context, Factor.PASSKEY, refusal, alarm=alarm, detail=context.occasion.value)

    def _check(self, context: ProofContext, site: Site, alarms: list[str]) -> TodokeError | None:
        alias, who = context.directory, context.who
        challenge = challenges.spend(alias, Ceremony.VERIFY, who, self.response)
        passkey = (
            Passkey.objects.using(alias)
            .select_for_update()
            .filter(credential_id=_credential_of(self.response), staff_id=who.staff_id, rp_id=site.rp_id)
            .first()
        )
        if passkey is None:
            return TodokeError(ErrorCode.PASSKEY_UNKNOWN)
        try:
            found = webauthn.verify_authentication_response(
                credential=self.response,
                expected_challenge=bytes(challenge.challenge),
                expected_rp_id=site.rp_id,
                expected_origin=list(site.origins),
                credential_public_key=bytes(passkey.public_key),
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except (WebAuthnException, *MALFORMED) as error:
            return _refused(error)
        if (found.new_sign_count or passkey.sign_count) and found.new_sign_count <= passkey.sign_count:
            alarms.append(COPIED_PASSKEY)
            return TodokeError(ErrorCode.PASSKEY_REFUSED, detail="回数が戻っています。複製のおそれがあります")
        Passkey.objects.using(alias).filter(pk=passkey.pk).update(sign_count=found.new_sign_count)
        return None


@dataclass(frozen=True)
class FileProof:
    """A passkey file at this terminal, as a `Proof`: asks for options, lets the file answer, and checks the answer.

    Raises PASSKEY_FILE_INVALID when the file cannot answer; that is no failed try.
    """

    file: PasskeyFile

    def __call__(self, staff_id: str, context: ProofContext) -> FactorOutcome:
        same_person_asked(staff_id, context)
        checking.outside_of_transactions(context.directory)
        options = proof_options(who=context.who)
        return PasskeyProof(self.file.answer(options, origin=Site.own().origins[0]))(staff_id, context)


def register_file(file: PasskeyFile, *, by: Who) -> None:
    """Make a passkey file for the invited person at this terminal. Errors: as `registration_options`, `register`."""
    options = registration_options(by=by)
    register(response=file.register(options, origin=Site.own().origins[0]), by=by)


def _descriptors(alias: str, staff_id: str, site: Site) -> list[PublicKeyCredentialDescriptor]:
    held = Passkey.objects.using(alias).filter(staff_id=staff_id, rp_id=site.rp_id).order_by("registered_at")
    return [PublicKeyCredentialDescriptor(id=bytes(one)) for one in held.values_list("pk", flat=True)]


def _credential_of(response: str) -> bytes:
    """The credential ID that a response names; PASSKEY_REFUSED when it names none."""
    try:
        return webauthn.base64url_to_bytes(json.loads(response)["id"])
    except MALFORMED as error:
        raise _refused(error) from None


def _nobodys(staff_id: str) -> bytes:
    """A credential ID that nobody has, always the same for one ID."""
    return hmac.digest(str(settings.SECRET_KEY).encode(), f"no passkey|{staff_id}".encode(), "sha256")


def _refused(error: Exception) -> TodokeError:
    """PASSKEY_REFUSED; what the library says (English, it may quote the response) is not passed on."""
    detail = (
        "応答が正しくありません"
        if not isinstance(error, WebAuthnException)
        else "署名または発行元が合いません"
    )
    return TodokeError(ErrorCode.PASSKEY_REFUSED, detail=detail)
