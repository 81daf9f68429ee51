"""副本の訂正: one person's replica put right by a form; a second person looks at every item and decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.pages.forms import DateField
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS
from todoke.systems.linkage.actions.corrections.decide_correction import (
    confirm_correction,
    decline_correction,
    read_correction,
)
from todoke.systems.linkage.actions.replicas.propose_correction import propose_correction
from todoke.systems.linkage.flows import ReplicaCorrectionState
from todoke.systems.linkage.models import ReplicaCorrection
from todoke.systems.linkage.queries import replicas as reads

PROPOSE, CONFIRM = Permission.LINKAGE_REPLICA_PROPOSE, Permission.LINKAGE_REPLICA_CONFIRM
LISTED: Final = 500
REASONS: Final = (
    ("NotAcceptable", "値がない（NotAcceptable）"),
    ("NotConvered", "提供しない（NotConvered）"),
)
"""ReasonOfNull as far as it is known in public (facts/linkage.md §2.4)."""
_PARTS: Final = ("_value", "_reason")
TONES: Final = {"proposed": "wait", "confirmed": "good", "declined": "fail"}

_COLUMNS = [
    Column[ReplicaCorrection](key="at", title="提案した日時", value=lambda row: row.proposed_at, kind=Kind.MOMENT),
    Column[ReplicaCorrection](key="by", title="提案した人", value=lambda row: row.proposed_by),
    Column[ReplicaCorrection](key="year", title="年度", value=lambda row: str(row.fiscal_year), kind=Kind.CODE),
    Column[ReplicaCorrection](key="what", title="内容", value=lambda row: "削除" if row.deletes else "登録・訂正"),
    Column[ReplicaCorrection](
        key="state", title="状態", value=lambda row: ReplicaCorrectionState(row.state).label,
        cell=lambda row: make_chip(ReplicaCorrectionState(row.state).label, TONES[row.state]),
    ),
    Column[ReplicaCorrection](key="decided", title="決めた人", value=lambda row: row.confirmed_by or row.declined_by or "－"),
]  # fmt: skip
_PLAIN = Column[ReplicaCorrection](
    key="id", title="番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True
)
_LINKED = Column[ReplicaCorrection](
    key="id", title="番号", value=lambda row: row.pk, heads_row=True,
    cell=lambda row: make_link(reverse("linkage-replica-confirmation", args=[row.pk]), f"訂正 {row.pk} を確認する")
    if row.state == ReplicaCorrectionState.PROPOSED else str(row.pk),
)  # fmt: skip


class CorrectionForm(forms.Form):
    """一人分の副本: each item is a value or the reason why there is none."""

    integrated_number = forms.RegexField(
        r"^[0-9]{15}$", label="統合番号", widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "統合番号は15桁の数字で入力してください。"},
    )  # fmt: skip
    birth_date = DateField(label="生年月日")
    fiscal_year = forms.IntegerField(label="年度（西暦）", min_value=2000, max_value=2999)
    change = forms.ChoiceField(
        label="区分", choices=[("1", "登録・訂正する"), ("2", "この年度の副本を削除する")]
    )
    auto_reply_prohibited = forms.BooleanField(label="自動応答不可（支援措置など）", required=False)
    reason = forms.CharField(
        label="訂正の理由", max_length=200, help_text="氏名や番号、金額は書かないでください。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        for name, label, rule in REPLICA_ITEMS:
            self.fields[f"{name}_value"] = forms.CharField(
                label=label, required=False, max_length=16, help_text=rule.sentence,
                widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"{name}_reason"] = forms.ChoiceField(
                label=f"{label}：値がない理由", required=False, choices=[("", "値がある"), *REASONS]
            )

    def clean(self) -> dict[str, Any]:
        """For a registration each item has exactly one of value and reason; for a deletion none has any."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        deletes = cleaned.get("change") == "2"
        for name, label, _ in REPLICA_ITEMS:
            filled = bool(cleaned.get(f"{name}_value")) + bool(cleaned.get(f"{name}_reason"))
            if deletes and filled:
                self.add_error(f"{name}_value", f"{label}：削除するときは空欄にしてください。")
            elif not deletes and filled != 1:
                self.add_error(
                    f"{name}_value", f"{label}：値か、値がない理由か、どちらか一方を入力してください。"
                )
        return cleaned

    def head(self) -> list[forms.BoundField]:
        """Whose copy, and why."""
        return [self[name] for name in self.fields if not name.endswith(_PARTS)]

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Value and reason of each item, to stand side by side."""
        return [(self[f"{name}_value"], self[f"{name}_reason"]) for name in TAX_ITEMS]

    def items(self) -> dict[str, Item] | None:
        """What shall stand; None for a deletion."""
        given = self.cleaned_data
        if given["change"] == "2":
            return None
        return {
            name: Item(given[f"{name}_value"] or None, given[f"{name}_reason"] or None) for name in TAX_ITEMS
        }


@screen(PROPOSE)
def corrections(request: HttpRequest) -> HttpResponse:
    """訂正の一覧: what was proposed, and what became of it."""
    return _list(request, _PLAIN, [("副本を訂正する", reverse("linkage-replica-correction-new"))])


@screen(CONFIRM)
def to_confirm(request: HttpRequest) -> HttpResponse:
    """確認待ちの訂正, for the second person."""
    return _list(request, _LINKED, [])


def _list(
    request: HttpRequest, first: Column[ReplicaCorrection], actions: list[tuple[str, str]]
) -> HttpResponse:
    rows = list(ReplicaCorrection.objects.using(reads.ALIAS).order_by("-pk")[:LISTED])
    context = {
        "heading": "副本の訂正",
        "lead": "画面からの訂正は、提案した人とは別の責任職が確認して初めて中間サーバーに送られます。",
        "table": Table(
            caption="訂正の一覧", columns=[first, *_COLUMNS], rows=rows, query=request.GET, empty="訂正はまだありません。"
        ),
        "actions": actions,
        "crumbs": [("ホーム", "/"), ("副本の訂正", "")],
    }  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(PROPOSE)
def correction_new(request: HttpRequest) -> HttpResponse:
    """提案."""
    form = CorrectionForm(request.POST or None)

    def propose(by: Actor, given: dict[str, Any]) -> None:
        head = {name: given[name] for name in ("integrated_number", "birth_date", "fiscal_year", "reason")}
        propose_correction(
            **head, items=form.items(), auto_reply_prohibited=given["auto_reply_prohibited"], by=by
        )

    return form_pages.form_page(
        request, form, permission=PROPOSE, heading="副本の訂正を提案します", verb="提案する",
        back=reverse("linkage-replica-corrections"), work=propose, template="linkage/replica_correction_new.html",
        done="提案しました。別の責任職が確認すると、中間サーバーに送ります。",
        lead="ふだんは税システムの正本から自動で登録します。画面から訂正するのは、その手順を待てないときだけです。",
        crumbs=[("ホーム", "/"), ("副本の訂正", reverse("linkage-replica-corrections")), ("提案", "")],
    )  # fmt: skip


class DecisionForm(forms.Form):
    """確認の結果."""

    decision = forms.ChoiceField(
        label="確認の結果", widget=forms.RadioSelect,
        choices=[("confirm", "正本のとおりなので登録する"), ("decline", "差し戻す")],
    )  # fmt: skip


@screen(CONFIRM)
def correction(request: HttpRequest, number: int) -> HttpResponse:
    """確認: every item as it would stand, then the decision."""
    form, refusal = DecisionForm(request.POST or None), None
    back = reverse("linkage-replica-confirmations")
    if request.method == "POST" and form.is_valid():
        decision = form.cleaned_data["decision"]
        refusal = form_pages.refused(request, CONFIRM, lambda: _decide(actor_of(request), number, decision))
        if refusal is None:
            done = "登録を始めました。" if decision == "confirm" else "差し戻しました。"
            messages.success(request, done)
            return HttpResponseRedirect(back)
    row, items, held = read_correction(number=number, by=actor_of(request))
    context = {
        "form": form, "refusal": refusal, "row": row, "back": back, "heading": f"訂正 {number} の確認",
        "items": [(label, items[name].value, items[name].reason) for name, label, _ in REPLICA_ITEMS] if items else [],
        "facts": [
            ("氏名", row.person.name_kanji), ("統合番号", row.person_id), ("年度", f"{row.fiscal_year}"),
            ("内容", "この年度の副本を削除する" if row.deletes else "登録・訂正する"),
            ("自動応答不可", "はい" if held else "いいえ"), ("理由", row.reason), ("提案した人", row.proposed_by),
        ],
        "crumbs": [("ホーム", "/"), ("副本の訂正", back), (f"訂正 {number}", "")],
    }  # fmt: skip
    status = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "linkage/replica_correction.html", context, status=status)


def _decide(by: Actor, number: int, decision: str) -> None:
    if decision == "confirm":
        confirm_correction(number=number, by=by)
    else:
        decline_correction(number=number, by=by)


def cards(actor: Actor) -> Iterable[Card]:
    """What waits for the second person; nothing of one's own."""
    if actor.may_somewhere(CONFIRM):
        waiting = ReplicaCorrection.objects.using(reads.ALIAS).filter(state=ReplicaCorrectionState.PROPOSED)
        count = waiting.exclude(proposed_by=actor.staff_id).count()
        yield Card(
            title="確認を待つ副本の訂正",
            count=count,
            link="確認する",
            url=reverse("linkage-replica-confirmations"),
        )
