"""絞り込み of the benefits lists: every condition stands in the address."""

from __future__ import annotations

from typing import Any

from django import forms

from todoke.systems.benefits.queries.figures.lists import CasesWanted
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import AGES, STAGE_TITLES, STATE_TITLES, STATES, Stage, age
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.dashboards import addresses

_ALL = [("", "すべて")]


class ProgrammeFilter(forms.Form):
    """事業, and the purpose that was told, which goes along with every link."""

    programme = forms.ChoiceField(label="事業")
    purpose = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        _choices(self, "programme", [(one.code, one.name) for one in programmes.every()])


class WardFilter(ProgrammeFilter):
    """区."""

    ward = forms.ChoiceField(label="区（基準日）", required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        wards = [(code, naming.ward(code)) for code in naming.wards()]
        _choices(self, "ward", [*_ALL, *wards, (addresses.NO_WARD, naming.NO_WARD)])

    def ward_wanted(self) -> str | None:
        """The ward's code, "" for households without one, None for all."""
        given = self.cleaned_data["ward"]
        return None if not given else "" if given == addresses.NO_WARD else given


class CaseFilter(WardFilter):
    """給付管理番号の一覧."""

    field_order = ("programme", "ward", "stage", "state", "age", "order")

    stage = forms.ChoiceField(
        label="どこまで進んだか",
        required=False,
        choices=[*_ALL, *((s.value, t) for s, t in STAGE_TITLES.items())],
    )
    state = forms.ChoiceField(
        label="いまの状態", required=False, choices=[*_ALL, *((s.value, t) for s, t in STATE_TITLES.items())]
    )
    age = forms.ChoiceField(
        label="いまの状態になってから",
        required=False,
        choices=[*_ALL, *((step.key, step.title) for step in AGES)],
    )
    order = forms.ChoiceField(
        label="並び順", required=False, choices=[("", "給付管理番号"), ("oldest", "長く待っている順")]
    )

    def wanted(self) -> CasesWanted:
        """Which cases; none when stage and state exclude each other."""
        given = self.cleaned_data
        states = set(STATES[Stage(given["stage"])] if given["stage"] else CaseState)
        if given["state"]:
            states &= {CaseState(given["state"])}
        return CasesWanted(
            programme=given["programme"],
            states=None if states == set(CaseState) else sorted(states),
            ward=self.ward_wanted(),
            age=age(given["age"]),
            oldest_first=given["order"] == "oldest",
        )


class JudgedFilter(WardFilter):
    """判定の一覧."""

    field_order = ("programme", "ward", "outcome", "reason")

    outcome = forms.ChoiceField(
        label="判定", required=False, choices=[*_ALL, *((one.value, one.words) for one in Outcome)]
    )
    reason = forms.ChoiceField(
        label="理由", required=False, choices=[*_ALL, *((one.value, one.words) for one in Reason)]
    )


class MissingFilter(ProgrammeFilter):
    """課税の状態が分からない人の一覧. The municipalities that can be chosen are those that are asked."""

    field_order = ("programme", "asked", "status")

    asked = forms.ChoiceField(label="照会先", required=False)
    status = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[*_ALL, *((one.value, one.value) for one in TaxStatus if one.unknown)],
    )

    def __init__(self, *arguments: Any, asked: list[str], **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        places = [(code or addresses.NOBODY, naming.asked(code)) for code in asked]
        _choices(self, "asked", [*_ALL, *places])

    def asked_wanted(self) -> str | None:
        """The municipality, "" where nobody is asked, None for all."""
        given = self.cleaned_data["asked"]
        return None if not given else "" if given == addresses.NOBODY else given


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
