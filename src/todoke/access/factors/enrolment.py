"""紐づけ・確認・廃棄: an administrator links a person's picture, the person confirms it at the terminal (PIA III.3).

The first picture that is accepted at sign-in confirms a first link. A link that replaces a confirmed one is confirmed
in a session (`confirm`); where the old face cannot be shown any more, an administrator withdraws it first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import transaction

from todoke.access import attempts, directory
from todoke.access.factors import checking, face_proof, templates
from todoke.access.factors.faces import OfflineVerifier, wipe
from todoke.access.factors.interface import Camera, Factor, FactorOutcome, Occasion, ProofContext, Verifier
from todoke.access.models import FaceTemplate, FactorChallenge, Passkey, Staff, TemplateStage
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.oplog.who import Who

LINK: Final = Permission.ACCESS_FACE_LINK.value
UNLOCK: Final = Permission.ACCESS_FACTOR_UNLOCK.value
CONFIRM: Final = "access:face:confirm"
FORGET: Final = "access:factor:forget"


def link_face(*, staff_id: str, camera: Camera, by: Actor, verifier: Verifier | None = None) -> None:
    """Link a picture to a person's ID (画像との紐づけ); it waits for the person's confirmation.

    Errors: PERMISSION_DENIED (also for one's own picture), NOT_FOUND, what an unusable picture is refused with.
    """
    require(by, Permission.ACCESS_FACE_LINK)
    alias, verifier = directory.alias(), verifier or OfflineVerifier()
    other_person(staff_id, by, Permission.ACCESS_FACE_LINK)
    template = verifier.template(camera.picture())
    templates.make_key()
    try:
        with transaction.atomic(using=alias):
            at_work(alias, staff_id)
            templates.keep(
                alias, staff_id, TemplateStage.LINKED, template, model=verifier.model, by=by.staff_id
            )
            record(alias, by=by, verb=LINK, subject=f"staff:{staff_id}")
    finally:
        wipe(template)


def withdraw_face(*, staff_id: str, by: Actor) -> None:
    """Delete every template of a person, so that a new picture can be linked. NOT_FOUND when there is none."""
    require(by, Permission.ACCESS_FACE_LINK)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        deleted, _ = FaceTemplate.objects.using(alias).filter(staff_id=staff_id).delete()
        if not deleted:
            raise TodokeError(ErrorCode.NOT_FOUND, what="登録された顔")
        record(alias, by=by, verb=LINK, subject=f"staff:{staff_id}:withdrawn")


def confirm_face(*, camera: Camera, by: Actor, verifier: Verifier | None = None) -> FactorOutcome:
    """The person shows the newly linked face in a session of their own; it then replaces the former one.

    A try like any other. Refusals: as `face_proof.FaceProof`; FACE_NOT_LINKED when nothing waits.
    """
    alias, verifier = directory.alias(), verifier or OfflineVerifier()
    context = ProofContext(directory=alias, who=by, occasion=Occasion.STEP_UP)

    def check(taken: bytearray) -> TodokeError | None:
        linked = templates.find(alias, by.staff_id, TemplateStage.LINKED, model=verifier.model)
        if linked is None:
            return TodokeError(ErrorCode.FACE_NOT_LINKED)
        if not face_proof.same(verifier, taken, linked):
            return TodokeError(ErrorCode.FACE_DIFFERS)
        templates.confirm(alias, by.staff_id, linked)
        record(alias, by=by, verb=CONFIRM, subject=f"staff:{by.staff_id}")
        return None

    return checking.settled(context, Factor.FACE, face_proof.shown(context, camera, verifier, check))


def unlock(*, staff_id: str, by: Actor) -> None:
    """Forget a person's failed tries, after an administrator has seen the person. Not for oneself."""
    require(by, Permission.ACCESS_FACTOR_UNLOCK)
    other_person(staff_id, by, Permission.ACCESS_FACTOR_UNLOCK)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        attempts.reset(alias, staff_id)
        record(alias, by=by, verb=UNLOCK, subject=f"staff:{staff_id}")


def forget(staff_ids: Collection[str], *, by: Who) -> int:
    """Delete templates, passkeys and open challenges of people who leave (廃棄), inside the caller's transaction.

    How many people had any. Called by the personnel feed; `forget_leavers` does the same on the day itself.
    """
    alias = directory.alias()
    held: set[str] = set()
    for table in (FaceTemplate, Passkey, FactorChallenge):
        rows = table.objects.using(alias).filter(staff_id__in=staff_ids)
        held.update(rows.values_list("staff_id", flat=True))
        rows.delete()
    if held:
        record(alias, by=by, verb=FORGET, subject=f"staff:{len(held)}", persons=len(held))
    return len(held)


def forget_leavers(*, by: Who) -> int:
    """The same for everybody whose first day without rights has come. Safe at any time; meant for every night."""
    alias = directory.alias()
    with transaction.atomic(using=alias):
        gone = Staff.objects.using(alias).filter(left_on__lte=clock.today()).values_list("pk", flat=True)
        return forget(list(gone), by=by)


def at_work(alias: str, staff_id: str) -> Staff:
    """The person, locked until the transaction ends; NOT_FOUND for an unknown ID or somebody who has left."""
    person = Staff.objects.using(alias).select_for_update().filter(pk=staff_id).first()
    if person is None or (person.left_on is not None and person.left_on <= clock.today()):
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員ID")
    return person


def other_person(staff_id: str, by: Actor, permission: Permission) -> None:
    """PERMISSION_DENIED for one's own factor: two people stand behind every one."""
    if staff_id == by.staff_id:
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=f"{permission.value}（本人）")
