"""引渡し, 数の確認, 照合, 発送の確認: the figures restated before each, and a second person at the end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import form_page, refused, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.systems.benefits.actions.mailings.confirm_dispatch import confirm_dispatch
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.letters import mailings as reads
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.mailings.forms import ConfirmForm, HandForm, PrinterForm
from todoke.systems.benefits.web.mailings.listing import CONFIRM, HANDLE, crumbs, facts, kinds_table


@screen(HANDLE)
def hand(request: HttpRequest, code: str) -> HttpResponse:
    """印刷所への引渡し."""
    programme, waiting = find(code), reads.waiting(code)
    letters = sum(one.letters for one in waiting)

    def work(by: Actor, given: dict[str, Any]) -> None:
        hand_over(programme=programme.code, by=by, expected=given["seen"])

    rows: list[tuple[str, object]] = [("事業", programme.name)]
    rows += [
        (letter_kind.title(one.kind, one.route), f"{one.letters:,} 通、{one.sheets:,} 枚、{one.files:,} ファイル")
        for one in waiting
    ]  # fmt: skip
    form = HandForm(request.POST if request.method == "POST" else None, initial={"seen": letters})
    return form_page(
        request, form, permission=HANDLE, heading="印刷ファイルを印刷所に渡します", verb=f"{letters:,} 通を渡す", work=work,
        done="渡しました。印刷が済んだら、印刷所の数を入れてください。", back=reverse("benefits-mailings"), facts=rows,
        lead="印刷ファイルは1回だけ渡せます。渡した通数と枚数を、印刷所の受領書と照らしてください。",
        crumbs=crumbs(("印刷所への引渡し", "")),
    )  # fmt: skip


@screen(HANDLE)
def count(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """印刷所の数. Figures that do not agree are kept and shown, and the mailing stays where it is."""
    mailing, kinds = reads.one(mailing_id), reads.held(mailing_id)
    form = PrinterForm(request.POST if request.method == "POST" else None, kinds=kinds)
    found: list[str] = []
    refusal = None
    back = reverse("benefits-mailing", args=[mailing_id])
    if request.method == "POST" and form.is_valid():
        actor = actor_of(request)
        refusal = refused(
            request,
            HANDLE,
            lambda: found.extend(count_sheets(mailing_id=mailing_id, counts=form.counts(), by=actor)),
        )
        if refusal is None and not found:
            messages.success(request, "印刷所の数と合いました。次に、最新の住民記録と照合してください。")
            return HttpResponseRedirect(back)
    context = {
        "form": form, "refusal": refusal, "heading": f"発送 {mailing.number} の印刷所の数", "verb": "数を合わせる",
        "back": back, "facts": facts(mailing), "found": found, "table": kinds_table(reads.held(mailing_id)),
        "lead": "印刷所の報告書のとおりに入力します。使える枚数＝印刷した枚数－損紙＋刷り直し が、渡した枚数と合わなければなりません。",
        "crumbs": crumbs((f"発送 {mailing.number}", back), ("印刷所の数", "")),
    }  # fmt: skip
    wrong = 409 if found else 422 if form.is_bound and form.errors else 200
    status = refusal.code.family.http_status if refusal else wrong
    return render(request, "benefits/mailings/count.html", context, status=status)


@screen(HANDLE)
def match(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """最新の住民記録との照合."""
    mailing = reads.one(mailing_id)
    back = reverse("benefits-mailing", args=[mailing_id])

    def work(by: Actor, _: dict[str, Any]) -> None:
        match_register(mailing_id=mailing_id, office=SAMPLE_CITY, by=by)

    return form_page(
        request, sent(request), permission=HANDLE, heading=f"発送 {mailing.number} を最新の住民記録と照合します",
        verb="照合する", work=work, done="照合しました。抜き取る手紙を束から抜いてください。", back=back,
        facts=facts(mailing), template="pages/confirm.html", crumbs=crumbs((f"発送 {mailing.number}", back), ("照合", "")),
        warning="印刷した後に亡くなった方、転出した方、住所や氏名が変わった方、支援措置の対象になった方の手紙を抜き取ります。"
        f"取り込んでから{SAMPLE_CITY.register_hours}時間を過ぎた住民記録では照合できません。",
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """発送の確認, by somebody who did nothing of it before."""
    mailing = reads.one(mailing_id)
    back = reverse("benefits-mailing", args=[mailing_id])

    def work(by: Actor, given: dict[str, Any]) -> None:
        confirm_dispatch(
            mailing_id=mailing_id, taken_out=given["taken_out"], posted=given["posted"], office=SAMPLE_CITY, by=by
        )  # fmt: skip

    return form_page(
        request, ConfirmForm(request.POST if request.method == "POST" else None), permission=CONFIRM,
        heading=f"発送 {mailing.number} を確認します", verb="発送を確認する", work=work, done="発送を確認しました。",
        back=back, facts=[("渡した手紙", f"{mailing.letters:,} 通（{mailing.sheets:,} 枚）")],
        lead="引渡し・数の確認・照合のどれかを行った職員は確認できません。束を自分で数えて入力してください。",
        crumbs=crumbs((f"発送 {mailing.number}", back), ("発送の確認", "")),
    )  # fmt: skip
