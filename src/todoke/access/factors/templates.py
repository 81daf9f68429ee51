"""Templates of faces in the database: sealed under a key file, bound to realm, person and stage (ADR 0008)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings

from todoke.access import directory
from todoke.access.models import FaceTemplate, TemplateStage
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files
from todoke.privacy.sealed_numbers import ColumnSeal

KEY_ID: Final = 1


def keep(
    alias: str, staff_id: str, stage: TemplateStage, template: bytearray, *, model: str, by: str
) -> None:
    """Store a template in place of the person's former one of that stage, inside the caller's transaction."""
    FaceTemplate.objects.using(alias).update_or_create(
        staff_id=staff_id,
        stage=stage,
        defaults={
            "model": model,
            "key_id": KEY_ID,
            "sealed": _seal().seal([bytes(template)], [_row(staff_id, stage)])[0],
            "made_by": by,
            "made_at": clock.now(),
        },
    )


def find(alias: str, staff_id: str, stage: TemplateStage, *, model: str) -> bytearray | None:
    """The person's template of that stage, or None. FACE_UNREADABLE when it is not what was sealed for this person."""
    row = FaceTemplate.objects.using(alias).filter(staff_id=staff_id, stage=stage).first()
    if row is None:
        return None
    if row.model != model or row.key_id != KEY_ID:
        raise TodokeError(ErrorCode.FACE_UNREADABLE, detail="顔照合のモデルが変わりました")
    try:
        return bytearray(_seal().open([bytes(row.sealed)], [_row(staff_id, stage)])[0])
    except TodokeError as error:
        if error.code is not ErrorCode.INPUT_CHANGED:
            raise
        raise TodokeError(ErrorCode.FACE_UNREADABLE, detail="封印が破れています") from None


def confirm(alias: str, staff_id: str, template: bytearray) -> None:
    """The linked template becomes the confirmed one, in place of the former; who linked it and when stays written.

    Inside the caller's transaction; `template` is what `find` opened.
    """
    rows = FaceTemplate.objects.using(alias).filter(staff_id=staff_id)
    rows.filter(stage__in=[TemplateStage.CONFIRMED, TemplateStage.LATEST]).delete()
    rows.filter(stage=TemplateStage.LINKED).update(
        stage=TemplateStage.CONFIRMED,
        sealed=_seal().seal([bytes(template)], [_row(staff_id, TemplateStage.CONFIRMED)])[0],
        key_id=KEY_ID,
        confirmed_by=staff_id,
        confirmed_at=clock.now(),
    )


def make_key() -> None:
    """The key file of this realm's templates, unless it is there."""
    key_files.make(_key_path())


def _seal() -> ColumnSeal:
    return ColumnSeal(
        municipality=directory.realm(),
        table="access_face_template",
        column="sealed",
        key_id=KEY_ID,
        index_key=b"",  # faces are never looked up: there is no index of them
        cipher_key=key_files.read(_key_path()),
    )


def _row(staff_id: str, stage: TemplateStage) -> bytes:
    return f"{staff_id}|{stage.value}".encode()


def _key_path() -> Path:
    folder: Path = settings.TODOKE_KEYS_FOLDER
    return folder / f"access-{directory.realm()}-face-cipher-{KEY_ID}.key"
