"""Forms of the requests."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import QueryDict

from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import MeasureKind
from todoke.assurance.disclosure.rules.identity import CAPACITIES, DOCUMENTS, ROUTES
from todoke.assurance.disclosure.rules.kinds import KINDS, NO_SUSPENSION, OUTCOMES, Kind
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.pages.forms import DateField
from todoke.privacy.holding import Ground

_CHOOSE: Final = ("", "選んでください")
_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


def _text(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip


def _line(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=200, widget=widget)


def _documents(help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="確認した書類", choices=list(DOCUMENTS.items()), required=False, help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class IntakeForm(forms.Form):
    """受付: the paper form that was handed in or came by post."""

    kind = forms.ChoiceField(label="請求の種類", choices=[_CHOOSE, *KINDS.items()])
    office = forms.ChoiceField(label="受け付けた窓口", choices=[_CHOOSE])
    route = forms.ChoiceField(label="請求の方法", choices=[_CHOOSE, *ROUTES.items()])
    received_on = DateField(label="受付の日")
    name = _line("本人の氏名", "請求書に書かれたとおり。代理人の請求でも、本人の氏名を書きます。")
    birth_date = DateField(label="本人の生年月日")
    address = _line("本人の住所（請求書に書かれたもの）")
    capacity = forms.ChoiceField(label="請求する人", choices=[_CHOOSE, *CAPACITIES.items()])
    representative = _line("代理人の氏名", "代理人による請求のとき。", required=False)
    documents = _documents("足りない書類は、補正を求めて後から加えられます。")
    wanted = _text(
        "請求の内容",
        f"訂正は箇所と理由、利用停止は理由も書きます。{NO_SUSPENSION}の利用停止は請求できません（番号法31条）。",
    )
    based_on = forms.IntegerField(
        label="開示を受けた請求の番号", required=False, help_text="訂正・利用停止の請求のとき。", widget=forms.TextInput(attrs=_NUMBER)
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, offices: list[str]) -> None:
        super().__init__(data)
        choices = [(code, OFFICES[code].title) for code in offices]
        self.fields["office"].choices = choices if len(choices) == 1 else [_CHOOSE, *choices]  # type: ignore[attr-defined]  # a choice field; Django types all fields alike


class RegisterFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *((each.value, each.label) for each in RequestState)]
    )  # fmt: skip
    overdue = forms.BooleanField(label="期限を過ぎたものだけ", required=False)


class MissingForm(forms.Form):
    """補正を求める."""

    missing = _text("補正を求める内容")
    on = DateField(label="補正を求めた日")


class CompleteForm(forms.Form):
    """補正された."""

    documents = _documents("新しく届いた書類に印を付けます。")
    on = DateField(label="補正された日")


class IdentifyForm(forms.Form):
    """本人の特定."""

    resident_code = forms.RegexField(
        r"^[0-9]{10,11}$", label="住基個人コード", widget=forms.TextInput(attrs=_NUMBER),
        help_text="本人確認書類と住民記録で確かめた番号。請求書の生年月日と合うときだけ特定します。",
        error_messages={"invalid": "住基個人コードは数字で入力してください。"},
    )  # fmt: skip


class SectionForm(forms.Form):
    """節の判断."""

    ground = forms.ChoiceField(
        label="不開示の根拠", required=False,
        choices=[("", "開示する"), *((ground.value, ground.law) for ground in Ground)],
    )  # fmt: skip
    reason = _text("不開示の理由", "決定通知書に載ります。不開示の情報そのものは書きません。", required=False)


class ExtendForm(forms.Form):
    """延長."""

    because = _text("延長の理由", "通知書に載ります。")


class DecideForm(forms.Form):
    """決定."""

    outcome = forms.ChoiceField(label="決定", widget=forms.RadioSelect)
    reason = _text("理由", "全部を認めるとき以外は必ず書きます。決定通知書に載ります。", required=False)

    def __init__(self, data: QueryDict | None, *, kind: Kind) -> None:
        super().__init__(data)
        self.fields["outcome"].choices = list(OUTCOMES[kind].items())  # type: ignore[attr-defined]  # a choice field; Django types all fields alike


class HandOverForm(forms.Form):
    """交付: the identity is checked again."""

    handed_to = _line("受け取る人の氏名")
    documents = _documents("受付のときの書類ではなく、いま確かめた書類に印を付けます。")
    fee_exempt = forms.BooleanField(
        label="費用を免除する（経済的困難など。番号法31条、個人情報の保護に関する法律89条）", required=False
    )


class MeasureForm(forms.Form):
    """措置."""

    kind = forms.ChoiceField(label="措置", choices=[_CHOOSE, *MeasureKind.choices])
    system = _line("システムまたは相手")
    reference = _line("番号", "副本は、統合番号連携システムでの訂正の番号。ほかは文書の番号。")
    note = _text("補足", required=False)
