"""一覧の画面: a list with its filter, and the ways to take it away.

A list of counts, states and codes is downloaded as it stands: the purpose is asked for and stands in the log with the
number of rows. A list with persons on it leaves only by an `Offer`: the encrypted export with preview, recipient, end,
and a second person where that is due (`custody.exports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import guard
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.pages.exports import Circumstances, as_csv, as_xlsx
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Table

DOWNLOADED: Final = "privacy:list:download"
FORM: Final = "download"
"""Query field that asks for a file: `csv` or `xlsx`."""
_TYPES: Final = {
    "csv": ("CSV で保存", "text/csv; charset=utf-8"),
    "xlsx": ("Excel で保存", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Which rows of which model the export of a list with persons would hold (see `custody.exports`)."""

    alias: str
    model: str
    fields: Sequence[str]
    conditions: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the export is asked for."""
        pairs = [("database", self.alias), ("model", self.model), *(("field", name) for name in self.fields)]
        where = [("where", f"{name}={value}") for name, value in self.conditions.items()]
        return f"{reverse('export-new')}?{urlencode([*pairs, *where])}"


def listing(
    request: HttpRequest,
    table: Table[Any],
    *,
    permission: Permission,
    heading: str,
    file: str = "",
    offer: Offer | None = None,
    filter: forms.Form | None = None,
    template: str = "pages/listing.html",
    **more: object,
) -> HttpResponse:
    """The list as a page, or, for a list without persons, as the file that was asked for.

    `file` is the name of that file, without an ending; empty for a list with persons, which may have an `offer`.
    `filter` is the bound form by which `table` was drawn. Raises PURPOSE_MISSING for a file without a purpose.
    """
    if file and request.GET.get(FORM) in _TYPES:
        return _file(request, table, permission, file, filter)
    if file:
        table.exports = [(title, _address(request.GET, form)) for form, (title, _) in _TYPES.items()]
    elif offer and guard.actor_of(request).may_somewhere(Permission.PRIVACY_EXPORT):
        table.exports = [("この一覧の出力を申請する", offer.url)]
    wrong = filter is not None and filter.is_bound and bool(filter.errors)
    context = {"heading": heading, "table": table, "filter": filter, **more}
    return render(request, template, context, status=422 if wrong else 200)


def _address(query: QueryDict, form: str) -> str:
    asked = query.copy()
    for name in (PURPOSE_FIELD, "page"):
        asked.pop(name, None)
    asked[FORM] = form
    return f"?{asked.urlencode()}"


def _file(
    request: HttpRequest, table: Table[Any], permission: Permission, file: str, filled: forms.Form | None
) -> HttpResponse:
    actor, form = guard.actor_of(request), request.GET[FORM]
    if not actor.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=permission.value)
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    alias = guard.database_of(permission)(request, kwargs)
    with transaction.atomic(using=alias):
        subject = f"{guard.route_of(request)} {form} {len(table.rows)}"
        record(alias, by=actor, verb=DOWNLOADED, subject=subject, persons=0)
    data = as_csv(table) if form == "csv" else as_xlsx(table, _circumstances(actor, filled))
    name = f"{file}_{clock.now().astimezone(clock.JAPAN):%Y%m%d_%H%M%S}.{form}"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}
    return HttpResponse(data, content_type=_TYPES[form][1], headers=headers)


def _circumstances(actor: Actor, filled: forms.Form | None) -> Circumstances:
    given = (
        [] if filled is None else [bound for bound in filled if bound.name != PURPOSE_FIELD and bound.value()]
    )
    conditions = "、".join(f"{bound.label}：{bound.value()}" for bound in given) or "なし"
    return Circumstances(by=actor.staff_id, at=clock.now(), conditions=conditions)
