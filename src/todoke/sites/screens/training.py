"""研修: who attended which when, until when that counts, which rights it opens, and whose rights pause."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages, naming, standing
from todoke.access.actions.record_training import record_training
from todoke.access.guard import actor_of, screen
from todoke.access.models import Grant, GrantState, Staff
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip

LISTED = 2000
SOON_DAYS = 30


def _until(row: Staff) -> date | None:
    held: date | None = row.held_on  # type: ignore[attr-defined]
    return held + standing.TRAINING_LIFE[directory.realm()] if held else None


def _state(row: Staff) -> tuple[str, str]:
    until = _until(row)
    if until is None or until < clock.today():
        return "権限停止中", "fail"
    return ("期限間近", "warn") if (until - clock.today()).days <= SOON_DAYS else ("有効", "good")


COLUMNS = [
    Column[Staff](key="id", title="職員ID", value=lambda row: row.staff_id, kind=Kind.CODE, heads_row=True),
    Column[Staff](key="name", title="氏名", value=lambda row: row.name),
    Column[Staff](key="section", title="所属", value=lambda row: row.section),
    Column[Staff](key="course", title="研修", value=lambda _: standing.TRAINING_TITLE),
    Column[Staff](
        key="held", title="最終受講日", value=lambda row: row.held_on, kind=Kind.DAY  # type: ignore[attr-defined]
    ),
    Column[Staff](key="until", title="有効期限", value=_until, kind=Kind.DAY),
    Column[Staff](
        key="state", title="状態", value=lambda row: _state(row)[0], cell=lambda row: make_chip(*_state(row))
    ),
    Column[Staff](
        key="rights", title="この研修が要る権限", value=lambda row: "、".join(map(naming.role, row.held_roles or ())) or "なし"  # type: ignore[attr-defined]  # annotated by the view
    ),
]  # fmt: skip


class TrainingForm(forms.Form):
    """受講の記録."""

    held_on = DateField(label="研修の日")
    staff_ids = forms.CharField(
        label="受講した職員ID",
        help_text="1行に1人ずつ入力します。空白や読点で区切ることもできます。",
        widget=forms.Textarea(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_staff_ids(self) -> list[str]:
        """The IDs, in any way of separating them."""
        return [word for word in re.split(r"[\s,、，]+", str(self.cleaned_data["staff_ids"])) if word]


def _roles_today() -> ArraySubquery:
    """The roles of a person's rights of today: what the training opens, and what pauses without it."""
    today = clock.today()
    rights = Grant.objects.filter(
        staff=OuterRef("pk"), state=GrantState.CONFIRMED, valid_from__lte=today, valid_until__gte=today
    )
    return ArraySubquery(rights.order_by("role").values("role").distinct())


@screen(Permission.ACCESS_DIRECTORY_READ)
def training(request: HttpRequest) -> HttpResponse:
    """研修の受講状況 of everybody at work, whoever runs out first on top."""
    wanted = Q(training__kind=standing.TRAINING)
    rows = (
        Staff.objects.using(directory.alias())
        .exclude(left_on__lte=clock.today())
        .annotate(held_on=Max("training__held_on", filter=wanted), held_roles=_roles_today())
        .order_by("held_on", "staff_id")[:LISTED]
    )
    may = actor_of(request).may_somewhere(Permission.ACCESS_TRAINING_RECORD)
    context = {
        "heading": "研修",
        "lead": "特定個人情報保護の研修を期限までに受けていない人の権限は、自動で停止します。",
        "table": Table(caption="研修の受講状況", columns=COLUMNS, rows=list(rows), query=request.GET),
        "actions": [("受講を記録する", reverse("training-new"))] if may else [],
    }
    return render(request, "pages/listing.html", context)


@screen(Permission.ACCESS_TRAINING_RECORD)
def training_new(request: HttpRequest) -> HttpResponse:
    """受講の記録, for many people at once."""
    form = TrainingForm(request.POST or None, initial={"held_on": clock.today()})

    def work(by: Actor, given: dict[str, Any]) -> None:
        record_training(staff_ids=given["staff_ids"], held_on=given["held_on"], by=by)

    return form_pages.form_page(
        request, form, permission=Permission.ACCESS_TRAINING_RECORD, heading="研修の受講を記録します",
        verb="記録する", back=reverse("training"), work=work, done="研修の受講を記録しました。",
        crumbs=[("ホーム", "/"), ("研修", reverse("training")), ("受講の記録", "")],
    )  # fmt: skip
