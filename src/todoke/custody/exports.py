"""出力 (export): a purpose, a preview, a second person for what is large or specific, an encrypted file, an end.

The request fixes rows and fields by a digest of what was previewed; a file of anything else is not made. Files are encrypted
with age (pyrage) for a recipient's key or a passphrase, and are deleted when they expire (`reap`). Every step is logged.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyrage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from pyrage import x25519

from todoke.access.permissions import Actor, Permission, require
from todoke.custody import due
from todoke.custody.due import Model
from todoke.custody.flows import EXPORT, ExportState
from todoke.custody.models import Export
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.privacy import masking
from todoke.privacy.classes import FieldClass
from todoke.workflow.runner import move, of

PREVIEWED: Final = "privacy:export:preview"
REQUESTED: Final = "privacy:export:request"
LARGE: Final = 1_000
"""More rows than this need a second person; settings.TODOKE_EXPORT_LARGE may lower it."""
LIFE: Final = timedelta(days=7)
"""How long a file lies; settings.TODOKE_EXPORT_LIFE replaces it."""
PREVIEW_ROWS: Final = 5
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the word itself is no password
"""The recipient of a file that is encrypted with a passphrase, which is stored nowhere."""
PASSPHRASE_LENGTH: Final = 16


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would leave: fields with their classes, the first rows masked, how many, and who must agree."""

    classes: Mapping[str, FieldClass]
    sample: list[list[str]]
    rows: int
    digest: bytes
    approval_needed: bool


def preview(
    alias: str, model: str, fields: Sequence[str], conditions: Mapping[str, str], *, by: Actor
) -> Preview:
    """Look before asking. Errors: PURPOSE_MISSING, EXPORT_FORBIDDEN, NOT_FOUND for an unknown model or field."""
    require(by, Permission.PRIVACY_EXPORT)
    _may_reach(alias, by)
    _need_purpose(by)
    with transaction.atomic(using=alias):
        shown = _preview(alias, _model(alias, model), fields, conditions)
        subject = f"{model} {','.join(fields)}"
        record(alias, by=by, verb=PREVIEWED, subject=subject, persons=shown.rows)
    return shown


def request(
    alias: str, model: str, fields: Sequence[str], conditions: Mapping[str, str], *, recipient: str, by: Actor
) -> Export:
    """Ask for the file that was previewed, for the actor's purpose and a recipient (`age1…`, or PASSPHRASE).

    Errors: those of `preview`; RECORD_INVALID for something else than a recipient.
    """
    require(by, Permission.PRIVACY_EXPORT)
    _may_reach(alias, by)
    _need_purpose(by)
    _recipient(recipient)
    now = clock.now()
    with transaction.atomic(using=alias):
        shown = _preview(alias, _model(alias, model), fields, conditions)
        asked = Export.objects.using(alias).create(
            model=model,
            fields=list(fields),
            conditions=[f"{field}={value}" for field, value in sorted(conditions.items())],
            purpose=by.purpose,
            rows=shown.rows,
            digest=shown.digest,
            approval_needed=shown.approval_needed,
            recipient=recipient,
            expires_at=now + getattr(settings, "TODOKE_EXPORT_LIFE", LIFE),
            state=ExportState.REQUESTED,
            state_at=now,
            state_by=by.staff_id,
            requested_by=by.staff_id,
            requested_at=now,
        )
        subject = f"{asked.pk} {model} {','.join(fields)}"
        record(alias, by=by, verb=REQUESTED, subject=subject, persons=asked.rows)
    return asked


def approve(alias: str, *, number: int, by: Actor) -> None:
    """A second person agrees. Errors: SAME_PERSON, STATE_CONFLICT."""
    _decide(alias, number, ExportState.APPROVED, by, "approve")


def refuse(alias: str, *, number: int, by: Actor) -> None:
    """A second person does not agree."""
    _decide(alias, number, ExportState.REFUSED, by, "refuse")


def make(alias: str, *, number: int, by: Actor, passphrase: str = "") -> Path:
    """Write the encrypted file, once, for the person who asked.

    Errors: NOT_FOUND; PERMISSION_DENIED for anybody else; STATE_CONFLICT (not approved, over, or the rows have changed
    since the preview); RECORD_INVALID without the passphrase that the request named.
    """
    require(by, Permission.PRIVACY_EXPORT)
    with transaction.atomic(using=alias):
        _lock_files(alias, exclusive=False)
        asked = Export.objects.using(alias).select_for_update().filter(pk=number).first()
        if asked is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="出力の申請")
        _may_make(asked, by)
        conditions = dict(pair.split("=", 1) for pair in asked.conditions)
        data = _csv(_rows(alias, _model(alias, asked.model), asked.fields, conditions), asked.fields)
        if hashlib.sha256(data).digest() != bytes(asked.digest):
            raise _conflict("申請の後に内容が変わりました。申請し直してください")
        sealed = _encrypt(data, asked.recipient, passphrase)
        path = folder() / _name(alias, number)
        _write(path, sealed)
        file = {"file_name": path.name, "file_sha256": hashlib.sha256(sealed).hexdigest()}
        subject = f"made:{number} {file['file_sha256']}"
        rows = of(EXPORT, [number])
        move(alias, EXPORT, rows, to=ExportState.MADE, by=by, subject=subject, persons=asked.rows, also=file)
    return path


