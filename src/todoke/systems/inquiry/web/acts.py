"""再照会 and 期限切れ: first the number, and what is left out and why; then one button that does exactly that."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.actions.expire_queries import expire_queries, overdue
from todoke.systems.inquiry.actions.reask import preview
from todoke.systems.inquiry.rules.asking_again import Scope
from todoke.systems.inquiry.rules.failures import failure
from todoke.systems.inquiry.web import naming, orders


class ScopeForm(forms.Form):
    """どの失敗を. What can be chosen is what failed in the order."""

    provider = forms.ChoiceField(label="提供者", required=False)
    error = forms.ChoiceField(label="エラー理由", required=False)
    remedied = forms.MultipleChoiceField(
        label="原因を取り除いたエラー",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="「先に必要なこと」が済んだものだけを選びます。選ばないものは再照会しません。",
    )

    def __init__(self, *arguments: Any, order_id: str, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        counts = queries.error_counts(order_id)
        providers = [(code, naming.provider(code)) for code in queries.providers(order_id)]
        errors = [(word, f"{naming.error(word)}（{count:,} 件）") for word, count in counts.items()]
        unchanged = [(word, text) for word, text in errors if failure(word).first]
        self._offer("provider", [("", "すべて"), *providers])
        self._offer("error", [("", "すべて"), *errors])
        self._offer("remedied", unchanged)
        if not unchanged:
            del self.fields["remedied"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def scope(self) -> Scope:
        """Which failed questions."""
        return Scope(self.cleaned_data["provider"], self.cleaned_data["error"])

    def remedied_words(self) -> set[str]:
        """The errors whose cause somebody saw to."""
        return set(self.cleaned_data.get("remedied", ()))


class Seen(forms.Form):
    """What the person saw when pressing the button."""

    expected = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@screen(Permission.INQUIRY_REASK, atomic=False)
def reask(request: HttpRequest, order_id: str) -> HttpResponse:
    """失敗した照会だけを再照会, of the order, of one municipality or of one error."""
    orders.one(order_id)
    wish = ScopeForm(request.GET, order_id=order_id)
    scope, remedied = (wish.scope(), wish.remedied_words()) if wish.is_valid() else (Scope(), set[str]())
    shown = preview(order_id=order_id, scope=scope, remedied=remedied, by=actor_of(request))
    form = Seen(request.POST or None, initial={"expected": shown.asked})

    def work(by: Actor, given: dict[str, Any]) -> None:
        out = jobs.folder(order_id)
        jobs.reask(order_id, out, scope, remedied=remedied, expected=given["expected"], by=by)

    left_out = [(naming.error(word), count, failure(word).first) for word, count in shown.left_out.items()]
    return _page(
        request,
        form,
        order_id,
        permission=Permission.INQUIRY_REASK,
        heading="失敗した照会だけを再照会します",
        verb=f"{shown.asked:,} 件を再照会する",
        work=work,
        done="失敗した照会だけを新しいファイルに作成し、統合番号連携システムへ送付しました。まだ照会していません。「次にすること」の命令を実行してください。",
        filter=wish,
        count=shown.asked,
        left_out=left_out,
        what="再照会する照会",
        lead="新しいレコード識別番号で、新しい照会送付ファイルを作成します。回答のある照会、回答を待っている照会は含みません。",
    )


class Deadline(forms.Form):
    """期限の日数."""

    answer_days = forms.IntegerField(label="照会中の期限（日）", min_value=0, max_value=3650)
    held_days = forms.IntegerField(label="提供者確認中の期限（日）", min_value=0, max_value=3650)


class ExpirySeen(Seen):
    """Why, and what the person saw."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="個人番号や住民の氏名は書かないでください。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@screen(Permission.INQUIRY_EXPIRE)
def expire(request: HttpRequest, order_id: str) -> HttpResponse:
    """期限切れ, with a reason."""
    orders.one(order_id)
    given = request.GET if "answer_days" in request.GET else _usual_days()
    limit = Deadline(given)
    days = dict(limit.cleaned_data) if limit.is_valid() else None
    count = overdue(order_id=order_id, **days, by=actor_of(request)) if days else 0
    form = ExpirySeen(request.POST or None, initial={"expected": count})

    def work(by: Actor, seen: dict[str, Any]) -> None:
        if days:
            expire_queries(order_id=order_id, **days, reason=seen["reason"], expected=seen["expected"], by=by)

    return _page(
        request,
        form,
        order_id,
        permission=Permission.INQUIRY_EXPIRE,
        heading="回答のない照会を期限切れにします",
        verb=f"{count:,} 件を期限切れにする",
        work=work,
        done="期限切れにしました。遅れて届いた回答は取り込みます。",
        filter=limit,
        count=count,
        left_out=[],
        what="期限を過ぎた照会",
        lead="期限切れにした照会は再照会できます。遅れて届いた回答は取り込み、回答として数えます。",
    )


def _usual_days() -> QueryDict:
    usual = QueryDict(mutable=True)
    usual["answer_days"] = str(settings.TODOKE_ANSWER_DAYS)
    usual["held_days"] = str(settings.TODOKE_HELD_DAYS)
    return usual


def _page(request: HttpRequest, form: forms.Form, order_id: str, **more: Any) -> HttpResponse:  # noqa: ANN401 - form_page's
    back = reverse("inquiry-order", args=[order_id])
    crumbs = [orders.HOME, orders.ORDERS, (order_id, back), (more["heading"], "")]
    return form_page(request, form, back=back, template="inquiry/act.html", crumbs=crumbs, **more)
