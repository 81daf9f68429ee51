"""Forms of the payment screens."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, Final

from django import forms

from todoke.identifiers import case_number
from todoke.kernel.clock import now, today, wareki
from todoke.pages.forms import DateField
from todoke.systems.benefits.queries.examination import bank_list
from todoke.systems.benefits.rules.accounts import bank_account
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.failures import SOURCE_TITLES
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.web import yucho

_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


class YenField(forms.IntegerField):
    """金額: digits as a person writes them, with commas and 円 or without."""

    def __init__(self, *, label: str, help_text: str = "", min_value: int | None = 0) -> None:
        super().__init__(
            label=label, help_text=help_text, min_value=min_value, max_value=10**12, widget=forms.TextInput(attrs=_NUMBER)
        )  # fmt: skip

    def to_python(self, value: Any) -> int | None:  # noqa: ANN401 - as Django's own
        """Whole yen."""
        return super().to_python(str(value or "").replace(",", "").replace("，", "").removesuffix("円"))


class PrepareForm(forms.Form):
    """起案: the day, and how many the person saw."""

    transfer_on = DateField(label="振込指定日")
    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any, *, office: PayingOffice, seen: int, proposed: date) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data, initial={"seen": seen, "transfer_on": proposed})
        self.office = office

    def clean_transfer_on(self) -> date:
        """A day on which banks work and for which the file can still be brought in time."""
        day: date = self.cleaned_data["transfer_on"]
        if bank_days.is_closed(day):
            raise forms.ValidationError(f"{wareki(day)}は銀行の休業日です。営業日を入力してください。")
        first = self.office.earliest(now())
        if day < first:
            raise forms.ValidationError(
                f"{wareki(day)}の振込は銀行の締切を過ぎています。{wareki(first)}以後の日にしてください。"
            )
        return day


class ReleaseForm(forms.Form):
    """確定: the totals on the treasurer's own sheet, typed and not copied from the screen."""

    count = forms.IntegerField(
        label="控えの件数", min_value=1, widget=forms.TextInput(attrs=_NUMBER),
        help_text="起案者から受け取った支払調書の件数を入力します。",
    )  # fmt: skip
    total = YenField(
        label="控えの支払総額（円）", help_text="支払調書の総額です。一致しないときは確定しません。"
    )


class ResultsForm(forms.Form):
    """銀行の結果: the list, and whether it names only what failed."""

    file = forms.FileField(
        label="結果の一覧（CSV）", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="項目は下の表のとおりです。一行でも合わないときは、全部を受け付けません。",
    )  # fmt: skip
    rest_is_paid = forms.BooleanField(
        label="一覧は振込不能だけで、ほかはすべて振込済みであることを銀行に確かめた", required=False
    )


class AccountForm(forms.Form):
    """口座の訂正: as on the passbook; ゆうちょ by 記号・番号 or by 店番・口座番号."""

    bank_code = forms.CharField(
        label="金融機関コード", max_length=4, widget=forms.TextInput(attrs=_NUMBER), help_text="ゆうちょ銀行は 9900"
    )  # fmt: skip
    symbol = forms.CharField(
        label="ゆうちょ 記号", max_length=5, required=False, widget=forms.TextInput(attrs=_NUMBER),
        help_text="ゆうちょ銀行で、記号と番号しか分からないときだけ（5桁）。店番と口座番号に直します。",
    )  # fmt: skip
    yucho_number = forms.CharField(
        label="ゆうちょ 番号", max_length=8, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    branch_code = forms.CharField(
        label="支店コード", max_length=3, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    account_type = forms.ChoiceField(
        label="預金種目", required=False, choices=[("", "選んでください"), *bank_account.TYPES.items()]
    )
    account_number = forms.CharField(
        label="口座番号", max_length=7, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    holder_kana = forms.CharField(
        label="口座名義（カナ）", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="通帳のカナのとおり。受給者本人の名義でないときは、審査で職員が確かめます。",
    )  # fmt: skip
    source = forms.ChoiceField(
        label="口座をどこから知ったか",
        choices=[("", "選んでください"), *((each.value, title) for each, title in SOURCE_TITLES.items())],
    )
    source_on = DateField(label="その日付")

    def clean(self) -> dict[str, Any]:
        """The account as banks know it; every fault by its field."""
        given = super().clean() or {}
        yucho.convert(self, given)
        if self.errors:
            return given
        account = self.account(given)
        for fault in bank_account.faults(account, lambda one: bank_list.fault(one, today())):
            self.add_error(fault.field, fault.sentence)
        if given["source_on"] > today():
            self.add_error("source_on", "今日より後の日付です。")
        return given

    def account(self, given: dict[str, Any]) -> BankAccount:
        """What was given, as one account."""
        names = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
        return BankAccount(**{name: given[name] for name in names})


class RecallForm(forms.Form):
    """組戻の依頼."""

    number = forms.CharField(
        label="給付管理番号", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )  # fmt: skip
    reason = forms.CharField(label="組戻しの理由", max_length=200)

    def clean_number(self) -> str:
        """13 digits with their check digit."""
        number = unicodedata.normalize("NFKC", str(self.cleaned_data["number"])).strip()
        if not case_number.is_valid(number):
            raise forms.ValidationError("給付管理番号の桁数または検査数字が正しくありません。")
        return number


class ReturnedForm(forms.Form):
    """銀行の回答."""

    answer = forms.ChoiceField(
        label="銀行の回答", choices=[("", "選んでください"), ("returned", "資金が返却された"), ("refused", "組戻しできなかった")]
    )  # fmt: skip
    returned_on = DateField(label="返却された日", required=False)

    def clean(self) -> dict[str, Any]:
        """A day exactly where money came back."""
        given = super().clean() or {}
        returned = given.get("answer") == "returned"
        if returned and not given.get("returned_on") and "returned_on" not in self.errors:
            self.add_error("returned_on", "資金が返却された日を入力してください。")
        if given.get("answer") == "refused" and given.get("returned_on"):
            self.add_error("returned_on", "返却されたときだけ入力してください。")
        return given


class DebitForm(forms.Form):
    """銀行の引落し: one line of the statement."""

    amount = YenField(label="引落額（円）", min_value=None, help_text="返金はマイナスで入力します。")
    reference = forms.CharField(
        label="銀行の明細番号", max_length=60, help_text="同じ明細は一度だけ記録できます。"
    )


class DayForm(forms.Form):
    """Another day of the bank's statement."""

    day = DateField(label="引落日")


class BankListForm(forms.Form):
    """金融機関・店舗コードの一覧: a dated edition."""

    file = forms.FileField(label="一覧（CSV）", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))
    as_of = DateField(label="いつ現在の一覧か")
