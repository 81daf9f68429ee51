"""人事情報の取込み: upload, see the differences, confirm that very file. Nothing about staff is typed by hand."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from pathlib import Path
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.actions.apply_feed import apply_feed
from todoke.access.actions.check_feed import check_feed
from todoke.access.feed import TITLES, Change, Difference, Differences
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.records.layouts.personnel_v2022 import PERSONNEL

KEPT: Final = 24 * 3600
"""Seconds that an uploaded file waits for its confirmation before it is removed."""

_TONES = {
    Change.ADDED: "good",
    Change.MOVED: "wait",
    Change.LEFT: "fail",
    Change.RENAMED: "warn",
    Change.SAME: "",
}
COLUMNS = [
    Column[Difference](key="row", title="行", value=lambda row: row.row, kind=Kind.NUMBER),
    Column[Difference](
        key="id", title="職員ID", value=lambda row: row.staff_id, kind=Kind.CODE, heads_row=True
    ),
    Column[Difference](
        key="change",
        title="変更",
        value=lambda row: TITLES[row.change],
        cell=lambda row: make_chip(TITLES[row.change], _TONES[row.change]),
    ),
    Column[Difference](key="before", title="いまの所属", value=lambda row: row.before),
    Column[Difference](key="after", title="取込み後の所属", value=lambda row: row.after),
    Column[Difference](key="moved", title="発令日", value=lambda row: row.moved_on, kind=Kind.DAY),
    Column[Difference](key="left", title="失効日", value=lambda row: row.left_on, kind=Kind.DAY),
]


class PersonnelForm(forms.Form):
    """人事給与の所管部署または委託先から受け取ったファイル."""

    file = forms.FileField(
        label="人事情報ファイル",
        help_text="UTF-8 の CSV です。受け取ったまま、直さずに選んでください。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


@screen(Permission.ACCESS_STAFF_IMPORT)
def personnel(request: HttpRequest) -> HttpResponse:
    """取込み 1: choose the file. A bad one is refused whole, with every bad row."""
    form = PersonnelForm(request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        file = _keep(form.cleaned_data["file"])
        refusal = form_pages.refused(
            request,
            Permission.ACCESS_STAFF_IMPORT,
            lambda: check_feed(file=file, by=actor_of(request)),
        )
        if refusal is None:
            return HttpResponseRedirect(reverse("personnel-check", args=[file.parent.name]))
        shutil.rmtree(file.parent)
    context = {
        "form": form,
        "refusal": refusal,
        "columns": [(column.name, column.label, column.required) for column in PERSONNEL.columns],
    }
    status = refusal.code.family.http_status if refusal else 200
    return render(request, "screens/personnel.html", context, status=status)


@screen(Permission.ACCESS_STAFF_IMPORT)
def personnel_check(request: HttpRequest, digest: str) -> HttpResponse:
    """取込み 2: the differences, and the button that applies exactly them."""
    file, actor = _kept(digest), actor_of(request)
    if request.method == "POST":
        changed = apply_feed(file=file, digest=digest, by=actor)
        shutil.rmtree(file.parent)
        messages.success(request, f"人事情報を反映しました（{_counts(changed)}）。")
        return HttpResponseRedirect(reverse("staff"))
    found = check_feed(file=file, by=actor)
    changes = [row for row in found.rows if row.change is not Change.SAME]
    context = {
        "file": file.name,
        "counts": [(TITLES[change], found.count(change)) for change in Change],
        "unlisted": found.unlisted,
        "changes": len(changes),
        "table": Table(
            caption="変更の内容", columns=COLUMNS, rows=changes, query=request.GET, empty="変更はありません。"
        ),
        "crumbs": [("ホーム", "/"), ("人事情報", reverse("personnel")), ("変更の確認", "")],
    }  # fmt: skip
    return render(request, "screens/personnel_check.html", context)


def _counts(found: Differences) -> str:
    return "、".join(
        f"{TITLES[change]} {found.count(change):,}人" for change in Change if found.count(change)
    )


def _folder() -> Path:
    return Path(settings.TODOKE_DATA_FOLDER) / "personnel"


def _keep(upload: UploadedFile[bytes]) -> Path:
    """The upload as a file of ours, in a folder named by its digest; older ones that nobody confirmed are removed."""
    data = upload.read()
    for old in _folder().glob("*"):
        if time.time() - old.stat().st_mtime > KEPT:
            shutil.rmtree(old)
    name = re.sub(r"[^\w.-]", "_", Path(upload.name or "").name)[-80:].lstrip(".") or "personnel.csv"
    folder = _folder() / hashlib.sha256(data).hexdigest()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    file = folder / name
    file.touch(mode=0o600)
    file.write_bytes(data)
    return file


def _kept(digest: str) -> Path:
    if re.fullmatch(r"[0-9a-f]{64}", digest):
        for file in (_folder() / digest).glob("*"):
            return file
    raise TodokeError(ErrorCode.NOT_FOUND, what="確認を待つ人事情報ファイル")
