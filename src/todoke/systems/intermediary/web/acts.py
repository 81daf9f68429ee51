"""What officers do with a held request: note the contact, propose, confirm, renew the permit; refuse several at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.forms import DateField
from todoke.systems.intermediary.actions.note_contact import Contact, note_contact
from todoke.systems.intermediary.actions.read_held import open_held, read_held
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.actions.renew_permit import NOT_YET, renew_permit
from todoke.systems.intermediary.flows import Decision
from todoke.systems.intermediary.queries import Held
from todoke.systems.intermediary.web import held, naming, places

_NO_PERSON = "対象者の氏名や番号は書かないでください。"
_REFUSALS = {
    NOT_YET: "ネットワークに保留の報告がまだ届いていません。しばらくしてから、もう一度求めてください",
    "held_too_long": "保留の期限を過ぎているため更新されません。照会元に、もう一度照会するよう知らせました",
    "not_on_list": "照会許可照会リストで認められなくなったため更新されません",
}


class ContactForm(forms.Form):
    """いつ、誰に、何を確かめたか."""

    day = DateField(label="確認した日")
    hour = forms.TimeField(
        label="時刻", help_text="例：14:30", input_formats=["%H:%M"],
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
        error_messages={"invalid": "時刻は 14:30 のように入力してください。"},
    )  # fmt: skip
    means = forms.ChoiceField(label="方法", choices=list(naming.MEANS.items()))
    office = forms.CharField(label="照会元の所属", max_length=100)
    official = forms.CharField(
        label="照会元の職員名", max_length=60, help_text="確認した相手です。対象者ではありません。"
    )
    law = forms.BooleanField(label="法令上の根拠があることを確かめた", required=False)
    need = forms.BooleanField(label="この人の情報が必要であることを確かめた", required=False)
    handling = forms.BooleanField(label="受け取った後の取扱いに問題がないことを確かめた", required=False)
    note = forms.CharField(
        label="補足", required=False, max_length=500, help_text=_NO_PERSON, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip

    def contact(self) -> Contact:
        """As the action takes it."""
        given = dict(self.cleaned_data)
        day, hour = given.pop("day"), given.pop("hour")
        return Contact(contacted_at=datetime.combine(day, hour or time(), tzinfo=clock.JAPAN), **given)


class ProposalForm(forms.Form):
    """提供するか、しないか、とその理由."""

    decision = forms.ChoiceField(
        label="提案", choices=list(naming.DECISIONS.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="理由", max_length=500, help_text=_NO_PERSON, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefusalForm(forms.Form):
    """まとめて不許可."""

    permits = forms.MultipleChoiceField(label="不許可とする照会", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label="理由", max_length=500, help_text=_NO_PERSON, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *arguments: Any, rows: Sequence[Held], **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        choice = self.fields["permits"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [
            (row.permit_id, f"{row.record_id}　{naming.organisation(row.inquirer)}") for row in rows
        ]


@screen(Permission.INTERMEDIARY_CONTACT, where=places.here)
def contact(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """照会元への確認の記録."""
    form = ContactForm(request.POST or None)
    alias = places.alias_of(municipality)
    return _page(
        request, form, municipality, permit_id, permission=Permission.INTERMEDIARY_CONTACT,
        heading="照会元への確認を記録します", verb="記録する", done="照会元への確認を記録しました。",
        work=lambda by, _: note_contact(alias=alias, permit_id=permit_id, contact=form.contact(), by=by),
        lead="提供の許可を提案するには、三つとも確かめた記録が要ります。記録は後から直せません。誤りは新しい記録で改めます。",
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_RELEASE, where=places.here, atomic=False)
def propose(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """提案: the first officer."""
    alias = places.alias_of(municipality)
    return _page(
        request, ProposalForm(request.POST or None), municipality, permit_id, permission=Permission.INTERMEDIARY_RELEASE,
        heading="提供の可否を提案します", verb="提案する", done="提案しました。別の職員が確定すると、照会元に回答します。",
        work=lambda by, given: propose_release(
            alias=alias, permit_ids=[permit_id], decision=Decision(given["decision"]), reason=given["reason"], by=by
        ),
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_CONFIRM, where=places.here, atomic=False)
def confirm(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """確定: the second officer; the answer leaves at once."""
    alias = places.alias_of(municipality)
    found = open_held(alias=alias, permit_id=permit_id, by=actor_of(request))
    if found.decision is None or found.case.outcome != "held":
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="確定を待つ提案がありません")
    decision = Decision(found.decision.decision)
    return _page(
        request, sent(request), municipality, permit_id, permission=Permission.INTERMEDIARY_CONFIRM,
        heading=f"「{naming.DECISIONS[decision]}」を確定します", verb="確定する", done="確定し、照会元への回答を送りました。",
        work=lambda by, _: confirm_release(alias=alias, permit_ids=[permit_id], decision=decision, by=by),
        facts=[("提案の理由", found.decision.reason), *held.facts(found)],
        warning="確定すると、すぐに照会元へ回答します。取り消せません。提案した職員は確定できません。",
        template="pages/confirm.html",
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_RENEW, where=places.here, atomic=False)
def renew(request: HttpRequest, municipality: str, permit_id: str) -> HttpResponse:
    """許可証の更新を求める."""
    alias = places.alias_of(municipality)
    return _page(
        request, sent(request), municipality, permit_id, permission=Permission.INTERMEDIARY_RENEW,
        heading="情報提供許可証の更新を求めます", verb="更新を求める", done="許可証が更新されました。",
        work=lambda by, _: _renew(alias, permit_id, by),
        warning="ネットワークが照会許可照会リストをもう一度確かめます。認められなければ保留は終わり、照会元にもう一度照会するよう知らせます。",
        template="pages/confirm.html",
    )  # fmt: skip


@screen(Permission.INTERMEDIARY_RELEASE, where=places.here, atomic=False)
def refuse(request: HttpRequest, municipality: str) -> HttpResponse:
    """まとめて不許可を提案する: never a release. Each is confirmed by another officer."""
    alias = places.alias_of(municipality)
    rows = [row for row in read_held(alias=alias, by=actor_of(request)) if not row.proposed]
    return form_page(
        request, RefusalForm(request.POST or None, rows=rows), permission=Permission.INTERMEDIARY_RELEASE,
        heading="まとめて不許可を提案します", verb="不許可を提案する", back=reverse("intermediary-held", args=[municipality]),
        work=lambda by, given: propose_release(
            alias=alias, permit_ids=given["permits"], decision=Decision.REFUSE, reason=given["reason"], by=by
        ),
        done="不許可を提案しました。別の職員が一件ずつ確定します。",
        lead="提供の許可は一件ずつしか提案できません。まだ提案のない照会だけを示します。",
        crumbs=held.crumbs(municipality, "まとめて不許可"),
    )  # fmt: skip


def _renew(alias: str, permit_id: str, by: Actor) -> None:
    refusal = renew_permit(alias=alias, permit_id=permit_id, by=by)
    if refusal:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=_REFUSALS.get(refusal, refusal))


def _page(
    request: HttpRequest,
    form: forms.Form,
    municipality: str,
    permit_id: str,
    **more: Any,  # noqa: ANN401 - as form_page
) -> HttpResponse:
    back = reverse("intermediary-held-one", args=[municipality, permit_id])
    crumbs = [*held.crumbs(municipality), ("この照会", back), (more["verb"], "")]
    return form_page(request, form, back=back, crumbs=crumbs, **more)
