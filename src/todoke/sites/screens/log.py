"""操作の記録の画面: search in sentences, unusual accesses, one resident's report, the self-inspection sheet.

Every look asks for its purpose and is itself logged (`sites.log_actions`). A resident's number is sent in the body of
a request, never in an address.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from todoke.access import naming
from todoke.access.guard import actor_of, open_screen, screen
from todoke.access.permissions import Permission
from todoke.kernel import clock
from todoke.kernel.clock import JAPAN
from todoke.oplog.entry import Outcome
from todoke.oplog.events import EVENTS, Kind, verbs_of
from todoke.oplog.person import Person
from todoke.oplog.reports import InspectionLine, Viewer
from todoke.oplog.search import Criteria, Logged
from todoke.oplog.unusual import Unusual
from todoke.pages import tables
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.sites import log_actions, near_staff
from todoke.sites.monitoring import status

PER_PAGE: Final = 50
_OUTCOMES = {
    Outcome.DONE.value: ("実施", "good"),
    Outcome.REFUSED.value: ("拒否", "fail"),
    Outcome.FAILED.value: ("失敗", "warn"),
}
PERSON_KINDS: Final = (
    ("resident_code", "住基個人コード"),
    ("case_number", "給付管理番号"),
    ("integrated_number", "統合番号"),
    ("local_number", "業務固有番号"),
)
"""By which numbers a resident can be asked for; as the entries were written with."""


class Period(forms.Form):
    """利用目的 and 期間; both days are included."""

    purpose = forms.CharField(label="利用目的", max_length=200)
    since = DateField(label="いつから", required=False, help_text="例：令和3年12月1日")
    until = DateField(label="いつまで", required=False, help_text="その日を含みます")

    def days(self, *, back: int) -> tuple[date, date]:
        """The first and last day; without them the last `back` days until today."""
        last = self.cleaned_data.get("until") or clock.today()
        return self.cleaned_data.get("since") or last - timedelta(days=back), last


class LogFilter(Period):
    """検索の条件."""

    field_order = ("purpose", "since", "until", "staff", "event", "outcome", "log")

    staff = forms.CharField(label="職員ID", required=False)
    event = forms.ChoiceField(label="操作", required=False)
    outcome = forms.ChoiceField(
        label="結果", required=False, choices=[("", "すべて"), *((key, text) for key, (text, _) in _OUTCOMES.items())]
    )  # fmt: skip
    log = forms.ChoiceField(label="システム", required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        kinds: list[Any] = [(f"kind:{kind.name}", f"{kind.value}のすべて") for kind in Kind]
        verbs = sorted((verb, naming.operation(verb)) for verb in EVENTS)
        _choices(self.fields["event"], [("", "すべて"), ("種類", kinds), ("操作", verbs)])
        _choices(
            self.fields["log"],
            [("", "すべて"), *((alias, status.system_title(alias)) for alias in status.aliases())],
        )

    def criteria(self) -> Criteria:
        """What is searched for."""
        given, (first, last) = self.cleaned_data, self.days(back=30)
        event = given["event"]
        verbs = verbs_of(Kind[event.removeprefix("kind:")]) if event.startswith("kind:") else [event]
        return Criteria(
            actor=given["staff"].strip(),
            verbs=verbs if event else (),
            outcome=given["outcome"],
            since=_start(first),
            until=_start(last + timedelta(days=1)),
        )


COLUMNS = [
    Column[Logged](key="at", title="日時", value=lambda row: row.at, kind=tables.Kind.MOMENT, sortable=False, heads_row=True),
    Column[Logged](key="said", title="誰が、どこで、何をしたか", value=log_actions.said, sortable=False),
    Column[Logged](
        key="outcome", title="結果", value=lambda row: _OUTCOMES[row.outcome][0],
        cell=lambda row: make_chip(*_OUTCOMES[row.outcome]), sortable=False,
    ),
    Column[Logged](
        key="log", title="記録", value=lambda row: f"{status.system_title(row.alias)} {row.id}", sortable=False
    ),
]  # fmt: skip


@open_screen("利用目的を尋ねるだけで、記録は示さない")
def log_purpose(request: HttpRequest) -> HttpResponse:
    """Asks for the purpose first, for whoever is signed in; the log itself asks for the permission."""
    actor_of(request)
    return render(request, "pages/purpose.html", {"title": "操作の記録を見る目的", "url": reverse("log")})


@screen(Permission.OPLOG_READ)
def log(request: HttpRequest) -> HttpResponse:
    """検索, newest first, page by page."""
    form = LogFilter(request.GET)
    rows: list[Logged] = []
    following = None
    if form.is_valid():
        chosen = form.cleaned_data["log"]
        found = log_actions.look(
            aliases=[chosen] if chosen else status.aliases(),
            criteria=form.criteria(),
            by=actor_of(request),
            after=_key(request.GET.get("after", "")),
            limit=PER_PAGE,
        )
        rows, following = found.entries, found.following
    context = {
        "filter": form,
        "clear": f"?{_purpose(request)}",
        "table": Table(caption="操作の記録", columns=COLUMNS, rows=rows, per_page=PER_PAGE),
        "next": _following(request.GET, following) if following else "",
        "first": "after" in request.GET,
        "query": _purpose(request),
    }
    return render(request, "screens/log.html", context, status=200 if form.is_valid() else 422)


UNUSUAL_COLUMNS = [
    Column[Unusual](key="rule", title="理由", value=lambda row: row.rule.value, heads_row=True),
    Column[Unusual](key="actor", title="職員ID", value=lambda row: row.actor, kind=tables.Kind.CODE),
    Column[Unusual](key="note", title="補足", value=lambda row: row.note),
    Column[Unusual](key="count", title="件数", value=lambda row: row.count, kind=tables.Kind.NUMBER),
    Column[Unusual](key="first", title="最初", value=lambda row: row.first, kind=tables.Kind.MOMENT),
    Column[Unusual](key="last", title="最後", value=lambda row: row.last, kind=tables.Kind.MOMENT),
    Column[Unusual](key="log", title="システム", value=lambda row: status.system_title(row.alias)),
]


@screen(Permission.OPLOG_READ)
def log_unusual(request: HttpRequest) -> HttpResponse:
    """通常と異なる利用: questions to ask, not accusations."""
    form = Period(request.GET)
    rows: list[Unusual] = []
    if form.is_valid():
        first, last = form.days(back=30)
        rows = log_actions.unusual_accesses(
            aliases=status.aliases(),
            since=_start(first),
            until=_start(last + timedelta(days=1)),
            by=actor_of(request),
            relations=near_staff.relations,
            protected=near_staff.protected,
        )
    context = {
        "heading": "通常と異なる利用",
        "lead": "事情を確かめるための一覧です。不正と決まったものではありません。",
        "filter": form,
        "clear": f"?{_purpose(request)}",
        "table": Table(caption="通常と異なる利用", columns=UNUSUAL_COLUMNS, rows=rows, query=request.GET),
        "crumbs": _crumbs(request, "通常と異なる利用"),
    }
    return render(request, "pages/listing.html", context, status=200 if form.is_valid() else 422)


SHEET_COLUMNS = [
    Column[InspectionLine](
        key="question", title="点検する項目", value=lambda row: row.question, heads_row=True, sortable=False
    ),
    Column[InspectionLine](key="source", title="評価書", value=lambda row: row.source, sortable=False),
    Column[InspectionLine](
        key="found", title="件数", value=lambda row: row.found, kind=tables.Kind.NUMBER, sortable=False
    ),
    Column[InspectionLine](
        key="clean", title="記録からの判定", value=lambda row: _judged(row)[0], cell=lambda row: make_chip(*_judged(row)),
        sortable=False,
    ),
    Column[InspectionLine](key="note", title="確認した内容（手書き）", value=lambda row: "　", sortable=False),
]  # fmt: skip


def _judged(row: InspectionLine) -> tuple[str, str]:
    if row.clean is None:
        return "件数のみ", ""
    return ("適", "good") if row.clean else ("要確認", "fail")


@screen(Permission.OPLOG_READ)
def log_sheet(request: HttpRequest) -> HttpResponse:
    """自己点検票, ready to print."""
    form = Period(request.GET)
    rows: list[InspectionLine] = []
    days: tuple[date, ...] = ()
    if form.is_valid():
        days = first, last = form.days(back=30)
        rows = log_actions.inspection_sheet(
            aliases=status.aliases(),
            since=_start(first),
            until=_start(last + timedelta(days=1)),
            by=actor_of(request),
        )
    context = {
        "filter": form,
        "clear": f"?{_purpose(request)}",
        "days": days,
        "now": clock.now(),
        "table": Table(caption="点検の結果", columns=SHEET_COLUMNS, rows=rows),
        "crumbs": _crumbs(request, "自己点検票"),
    }
    return render(request, "screens/log_sheet.html", context, status=200 if form.is_valid() else 422)


class PersonForm(Period):
    """Which resident, by which of the numbers."""

    field_order = ("purpose", "kind", "number", "since", "until")

    kind = forms.ChoiceField(label="番号の種類", choices=PERSON_KINDS)
    number = forms.CharField(
        label="番号",
        max_length=40,
        help_text="番号は記録に残りません。鍵をかけた索引だけで照合します。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
    )

    def clean_number(self) -> str:
        """Full-width digits and spaces are fine."""
        return "".join(unicodedata.normalize("NFKC", str(self.cleaned_data["number"])).split())


VIEWER_COLUMNS = [
    Column[Viewer](
        key="actor", title="職員ID", value=lambda row: row.actor, kind=tables.Kind.CODE, heads_row=True
    ),
    Column[Viewer](key="organisation", title="団体", value=lambda row: row.organisation),
    Column[Viewer](key="log", title="システム", value=lambda row: status.system_title(row.alias)),
    Column[Viewer](key="verbs", title="操作", value=lambda row: "、".join(map(naming.operation, row.verbs))),
    Column[Viewer](key="purposes", title="利用目的", value=lambda row: "、".join(row.purposes)),
    Column[Viewer](key="count", title="回数", value=lambda row: row.count, kind=tables.Kind.NUMBER),
    Column[Viewer](key="first", title="最初", value=lambda row: row.first, kind=tables.Kind.MOMENT),
    Column[Viewer](key="last", title="最後", value=lambda row: row.last, kind=tables.Kind.MOMENT),
]


@screen(Permission.OPLOG_READ)
def log_person(request: HttpRequest) -> HttpResponse:
    """一人の住民を見た人の一覧, for a disclosure request or an inquiry."""
    asked = request.method == "POST"
    form = PersonForm(
        request.POST if asked else None, initial={"purpose": request.GET.get(PURPOSE_FIELD, "")}
    )
    table = None
    if asked and form.is_valid():
        person = Person(form.cleaned_data["kind"], form.cleaned_data["number"])
        until = form.cleaned_data["until"]
        found = log_actions.viewers(
            persons=dict.fromkeys(status.aliases(), (person,)),
            since=_start(form.cleaned_data["since"]) if form.cleaned_data["since"] else None,
            until=_start(until + timedelta(days=1)) if until else None,
            by=actor_of(request),
        )
        # all on one page: sorting or turning pages would need the number again
        columns = [replace(column, sortable=False) for column in VIEWER_COLUMNS]
        table = Table(
            caption="この住民の情報を扱った人", columns=columns, rows=found, per_page=max(len(found), 1)
        )
    context = {"form": form, "table": table, "crumbs": _crumbs(request, "一人の住民を見た人")}
    return render(request, "screens/log_person.html", context, status=422 if asked and form.errors else 200)


def _crumbs(request: HttpRequest, title: str) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("操作の記録", f"{reverse('log')}?{_purpose(request)}"), (title, "")]


def _purpose(request: HttpRequest) -> str:
    """The purpose told with this request, to go on with under the same one."""
    query = QueryDict(mutable=True)
    query[PURPOSE_FIELD] = actor_of(request).purpose
    return query.urlencode()


def _start(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=JAPAN)


def _following(query: QueryDict, key: tuple[datetime, str, int]) -> str:
    at, alias, number = key
    wanted = query.copy()
    wanted["after"] = f"{at.isoformat()}~{alias}~{number}"
    return f"?{wanted.urlencode()}"


def _key(text: str) -> tuple[datetime, str, int] | None:
    """The key in an address; None for anything that is none, which shows the first page."""
    try:
        at, alias, number = text.split("~")
        return datetime.fromisoformat(at), alias, int(number)
    except ValueError:
        return None


def _choices(field: forms.Field, choices: list[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
