"""画像認証 at sign-in and before releases and approvals: one picture against one person's own template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from todoke.access.factors import checking, templates
from todoke.access.factors.faces import OfflineVerifier, wipe
from todoke.access.factors.interface import (
    Camera,
    Factor,
    FactorOutcome,
    Occasion,
    ProofContext,
    Verifier,
    same_person_asked,
)
from todoke.access.models import TemplateStage
from todoke.kernel.errors import ErrorCode, TodokeError

FOREIGN_FACE: Final = "foreign_face"
"""共用IDの疑い: another face while the ID is in use."""
CHANGED_FACE: Final = "changed_face"
"""共用IDの疑い: the accepted face clearly differs from the one accepted before."""


@dataclass(frozen=True, kw_only=True)
class FaceProof:
    """The picture that the camera takes now, as a `Proof`. Picture and template are overwritten after the check.

    A poor picture (FACE_MISSING …) is no failed try: nothing was compared. Refusals besides: FACE_NOT_LINKED,
    FACE_DIFFERS, FACE_UNREADABLE, FACTOR_WAIT, FACTOR_LOCKED.
    """

    camera: Camera
    verifier: Verifier = field(default_factory=OfflineVerifier)

    def __call__(self, staff_id: str, context: ProofContext) -> FactorOutcome:
        same_person_asked(staff_id, context)
        changed: list[bool] = []

        def check(taken: bytearray) -> TodokeError | None:
            return self._check(staff_id, context.directory, taken, changed)

        refusal = shown(context, self.camera, self.verifier, check)
        alarm = CHANGED_FACE if any(changed) else None
        if refusal is not None and refusal.code is ErrorCode.FACE_DIFFERS:
            in_use = context.live or context.occasion is Occasion.STEP_UP
            alarm = FOREIGN_FACE if in_use else None
        return checking.settled(context, Factor.FACE, refusal, alarm=alarm, detail=context.occasion.value)

    def _check(self, staff_id: str, alias: str, taken: bytearray, changed: list[bool]) -> TodokeError | None:
        model = self.verifier.model
        linked, first = templates.find(alias, staff_id, TemplateStage.CONFIRMED, model=model), False
        if linked is None:
            linked, first = templates.find(alias, staff_id, TemplateStage.LINKED, model=model), True
        if linked is None:
            return TodokeError(ErrorCode.FACE_NOT_LINKED)
        if not same(self.verifier, taken, linked):
            return TodokeError(ErrorCode.FACE_DIFFERS)
        if first:
            templates.confirm(alias, staff_id, linked)
        latest = templates.find(alias, staff_id, TemplateStage.LATEST, model=model)
        changed.append(latest is not None and clearly_differs(self.verifier, taken, latest))
        templates.keep(alias, staff_id, TemplateStage.LATEST, taken, model=model, by=staff_id)
        return None


def shown(
    context: ProofContext,
    camera: Camera,
    verifier: Verifier,
    check: Callable[[bytearray], TodokeError | None],
) -> TodokeError | None:
    """Take a picture and run `check` on its template as one try; the refusal. A poor picture is no try."""
    checking.outside_of_transactions(context.directory)
    staff_id = context.who.staff_id
    if refusal := checking.barred(context.directory, staff_id):
        return refusal
    try:
        taken = verifier.template(camera.picture())
    except TodokeError as poor:
        return poor
    try:
        return checking.counted(context, staff_id, lambda: check(taken))
    finally:
        wipe(taken)


def same(verifier: Verifier, one: bytearray, other: bytearray) -> bool:
    """Whether two templates count as the same person."""
    return verifier.likeness(one, other) >= verifier.accept_from


def clearly_differs(verifier: Verifier, one: bytearray, other: bytearray) -> bool:
    """Whether two templates clearly show two persons."""
    return verifier.likeness(one, other) < verifier.differ_below
