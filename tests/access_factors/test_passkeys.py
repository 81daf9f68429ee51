"""パスキー with a real database: invited, registered, proved; every replay, theft and misdirection is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import webauthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import IntegrityError, transaction
from django.test import override_settings
from webauthn.helpers import bytes_to_base64url, encode_cbor, parse_cbor

from tests.access_factors.people import ADMINISTRATOR, TERMINAL, context, who
from todoke.access import attempts
from todoke.access.factors import checking, enrolment, passkeys
from todoke.access.factors.passkey_file import PasskeyFile
from todoke.access.factors.passkeys import PasskeyProof
from todoke.access.models import Alarm, Attempts, FactorChallenge, Passkey, Staff
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

SITE = "http://localhost:8401"
EVIL = "http://localhost:9999"
Maker = Callable[[str], PasskeyFile]


@pytest.fixture
def make(staff: str, tmp_path: Path) -> Maker:
    """Invites a person, who registers a passkey file at the terminal."""

    def make(staff_id: str) -> PasskeyFile:
        file = PasskeyFile(path=tmp_path / f"{staff_id}.passkey", passphrase="ひみつのあいことば")
        passkeys.invite(staff_id=staff_id, terminal=TERMINAL, by=ADMINISTRATOR)
        options = passkeys.registration_options(by=who(staff_id))
        passkeys.register(response=file.register(options, origin=SITE), by=who(staff_id))
        return file

    return make


def answer(file: PasskeyFile, staff_id: str = "cl1", *, origin: str = SITE) -> str:
    return file.answer(passkeys.proof_options(who=who(staff_id)), origin=origin)


def proved(response: str, staff_id: str = "cl1", **where: Any) -> ErrorCode | None:
    """What the response is refused with; None when accepted."""
    outcome = PasskeyProof(response)(staff_id, context(staff_id, **where))
    return outcome.refusal.code if outcome.refusal else None


def altered(response: str, part: str, change: Callable[[bytes], bytes]) -> str:
    whole = json.loads(response)
    value = change(webauthn.base64url_to_bytes(whole["response"][part]))
    whole["response"][part] = bytes_to_base64url(value)
    return json.dumps(whole)


def test_invited_registered_and_accepted(staff: str, make: Maker) -> None:
    file = make("cl1")
    kept = Passkey.objects.using(staff).get()
    assert (kept.staff_id, kept.invited_by, kept.sign_count) == ("cl1", "adm", 1)
    assert [proved(answer(file)) for _ in range(3)] == [None] * 3
    assert Passkey.objects.using(staff).get().sign_count == 4
    assert not FactorChallenge.objects.using(staff).exists()
    verbs = Operation.objects.using(staff).order_by("at").values_list("verb", "subject", "outcome")
    assert list(verbs)[:3] == [
        ("access:passkey:invite", "staff:cl1:test-1", "done"),
        ("access:passkey:register", "staff:cl1", "done"),
        ("access:factor:verify", "passkey:sign_in", "done"),
    ]


def test_an_answer_is_good_once(staff: str, make: Maker) -> None:
    response = answer(make("cl1"))
    assert proved(response) is None
    assert proved(response) is ErrorCode.CHALLENGE_SPENT
    assert Attempts.objects.using(staff).get(kind=checking.KIND).failures == 1
    last = Operation.objects.using(staff).latest("at")
    assert (last.subject, last.outcome) == ("passkey:sign_in:CHALLENGE_SPENT", "refused")


def test_a_newer_challenge_voids_the_older(make: Maker) -> None:
    file = make("cl1")
    older = answer(file)
    newer = answer(file)
    assert proved(older) is ErrorCode.CHALLENGE_SPENT
    assert proved(newer) is None


def test_a_challenge_ends_after_two_minutes(staff: str, make: Maker) -> None:
    response = answer(make("cl1"))
    past = clock.now() - timedelta(minutes=5)
    FactorChallenge.objects.using(staff).update(asked_at=past, valid_until=past + timedelta(minutes=2))
    assert proved(response) is ErrorCode.CHALLENGE_SPENT


def test_a_challenge_belongs_to_one_terminal(make: Maker) -> None:
    assert proved(answer(make("cl1")), terminal="test-2") is ErrorCode.CHALLENGE_SPENT


def test_somebody_elses_passkey_is_refused(make: Maker) -> None:
    mine, yours = make("cl1"), make("cl2")
    theirs = answer(yours, "cl2")
    assert proved(theirs, "cl1") is ErrorCode.CHALLENGE_SPENT
    assert proved(theirs, "cl2") is None
    options = json.loads(passkeys.proof_options(who=who("cl1")))
    options["allowCredentials"] = json.loads(passkeys.proof_options(who=who("cl2")))["allowCredentials"]
    assert proved(yours.answer(json.dumps(options), origin=SITE)) is ErrorCode.PASSKEY_UNKNOWN
    assert proved(answer(mine)) is None


def test_wrong_origin(make: Maker) -> None:
    assert proved(answer(make("cl1"), origin=EVIL)) is ErrorCode.PASSKEY_REFUSED


PRESENT, VERIFIED = 1, 4


@pytest.mark.parametrize(
    ("rp_id", "flags", "refusal"),
    [
        ("localhost", PRESENT | VERIFIED, None),
        ("evil.localhost", PRESENT | VERIFIED, ErrorCode.PASSKEY_REFUSED),
        ("localhost", PRESENT, ErrorCode.PASSKEY_REFUSED),
        ("localhost", VERIFIED, ErrorCode.PASSKEY_REFUSED),
    ],
    ids=["right", "wrong RP", "not verified", "not present"],
)
def test_rightly_signed_but_not_for_us(
    make: Maker, rp_id: str, flags: int, refusal: ErrorCode | None
) -> None:
    """The authenticator itself signs something else than we asked for."""
    file = make("cl1")
    whole = json.loads(answer(file))
    counter = webauthn.base64url_to_bytes(whole["response"]["authenticatorData"])[33:]
    data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + counter
    client = webauthn.base64url_to_bytes(whole["response"]["clientDataJSON"])
    signature = file._read().key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    whole["response"]["authenticatorData"] = bytes_to_base64url(data)
    whole["response"]["signature"] = bytes_to_base64url(signature)
    assert proved(json.dumps(whole)) is refusal


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: bytes(32) + data[32:], id="wrong RP"),
        pytest.param(lambda data: data[:32] + bytes([data[32] & ~VERIFIED]) + data[33:], id="not verified"),
        pytest.param(lambda data: data[:60], id="no key"),
    ],
)
def test_a_registration_for_somewhere_else_is_refused(
    staff: str, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    def attested(statement: bytes) -> bytes:
        whole = parse_cbor(statement)
        return encode_cbor({**whole, "authData": change(whole["authData"])})

    file = PasskeyFile(path=tmp_path / "new", passphrase="ひみつのあいことば")
    passkeys.invite(staff_id="cl1", terminal=TERMINAL, by=ADMINISTRATOR)
    response = file.register(passkeys.registration_options(by=who("cl1")), origin=SITE)
    with pytest.raises(TodokeError, match="PASSKEY_REFUSED"):
        passkeys.register(response=altered(response, "attestationObject", attested), by=who("cl1"))
    assert not Passkey.objects.using(staff).exists()


def test_a_passkey_of_another_address_is_not_offered(make: Maker) -> None:
    make("cl1")
    here = json.loads(passkeys.proof_options(who=who("cl1")))
    with override_settings(TODOKE_ORIGINS=["https://todoke.example"]):
        there = json.loads(passkeys.proof_options(who=who("cl1")))
    assert (here["rpId"], there["rpId"]) == ("localhost", "todoke.example")
    assert here["allowCredentials"][0]["id"] != there["allowCredentials"][0]["id"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda r: altered(r, "signature", lambda s: s[:-1] + bytes([s[-1] ^ 1])), id="signature"
        ),
        pytest.param(
            lambda r: altered(r, "authenticatorData", lambda d: d[:32] + bytes([d[32] & ~4]) + d[33:]),
            id="user not verified",
        ),
        pytest.param(
            lambda r: altered(r, "authenticatorData", lambda d: d[:33] + b"\xff\xff\xff\xff"),
            id="counter of one's own",
        ),
        pytest.param(
            lambda r: altered(r, "clientDataJSON", lambda c: c.replace(b"webauthn.get", b"webauthn.create")),
            id="other ceremony",
        ),
        pytest.param(lambda r: altered(r, "clientDataJSON", lambda c: b"{}"), id="no challenge"),
        pytest.param(lambda r: r[:-20], id="cut"),
        pytest.param(lambda r: "[]", id="a list"),
        pytest.param(lambda r: "x" * 70_000, id="long"),
    ],
)
def test_an_altered_answer_is_refused(make: Maker, change: Callable[[str], str]) -> None:
    assert proved(change(answer(make("cl1")))) is ErrorCode.PASSKEY_REFUSED


def test_a_counter_that_goes_back_rings(staff: str, make: Maker) -> None:
    file = make("cl1")
    copy = file.path.read_bytes()
    assert proved(answer(file)) is None
    file.path.write_bytes(copy)
    assert proved(answer(file)) is ErrorCode.PASSKEY_REFUSED
    assert Alarm.objects.using(staff).get().kind == passkeys.COPIED_PASSKEY
    with pytest.raises(IntegrityError, match="never back"), transaction.atomic(using=staff):
        Passkey.objects.using(staff).update(sign_count=0)
    with pytest.raises(IntegrityError, match="only the counter"), transaction.atomic(using=staff):
        Passkey.objects.using(staff).update(staff="cl2")


def test_failures_wait_and_share_one_count_with_faces(staff: str, make: Maker) -> None:
    file = make("cl1")
    for _ in range(attempts.FREE_TRIES):
        assert proved(answer(file, origin=EVIL)) is ErrorCode.PASSKEY_REFUSED
    assert proved(answer(file)) is ErrorCode.FACTOR_WAIT
    enrolment.unlock(staff_id="cl1", by=ADMINISTRATOR)
    assert proved(answer(file)) is None


def test_nobody_registers_uninvited_elsewhere_or_twice(staff: str, tmp_path: Path) -> None:
    file = PasskeyFile(path=tmp_path / "new", passphrase="ひみつのあいことば")
    with pytest.raises(TodokeError, match="CHALLENGE_SPENT"):
        passkeys.registration_options(by=who("cl1"))
    passkeys.invite(staff_id="cl1", terminal=TERMINAL, by=ADMINISTRATOR)
    for other in (who("cl2"), who("cl1", terminal="test-2")):
        with pytest.raises(TodokeError, match="CHALLENGE_SPENT"):
            passkeys.registration_options(by=other)
    response = file.register(passkeys.registration_options(by=who("cl1")), origin=SITE)
    with pytest.raises(TodokeError, match="CHALLENGE_SPENT"):
        passkeys.register(response=response, by=who("cl2"))
    passkeys.register(response=response, by=who("cl1"))
    with pytest.raises(TodokeError, match="CHALLENGE_SPENT"):
        passkeys.register(response=response, by=who("cl1"))


def test_a_registration_from_elsewhere_is_refused(staff: str, tmp_path: Path) -> None:
    file = PasskeyFile(path=tmp_path / "new", passphrase="ひみつのあいことば")
    passkeys.invite(staff_id="cl1", terminal=TERMINAL, by=ADMINISTRATOR)
    response = file.register(passkeys.registration_options(by=who("cl1")), origin=EVIL)
    with pytest.raises(TodokeError, match="PASSKEY_REFUSED"):
        passkeys.register(response=response, by=who("cl1"))
    assert not Passkey.objects.using(staff).exists()


def test_who_may_invite(staff: str) -> None:
    clerk = Actor(staff_id="cl2", roles=frozenset({Role.CLERK}))
    itself = Actor(staff_id="cl1", roles=frozenset({Role.ADMINISTRATOR}))
    for by in (clerk, itself):
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            passkeys.invite(staff_id="cl1", terminal=TERMINAL, by=by)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        passkeys.invite(staff_id="nobody", terminal=TERMINAL, by=ADMINISTRATOR)


def test_the_options_tell_nobody_who_has_a_passkey(make: Maker) -> None:
    make("cl1")
    shapes = []
    for staff_id in ("cl1", "cl2", "nobody"):
        options = json.loads(passkeys.proof_options(who=who(staff_id)))
        again = json.loads(passkeys.proof_options(who=who(staff_id)))
        assert options["challenge"] != again["challenge"]
        assert options["allowCredentials"] == again["allowCredentials"]
        shapes.append(
            {key: len(value) if isinstance(value, (str, list)) else value for key, value in options.items()}
        )
    assert shapes[0] == shapes[1] == shapes[2]


def test_a_lost_passkey_is_withdrawn(staff: str, make: Maker) -> None:
    response = answer(make("cl1"))
    passkeys.withdraw(staff_id="cl1", by=ADMINISTRATOR)
    assert proved(response) is ErrorCode.PASSKEY_UNKNOWN
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        passkeys.withdraw(staff_id="cl1", by=ADMINISTRATOR)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        passkeys.withdraw(staff_id="cl1", by=Actor(staff_id="cl2", roles=frozenset({Role.CLERK})))


def test_passkeys_go_with_the_person(staff: str, make: Maker) -> None:
    file = make("cl1")
    response = answer(file)
    Staff.objects.using(staff).filter(pk="cl1").update(left_on=clock.today())
    assert enrolment.forget_leavers(by=who("feed")) == 1
    assert not Passkey.objects.using(staff).exists()
    assert not FactorChallenge.objects.using(staff).exists()
    assert proved(response) is ErrorCode.CHALLENGE_SPENT


@pytest.mark.parametrize(
    "origins", [[], ["https://192.0.2.1"], ["https://a.example", "https://b.example"], ["nonsense"]]
)
def test_without_a_proper_address_of_the_site_there_are_no_passkeys(staff: str, origins: list[str]) -> None:
    with override_settings(TODOKE_ORIGINS=origins), pytest.raises(TodokeError, match="SETUP_MISSING"):
        passkeys.proof_options(who=who("cl1"))