def asked_for(alias: str, number: int) -> tuple[str, str]:
    """Purpose and recipient of a request; NOT_FOUND."""
    found = Export.objects.using(alias).filter(pk=number).values_list("purpose", "recipient").first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="出力の申請")
    return found


def reap(alias: str, *, by: Actor) -> int:
    """Delete files whose time is over, and what a killed `make` left behind; how many exports ended."""
    require(by, Permission.PRIVACY_REAP)
    with transaction.atomic(using=alias):
        _lock_files(alias, exclusive=True)
        made, now = Export.objects.using(alias).filter(state=ExportState.MADE), clock.now()
        numbers = list(made.filter(expires_at__lte=now).values_list("pk", flat=True))
        lying = set(made.filter(expires_at__gt=now).values_list("file_name", flat=True))
        for path in folder().glob(f"export-{alias}-*"):
            if path.name not in lying:
                path.unlink(
                    missing_ok=True
                )  # before the record says so: stopped in between, it is done again
        if numbers:
            rows, subject = of(EXPORT, numbers), f"reaped:{len(numbers)}"
            move(alias, EXPORT, rows, to=ExportState.REAPED, by=by, subject=subject, persons=0)
    return len(numbers)


def _lock_files(alias: str, *, exclusive: bool) -> None:
    """Until the transaction ends: a file just being made is not taken for one that was left behind."""
    function = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended('custody:exports', 0))")


def folder() -> Path:
    """Where the encrypted files lie."""
    return Path(settings.TODOKE_DATA_FOLDER) / "exports"


def _decide(alias: str, number: int, to: ExportState, by: Actor, what: str) -> None:
    persons = Export.objects.using(alias).filter(pk=number).values_list("rows", flat=True).first()
    subject = f"{what}:{number}"
    move(alias, EXPORT, of(EXPORT, [number]), to=to, by=by, subject=subject, persons=persons or 0)


def _preview(alias: str, model: Model, fields: Sequence[str], conditions: Mapping[str, str]) -> Preview:
    classes = masking.exportable(model, fields)
    if conditions:
        masking.exportable(model, list(conditions))
    rows = _rows(alias, model, fields, conditions)
    limit = min(getattr(settings, "TODOKE_EXPORT_LARGE", LARGE), LARGE)
    kinds = list(classes.values())
    return Preview(
        classes=classes,
        sample=[
            [masking.shown(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in rows[:PREVIEW_ROWS]
        ],
        rows=len(rows),
        digest=hashlib.sha256(_csv(rows, fields)).digest(),
        approval_needed=len(rows) > limit or FieldClass.SPECIFIC in kinds,
    )


def _model(alias: str, label: str) -> Model:
    found = next((model for model in due.models_in(alias) if model._meta.label == label), None)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="出力する表")
    return found


def _rows(
    alias: str, model: Model, fields: Sequence[str], conditions: Mapping[str, str]
) -> list[tuple[object, ...]]:
    try:
        chosen = model._default_manager.using(alias).filter(**conditions).order_by("pk")
        return list(chosen.values_list(*fields))
    except (ValueError, ValidationError):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="条件の値が項目の型に合いません") from None


def _csv(rows: Sequence[tuple[object, ...]], fields: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return text.getvalue().encode()


def _may_make(asked: Export, by: Actor) -> None:
    if asked.requested_by != by.staff_id:
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.PRIVACY_EXPORT.value)
    if asked.state not in (ExportState.REQUESTED, ExportState.APPROVED):
        raise _conflict("この出力は作成できる状態ではありません")
    if asked.approval_needed and asked.state != ExportState.APPROVED:
        raise _conflict("別の職員の承認が必要です")
    if asked.expires_at <= clock.now():
        raise _conflict("出力の期限を過ぎています。申請し直してください")


def _recipient(recipient: str) -> x25519.Recipient | None:
    """None for a passphrase; RECORD_INVALID for what is neither."""
    if recipient == PASSPHRASE:
        return None
    try:
        return x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="受取人の公開鍵（age1…）が正しくありません"
        ) from None


def _encrypt(data: bytes, recipient: str, passphrase: str) -> bytes:
    key = _recipient(recipient)
    if key is not None:
        return bytes(pyrage.encrypt(data, [key]))
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"合言葉は {PASSPHRASE_LENGTH} 文字以上です")
    return bytes(pyrage.passphrase.encrypt(data, passphrase))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(path.name + ".part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _name(alias: str, number: int) -> str:
    return f"export-{alias}-{number:06d}.csv.age"


def _may_reach(alias: str, by: Actor) -> None:
    """Rows of a system leave through somebody who works in it, or through an auditor."""
    if not (by.works_in(alias.partition("_")[0]) or by.may_somewhere(Permission.OPLOG_READ)):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.PRIVACY_EXPORT.value)


def _need_purpose(by: Actor) -> None:
    if not by.purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.PRIVACY_EXPORT.value)


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
