"""照会対象者: why one person is asked about, where, and every attempt in time. For the benefits section; asks the purpose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.pages.failures import PURPOSE_FIELD
from todoke.systems.inquiry.actions.find_subject import find_subject
from todoke.systems.inquiry.actions.read_subject import Looked, read_subject
from todoke.systems.inquiry.models import Query, ReceivedAnswer, Subject
from todoke.systems.inquiry.rules.answer_checks import BY_CODE
from todoke.systems.inquiry.rules.answer_statuses import detail_words, information_words
from todoke.systems.inquiry.web import naming, orders


class FindForm(forms.Form):
    """住基個人コード or 行番号; sent in the body, for an address must not hold a person's number."""

    resident_code = forms.CharField(
        label="住基個人コード",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
    )
    position = forms.IntegerField(
        label="行番号",
        required=False,
        min_value=1,
        help_text="照会の一覧の左端の番号です。住基個人コードを入力したときは空にします。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(given.get("resident_code")) == bool(given.get("position")):
            self.add_error("resident_code", "住基個人コードか行番号の、どちらか一つを入力してください。")
        return given


@screen(Permission.INQUIRY_SUBJECT_READ)
def find(request: HttpRequest, order_id: str) -> HttpResponse:
    """Leads to one person of the order; shows nobody itself."""
    orders.one(order_id)
    actor, form = actor_of(request), FindForm(request.POST or None)
    found: list[int] = []

    def work() -> None:
        code, position = form.cleaned_data["resident_code"], form.cleaned_data["position"]
        found.append(position or find_subject(order_id=order_id, resident_code=code.strip(), by=actor))

    refusal = None
    if form.is_valid():
        refusal = refused(request, Permission.INQUIRY_SUBJECT_READ, work)
        if refusal is None:
            url = reverse("inquiry-subject", args=[order_id, found[0]])
            return HttpResponseRedirect(f"{url}?{urlencode({PURPOSE_FIELD: actor.purpose})}")
    context = {
        "form": form,
        "refusal": refusal,
        "purpose": actor.purpose,
        "crumbs": _crumbs(order_id, "対象者を見る"),
        "back": reverse("inquiry-order", args=[order_id]),
    }
    return render(request, "inquiry/find.html", context, status=422 if form.errors or refusal else 200)


@screen(Permission.INQUIRY_SUBJECT_READ)
def subject(request: HttpRequest, order_id: str, position: int) -> HttpResponse:
    """One person, by the row number in the order."""
    looked = read_subject(order_id=order_id, position=position, by=actor_of(request))
    context = {
        "position": position,
        "state": _standing(looked.subject, looked.attempts),
        "facts": _facts(looked.subject),
        "events": [
            event for attempt in looked.attempts for event in [*_arrived(looked, attempt), *_events(attempt)]
        ],
        "originals": _originals(request, order_id, looked),
        "crumbs": _crumbs(order_id, f"行番号 {position}"),
    }
    return render(request, "inquiry/subject.html", context)


def _originals(request: HttpRequest, order_id: str, looked: Looked) -> list[tuple[str, str]]:
    """Where the sealed originals are opened, for whoever may; that page asks its purpose anew."""
    if not actor_of(request).may_somewhere(Permission.INQUIRY_ORIGINAL):
        return []
    return [
        (f"{_name(attempt)}の回答の原本", reverse("inquiry-original", args=[order_id, attempt.record_id]))
        for attempt in looked.attempts
        if looked.arrivals.get(attempt.record_id)
    ]


def _crumbs(order_id: str, title: str) -> list[tuple[str, str]]:
    return [orders.HOME, orders.ORDERS, (order_id, reverse("inquiry-order", args=[order_id])), (title, "")]


def _standing(row: Subject, attempts: list[Query]) -> tuple[str, str]:
    """Where the newest round stands; without one, why nobody is asked."""
    current = next((attempt for attempt in attempts if attempt.current), None)
    if current is not None:
        return naming.state(current.state)
    return str(Subject.Standing(row.standing).label), "fail" if row.refusal else ""


def _facts(row: Subject) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("住基個人コード", row.resident_code),
        ("現住所区", naming.provider(row.ward_code)),
        ("照会する理由", row.reason or "依頼に理由の記載がありません"),
        ("前住所", naming.provider(row.previous_municipality)),
        ("照会の可否", str(Subject.Standing(row.standing).label)),
    ]
    if row.refusal:
        facts.append(("照会できない理由", naming.not_asked(row.refusal)))
    if row.second_refusal:
        facts.append(("課税地へ照会できない理由", naming.not_asked(row.second_refusal)))
    return facts


def _name(attempt: Query) -> str:
    return f"{'一次' if attempt.round == 1 else '二次'}照会 {attempt.attempt}回目"


def _arrived(looked: Looked, attempt: Query) -> list[dict[str, Any]]:
    """What arrived about an attempt: both status levels, and what the checks found."""
    found = [BY_CODE[finding.code].sentence for finding in looked.findings.get(attempt.record_id, [])]
    return [
        {
            "at": arrival.received_at,
            "by": arrival.received_by,
            "title": f"{_name(attempt)}：到着（{ReceivedAnswer.Source(arrival.source).label}）",
            "note": "　".join(
                [
                    f"照会ステータス 明細単位 {detail_words(arrival.detail_status)}",
                    f"特定個人情報名単位 {information_words(arrival.information_status)}",
                    *found,
                ]
            ),
        }
        for arrival in looked.arrivals.get(attempt.record_id, [])
    ]


def _events(attempt: Query) -> list[dict[str, Any]]:
    """The attempt's steps, newest first."""
    name = _name(attempt)
    label, _ = naming.state(attempt.state)
    notes = [naming.error(attempt.error), f"期限切れの理由：{attempt.reason}" if attempt.reason else ""]
    events = []
    if attempt.state != "drafted":
        events.append({"at": attempt.state_at, "by": attempt.state_by, "title": f"{name}：{label}",
                       "note": "　".join(filter(None, notes))})  # fmt: skip
    file = attempt.request_file
    if file is not None and file.submitted_at is not None:
        events.append({"at": file.submitted_at, "by": file.submitted_by, "title": f"{name}：送付",
                       "note": f"照会送付ファイル {file.number}"})  # fmt: skip
    events.append({"at": attempt.drafted_at, "by": attempt.drafted_by, "title": f"{name}：作成",
                   "note": f"提供者 {naming.provider(attempt.provider)}　レコード識別番号 {attempt.record_id}"})  # fmt: skip
    return events
