"""媒体の登録・搬送・受領: a medium leaves sealed with two people and is received, its seal whole, by a third."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance import backups
from todoke.assurance.models import Backup, BackupStep, Medium, MediumContent, MediumEnd, Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def register_medium(*, by: Actor, label: str, kind: str, content: MediumContent, backup: str) -> int:
    """媒体を登録する. Errors: NOT_FOUND; RECORD_INVALID without a label or kind; ALREADY_DONE for a known label."""
    require(by, Permission.ASSURANCE_MEDIUM)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found = Backup.objects.using(alias).filter(name=backup).first()
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="控え")
        if not label.strip() or not kind.strip():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="媒体の札と種類")
        if Medium.objects.using(alias).filter(label=label).exists():
            raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"媒体 {label}")
        made = Medium.objects.using(alias).create(
            label=label, kind=kind, content=content, backup=found,
            registered_by=by.staff_id, registered_at=clock.now(),
        )  # fmt: skip
        record(alias, by=by, verb=Permission.ASSURANCE_MEDIUM.value, subject=label)
    return made.pk


def hand_medium(
    *, by: Actor, label: str, origin: str, destination: str, carried_by: str, accompanied_by: str, seal: str
) -> int:
    """封印し、搬送を始める. `seal`: the number on the seal.

    Errors: NOT_FOUND; RECORD_INVALID; SAME_PERSON for one carrier; STATE_CONFLICT while it is on its way, or after its end.
    """
    require(by, Permission.ASSURANCE_MEDIUM_HAND)
    if not all(text.strip() for text in (origin, destination, carried_by, accompanied_by, seal)):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="発送元・届け先・搬送する二人・封印の番号")
    if origin == destination:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="発送元と届け先が同じです")
    if carried_by == accompanied_by:
        raise TodokeError(ErrorCode.SAME_PERSON)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        medium = medium_of(alias, label)
        if MediumEnd.objects.using(alias).filter(medium=medium).exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"媒体 {label} は廃棄・返却されています")
        try:
            with transaction.atomic(using=alias):
                made = Transport.objects.using(alias).create(
                    medium=medium, origin=origin, destination=destination, carried_by=carried_by,
                    accompanied_by=accompanied_by, seal=seal.strip(), handed_by=by.staff_id, handed_at=clock.now(),
                )  # fmt: skip
        except IntegrityError:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"媒体 {label} は搬送中です") from None
        record(alias, by=by, verb=Permission.ASSURANCE_MEDIUM_HAND.value, subject=label)
    return made.pk


def receive_medium(*, by: Actor, label: str, seal: str) -> None:
    """封印を確かめて受領する. `seal`: as it is read on the medium.

    Errors: NOT_FOUND; STATE_CONFLICT when it is not on its way; SAME_PERSON for who carried it; RECORD_INVALID for another seal.
    """
    require(by, Permission.ASSURANCE_MEDIUM_RECEIVE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        waiting = Transport.objects.using(alias).select_for_update().filter(
            medium=medium_of(alias, label), received_by__isnull=True
        )  # fmt: skip
        found = waiting.first()
        if found is None:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"媒体 {label} は搬送中ではありません")
        if by.staff_id in (found.carried_by, found.accompanied_by):
            raise TodokeError(ErrorCode.SAME_PERSON)
        if seal.strip() != found.seal:
            detail = "封印の番号が発送の時と違います。受け取らずに、事故として登録してください"
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
        Transport.objects.using(alias).filter(pk=found.pk).update(
            received_by=by.staff_id, received_at=clock.now()
        )
        record(alias, by=by, verb=Permission.ASSURANCE_MEDIUM_RECEIVE.value, subject=label)


def record_drill(*, by: Actor, backup: str, place: str) -> None:
    """復元訓練を登録する: `backup` came back whole on another machine. Errors: NOT_FOUND, RECORD_INVALID."""
    require(by, Permission.ASSURANCE_DRILL)
    if not place.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="訓練の場所")
    backups.note(directory.alias(), by=by, name=backup, step=BackupStep.DRILLED, place=place)


def medium_of(alias: str, label: str) -> Medium:
    """The medium with this label. Errors: NOT_FOUND."""
    found = Medium.objects.using(alias).filter(label=label).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="媒体")
    return found
