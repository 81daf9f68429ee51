"""手順1 受付: a file with its kind, encoding, day and count; checked beside the screens."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.records.encodings import Encoding
from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules.imports import reading
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.imports.forms import FileForm
from todoke.systems.benefits.web.imports.listing import IMPORT, crumbs
from todoke.systems.benefits.web.working import Queue


@screen(IMPORT, atomic=False)
def new(request: HttpRequest) -> HttpResponse:
    """A file is taken on; what it holds is looked at beside the screens."""
    form = FileForm(request.POST or None, request.FILES or None)
    kept: list[FileImport] = []
    refusal = None
    if request.method == "POST" and form.is_valid():
        by, given = actor_of(request), form.cleaned_data
        refusal = form_pages.refused(request, IMPORT, lambda: kept.append(_received(given, by)))
        if kept:
            working.begin(Queue.FILES, importing.carry_on, kept[0].pk, by=by)
            return HttpResponseRedirect(reverse("benefits-import", args=[kept[0].pk]))
    context = {
        "form": form,
        "refusal": refusal,
        "layouts": [
            (
                kind.label,
                [(column.name, column.label, column.required) for column in reading.LAYOUTS[kind].columns],
            )
            for kind in ImportKind
            if kind is not ImportKind.REGISTER_LATEST
        ],
        "crumbs": crumbs(("ファイルを取り込む", "")),
    }
    status = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "benefits/imports/new.html", context, status=status)


def _received(given: dict[str, Any], by: Actor) -> FileImport:
    said = Said(
        kind=ImportKind(given["kind"]),
        encoding=Encoding(given["encoding"]),
        as_of=given["as_of"],
        expected_rows=given["expected_rows"],
        tax_year=given["tax_year"],
        programme=given["programme"],
    )
    upload: UploadedFile[bytes] = given["file"]
    name = re.sub(r"[\x00-\x1f/\\]", "_", upload.name or "") or "file.csv"
    if isinstance(upload, TemporaryUploadedFile):
        return receive_file(file=Path(upload.temporary_file_path()), said=said, by=by, name=name)
    with tempfile.TemporaryDirectory(dir=reads.folder(), prefix=".upload-") as folder:
        file = Path(folder) / "upload.csv"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.writelines(upload.chunks())
        return receive_file(file=file, said=said, by=by, name=name)
