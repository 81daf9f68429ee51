"""アクセス権限と事務の対応表: on the screen, as XLSX and as PDF."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, matrix, matrix_files, naming
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.kernel import clock

_TYPES: Final = {
    "xlsx": (matrix_files.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (matrix_files.pdf, "application/pdf"),
}


@screen(Permission.ACCESS_MATRIX_PRINT)
def show(request: HttpRequest) -> HttpResponse:
    """対応表 as the code declares it, and everybody who holds a right today."""
    found = matrix.read(by=actor_of(request))
    context = {
        "columns": found.columns,
        "rows": [(naming.operation(verb), verb, cells) for verb, cells in found.rows],
        "holder_columns": matrix.HOLDER_COLUMNS,
        "holders": found.holders,
        "today": clock.today(),
        "crumbs": [("ホーム", "/"), ("権限", reverse("grants")), ("アクセス権限と事務の対応表", "")],
    }
    return render(request, "screens/matrix.html", context)


@screen(Permission.ACCESS_MATRIX_PRINT)
def download(request: HttpRequest, form: str) -> HttpResponse:
    """The same as a file."""
    make, kind = _TYPES[form]
    name = f"access-matrix-{directory.realm()}-{clock.today():%Y%m%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(make(matrix.read(by=actor_of(request))), content_type=kind, headers=headers)
