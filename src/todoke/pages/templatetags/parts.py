"""Components for templates (画面の部品): `{% load parts %}`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from todoke.pages import tables

register = template.Library()


@register.simple_tag
def chip(text: str, tone: str = "") -> SafeString:
    """状態の札: good, wait, warn, fail or plain; the words alone carry the meaning, never the colour."""
    return make_chip(text, tone)


def make_chip(text: str, tone: str = "") -> SafeString:
    """The same for a table's `cell`."""
    return format_html('<span class="chip {}">{}</span>', tone, text)


def make_link(url: str, text: object) -> SafeString:
    """A link for a table's `cell`."""
    return format_html('<a href="{}">{}</a>', url, text)


@register.filter
def jp_day(value: date | None) -> SafeString | str:
    """令和3年12月10日; － where there is none."""
    return tables.show(value, tables.Kind.DAY)


@register.filter
def jp_moment(value: datetime | None) -> SafeString | str:
    """令和3年12月10日 09:05:03; － where there is none."""
    return tables.show(value, tables.Kind.MOMENT)


@register.inclusion_tag("pages/table.html")
def table(table: tables.Table[Any]) -> dict[str, Any]:
    """一覧表 with its order, its pages and its exports."""
    return {"table": table}


@register.inclusion_tag("pages/summary_list.html")
def summary(rows: Sequence[tuple[str, object]]) -> dict[str, Any]:
    """項目と内容: pairs of a title and what it is."""
    return {"rows": [(title, tables.show(value, tables.Kind.TEXT)) for title, value in rows]}


@register.inclusion_tag("pages/timeline.html")
def timeline(events: Sequence[Any]) -> dict[str, Any]:
    """経過: `at`, `title`, `by`, and `note` where there is one; newest first, as given."""
    return {"events": events}


@register.inclusion_tag("pages/error_summary.html")
def error_summary(*filled: forms.BaseForm) -> dict[str, Any]:
    """誤りの要約 at the top of a page: every mistake as a link to its field."""
    mistakes = [
        (form[name].id_for_label if name in form.fields else "", message)
        for form in filled
        if form.is_bound
        for name, messages in form.errors.items()
        for message in messages
    ]
    return {"mistakes": mistakes}


@register.inclusion_tag("pages/progress.html")
def progress(
    key: str, title: str, done: int, total: int, *, running: bool, note: str = "", unit: str = "件"
) -> dict[str, Any]:
    """進み具合: a bar and its numbers; while `running` the page renews itself."""
    percent = 100 * done // total if total else 100 if not running else 0
    return {
        "key": key, "title": title, "done": done, "total": max(total, 1) if running else total or 1, "running": running,
        "percent": percent, "note": note, "unit": unit,
    }  # fmt: skip
