"""Forms of what comes after the payment."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from todoke.identifiers import case_number
from todoke.kernel.clock import today
from todoke.pages.forms import DateField
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.aftermath.appeals import KINDS, OUTCOMES
from todoke.systems.benefits.rules.aftermath.declines import CHANNELS
from todoke.systems.benefits.rules.aftermath.refunds import MOST_PARTS, REASONS, STATES
from todoke.systems.benefits.web.calls.forms import digits
from todoke.systems.benefits.web.payments.forms import YenField

_CHOOSE: Final = ("", "選んでください")
_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


def _text(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip


class _CaseForm(forms.Form):
    number = forms.CharField(label="給付管理番号", max_length=40, widget=forms.TextInput(attrs=_NUMBER))

    def clean_number(self) -> str:
        """13 digits with their check digit."""
        number = digits(str(self.cleaned_data["number"]))
        if not case_number.is_valid(number):
            raise forms.ValidationError("給付管理番号の桁数または検査数字が正しくありません。")
        return number


class RefundForm(_CaseForm):
    """返還の請求の提案."""

    yen = YenField(label="請求額（円）", min_value=1, help_text="支払った額まで。一部だけのときはその額。")
    reason = forms.ChoiceField(
        label="請求の理由", choices=[_CHOOSE, *((each.value, title) for each, title in REASONS.items())]
    )
    due_on = DateField(label="納付の期限")
    note = _text("補足", "更正の通知の番号など。住所や口座は書きません。", required=False)


class RefundFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False,
        choices=[("", "すべて"), *((each.value, words[0]) for each, words in STATES.items())],
    )  # fmt: skip


class PlanForm(forms.Form):
    """分割の計画."""

    count = forms.IntegerField(
        label="回数", min_value=1, max_value=MOST_PARTS, widget=forms.TextInput(attrs=_NUMBER),
        help_text=f"毎月1回、{MOST_PARTS}回まで。割り切れない分は初回に加えます。",
    )  # fmt: skip
    first = DateField(label="最初の納付日")


class ReceiptForm(forms.Form):
    """納付の記録: one line of the statement."""

    received_on = DateField(label="納付された日")
    yen = YenField(label="納付額（円）", min_value=1)
    reference = forms.CharField(
        label="収納の明細番号", max_length=60, help_text="同じ日の同じ明細は一度だけ記録できます。"
    )


class ReversalForm(forms.Form):
    """Why a receipt is reversed."""

    reason = forms.CharField(label="取り消す理由", max_length=200)


class WriteOffForm(forms.Form):
    """不納欠損の提案."""

    reason = _text("不納欠損の理由", "例：所在不明、消滅時効の完成")


class DeclineForm(_CaseForm):
    """辞退の申出."""

    channel = forms.ChoiceField(
        label="申出の方法", choices=[_CHOOSE, *((each.value, title) for each, title in CHANNELS.items())]
    )
    said_on = DateField(label="申出の日")
    said = _text("申出の内容", "聞いたとおりに")


class AskedAgainForm(forms.Form):
    """意思の確認の結果."""

    answer = _text("確かめた内容", "いつ、誰に、どのように確かめたか")


class AppealForm(forms.Form):
    """不服の申出の受付."""

    programme = forms.ChoiceField(label="事業")
    number = forms.CharField(
        label="給付管理番号または世帯コード", max_length=40, widget=forms.TextInput(attrs=_NUMBER),
        help_text="番号のない世帯は、基準日の世帯コード（10桁）。",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="種類", choices=[_CHOOSE, *((each.value, title) for each, title in KINDS.items())]
    )
    known_on = DateField(label="決定を知った日", help_text="通知が届いた日など。期限はこの日から数えます。")
    received_on = DateField(label="受け付けた日")
    grounds = _text("申出の理由")
    excused = _text("期限を過ぎた正当な理由", "期限内なら空のままにします。", required=False)

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data, initial={"received_on": today()})
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in programmes.every()]

    def clean_number(self) -> str:
        """Half width, without spaces; a household code may have its part."""
        text = str(self.cleaned_data["number"])
        head, _, part = text.partition("-")
        return f"{digits(head)}-{digits(part)}" if part and len(digits(head)) == 10 else digits(text)


class AnswerForm(forms.Form):
    """回答の起案."""

    outcome = forms.ChoiceField(
        label="回答", choices=[_CHOOSE, *((each.value, title) for each, title in OUTCOMES.items())]
    )
    answer = _text("回答の理由", "申出をした人に送る文です。")
