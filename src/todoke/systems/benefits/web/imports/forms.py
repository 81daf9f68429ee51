"""Forms of the import screens."""

from __future__ import annotations

from typing import Any

from django import forms

from todoke.kernel.clock import today
from todoke.pages.forms import DateField
from todoke.records.encodings import Encoding
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.imports.differences import Change
from todoke.systems.benefits.rules.imports.kinds import KINDS, OF_PROGRAMME, ImportKind

_NOTHING = [("", "選んでください")]


def _programmes() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in programmes.every()]


class FileForm(forms.Form):
    """手順1: the file and what is said about it. Nothing is preset that decides how it is read."""

    kind = forms.ChoiceField(
        label="種類", choices=[*_NOTHING, *((kind.value, kind.label) for kind in ImportKind)]
    )
    file = forms.FileField(
        label="ファイル",
        help_text="受け取ったまま、表計算ソフトで開かずに選んでください。",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    encoding = forms.ChoiceField(
        label="文字コード",
        choices=[*_NOTHING, *((encoding.value, encoding.label) for encoding in Encoding)],
        help_text="送付票で確かめてください。システムは推測しません。違うときは、どれが正しいかを示します。",
    )
    as_of = DateField(label="基準日または作成日")
    expected_rows = forms.IntegerField(
        label="送付票の件数",
        min_value=0,
        help_text="見出しを除いた件数です。途中で切れたファイルを見分けるために照らし合わせます。",
    )
    tax_year = forms.RegexField(
        r"^[0-9]{4}$",
        label="課税年度",
        required=False,
        help_text="課税情報のときだけ。ファイルの最も新しい年度を西暦4桁で（例：2021）",
    )
    programme = forms.ChoiceField(
        label="事業",
        required=False,
        help_text=f"事業ごとのファイルのときだけ選びます（{'、'.join(kind.label for kind in OF_PROGRAMME)}）。",
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "（事業ごとのファイルではない）"), *_programmes()]

    def clean(self) -> dict[str, Any]:
        """What the kind asks for."""
        given = super().clean() or {}
        if given.get("kind"):
            kind = KINDS[ImportKind(given["kind"])]
            if kind.of_year and not given.get("tax_year") and "tax_year" not in self.errors:
                self.add_error("tax_year", "課税情報には課税年度を入力してください。")
            if not kind.of_year and given.get("tax_year"):
                self.add_error("tax_year", "課税情報のときだけ入力してください。")
            if wrong := kind.wrong_programme(given.get("programme", "")):
                self.add_error("programme", f"{wrong}。")
        if given.get("as_of") and given["as_of"] > today():
            self.add_error("as_of", "今日より後の日付です。")
        return given


class ImportFilter(forms.Form):
    """一覧の条件."""

    kind = forms.ChoiceField(
        label="種類",
        required=False,
        choices=[("", "すべて"), *((kind.value, kind.label) for kind in ImportKind)],
    )
    programme = forms.ChoiceField(label="事業", required=False)
    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *ImportState.choices])

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *_programmes()]


class DifferenceFilter(forms.Form):
    """違いの一覧の条件."""

    change = forms.ChoiceField(label="違い", required=False)
    column = forms.ChoiceField(label="変わった項目", required=False)
    code = forms.CharField(label="住基個人コード", required=False, max_length=16)

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - as Django's own
        columns: list[tuple[str, str]],
        adds: bool,
        of_persons: bool,
        **named: Any,  # noqa: ANN401 - as Django's own
    ) -> None:
        super().__init__(*arguments, **named)
        changes = (
            [Change.ADDED, Change.DUPLICATE, Change.NO_CASE]
            if adds
            else [Change.ADDED, Change.CHANGED, Change.REMOVED]
        )
        for name, choices in (
            ("change", [(each.value, each.label) for each in changes]),
            ("column", columns),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "すべて"), *choices]
        self.fields["code"].label = "住基個人コード" if of_persons else "世帯コード"
        if adds or not columns:
            del self.fields["column"]


class ReasonForm(forms.Form):
    """Why an import is cancelled."""

    reason = forms.CharField(label="取りやめる理由", max_length=200)


class LimitForm(forms.Form):
    """From which share of changed rows on a second person is needed."""

    percent = forms.IntegerField(label="割合（%）", min_value=0, max_value=50)
    reason = forms.CharField(label="理由", max_length=200)


class LackingFilter(forms.Form):
    """Who has no tax answer: ward and status."""

    ward = forms.RegexField(r"^([0-9]{5}|秘匿)$", label="区コード", required=False)
    status = forms.ChoiceField(label="状態", required=False)

    def __init__(self, *arguments: Any, statuses: tuple[str, ...], **named: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **named)
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((status, status) for status in statuses)]
