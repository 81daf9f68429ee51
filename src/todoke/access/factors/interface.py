"""What a second factor is: a camera, a verifier of faces, and a proof whose outcome `access.sessions` acts on.

NIST SP 800-63B allows a biometric only together with a physical authenticator; here that is the terminal, known by its
TLS client certificate (ADR 0008). A passkey is the equal second factor where there is no camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who


class Factor(StrEnum):
    """Kinds of second factor."""

    FACE = "face"  # 画像認証
    PASSKEY = "passkey"  # パスキー (WebAuthn)


class Occasion(StrEnum):
    """When a proof is asked for."""

    SIGN_IN = "sign_in"  # サインイン
    STEP_UP = "step_up"  # 確定・承認の前の再確認


class Camera(Protocol):
    """カメラ: what takes one picture of the person at the terminal."""

    def picture(self) -> bytearray:
        """One JPEG or PNG. The caller owns the buffer and overwrites it after use."""
        ...


class Verifier(Protocol):
    """顔照合: compares two faces, 1:1; nothing here can look for a face among many."""

    @property
    def model(self) -> str:
        """Names model and form of its templates; templates of another model are refused."""
        ...

    @property
    def accept_from(self) -> float:
        """Likeness from which two templates count as the same person."""
        ...

    @property
    def differ_below(self) -> float:
        """Likeness below which two templates clearly show two persons."""
        ...

    def template(self, picture: bytearray) -> bytearray:
        """The template of the one face in a picture; overwrites the picture, whatever happens.

        Raises PICTURE_UNREADABLE, FACE_MISSING, FACE_SEVERAL, FACE_SMALL, FACE_BLURRED, FACE_LIGHT, FACE_TURNED.
        """
        ...

    def likeness(self, one: bytes | bytearray, other: bytes | bytearray) -> float:
        """How alike two templates are, −1 to 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class ProofContext:
    """Where and for what a proof is asked: the directory's database, who claims to act, and the occasion.

    `who.staff_id` is the claimed person, `who.terminal` the terminal proved by its certificate. `live` says that a
    session of that ID is open somewhere: then a foreign face is more than a failed try (共用IDの疑い).
    """

    directory: str
    who: Who
    occasion: Occasion
    live: bool = False


@dataclass(frozen=True, kw_only=True)
class FactorOutcome:
    """The result of one proof; already counted, logged and committed. Never raised, since a refusal must be kept."""

    factor: Factor
    refusal: TodokeError | None = None
    shared_id_suspected: bool = False

    @property
    def accepted(self) -> bool:
        return self.refusal is None

    def require(self) -> None:
        """Raise the refusal, if it is one."""
        if self.refusal is not None:
            raise self.refusal


class Proof(Protocol):
    """本人確認: a second factor that the person has presented, ready to be checked once.

    Called outside of any transaction (RuntimeError inside one): a failed try must stay counted.
    """

    def __call__(self, staff_id: str, context: ProofContext) -> FactorOutcome: ...


def same_person_asked(staff_id: str, context: ProofContext) -> None:
    """PERMISSION_DENIED when the proof is for somebody else than the person who claims to act."""
    if staff_id != context.who.staff_id:
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission="本人確認")
