"""Second factors where they are used: at sign-in and before what asks for them again (access.sessions)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import hiring
from tests.access_factors.people import ADMINISTRATOR, who
from todoke.access import sessions
from todoke.access.factors import enrolment, passkeys
from todoke.access.factors.cameras import Upload
from todoke.access.factors.face_proof import FOREIGN_FACE, FaceProof
from todoke.access.factors.interface import Proof
from todoke.access.factors.passkey_file import PasskeyFile
from todoke.access.factors.passkeys import FileProof
from todoke.access.models import Alarm, Session
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation


def sign_in(proof: Proof, *, terminal: str = hiring.TERMINAL) -> str:
    return sessions.sign_in(staff_id="cl1", password=hiring.PASSWORD, terminal=terminal, proof=proof).token


def face(picture: bytes) -> FaceProof:
    return FaceProof(camera=Upload(picture))


@pytest.fixture
def linked(staff: str, astronaut: bytes) -> str:
    enrolment.link_face(staff_id="cl1", camera=Upload(astronaut), by=ADMINISTRATOR)
    return staff


def test_a_face_begins_a_session_and_is_asked_again(linked: str, astronaut: bytes, again: bytes) -> None:
    token = sign_in(face(astronaut))
    begun = Session.objects.using(linked).get()
    assert (begun.staff_id, begun.factor) == ("cl1", "face")
    sessions.verify(token, terminal=hiring.TERMINAL, proof=face(again))
    assert Session.objects.using(linked).get().factor_at > begun.factor_at


def test_another_face_begins_nothing_and_is_logged(linked: str, stranger: bytes) -> None:
    with pytest.raises(TodokeError) as refused:
        sign_in(face(stranger))
    assert refused.value.code is ErrorCode.SIGN_IN_REFUSED
    assert not Session.objects.using(linked).exists()
    entries = Operation.objects.using(linked).filter(actor="cl1").order_by("at")
    assert list(entries.values_list("verb", "subject", "outcome", "terminal")) == [
        ("access:factor:verify", "face:sign_in:FACE_DIFFERS", "refused", "test-1"),
        ("access:session:begin", "factor:face", "refused", "test-1"),
    ]


def test_a_poor_picture_says_what_to_do(linked: str) -> None:
    with pytest.raises(TodokeError, match="もう一度撮って"):
        sign_in(face(b""))


def test_another_face_on_a_live_id_rings(linked: str, astronaut: bytes, stranger: bytes) -> None:
    token = sign_in(face(astronaut))
    with pytest.raises(TodokeError, match="SIGN_IN_REFUSED"):
        sign_in(face(stranger), terminal=hiring.OTHER_TERMINAL)
    with pytest.raises(TodokeError, match="FACE_DIFFERS"):
        sessions.verify(token, terminal=hiring.TERMINAL, proof=face(stranger))
    rung = Alarm.objects.using(linked).filter(kind=FOREIGN_FACE).order_by("id")
    assert list(rung.values_list("terminal", "detail")) == [("test-2", "sign_in"), ("test-1", "step_up")]


def test_a_passkey_file_is_the_equal_factor(staff: str, tmp_path: Path) -> None:
    file = PasskeyFile(path=tmp_path / "cl1.passkey", passphrase="ひみつのあいことば")
    passkeys.invite(staff_id="cl1", terminal="test-1", by=ADMINISTRATOR)
    passkeys.register_file(file, by=who("cl1"))
    token = sign_in(FileProof(file))
    assert Session.objects.using(staff).get().factor == "passkey"
    sessions.verify(token, terminal=hiring.TERMINAL, proof=FileProof(file))
    with pytest.raises(TodokeError, match="SESSION_LIVE"):
        sign_in(FileProof(file))
    stolen = PasskeyFile(path=file.path, passphrase="別のあいことばです")
    with pytest.raises(TodokeError, match="PASSKEY_FILE_INVALID"):
        sessions.verify(token, terminal=hiring.TERMINAL, proof=FileProof(stolen))
