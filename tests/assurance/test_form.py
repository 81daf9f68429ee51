"""Classes, thresholds, promises and recorded items: what the assessment says follows from facts, code and law."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from datetime import date

import pytest
from django.apps import apps

from tests.assurance import yokohama
from todoke.assurance.facts import Accident
from todoke.assurance.form import form, items, recorded, threshold
from todoke.assurance.form.edition import from_toml, to_toml
from todoke.assurance.form.filling import fill
from todoke.assurance.form.parts import Choice, Marks, Shape
from todoke.assurance.form.scales import HANDLERS, HELD, ITEMS, PERSONS, Scale
from todoke.assurance.form.threshold import Assessment
from todoke.assurance.leaving import leaving
from todoke.assurance.promises import answers, promises
from todoke.assurance.promises.evidence import EVIDENCE
from todoke.kernel.errors import TodokeError
from todoke.records.fields import Field, Group
from todoke.records.layouts import inquiry_answer_v2021, inquiry_request_v2021

LAYOUTS = {
    layout.name: layout
    for layout in (inquiry_request_v2021.COMMON, inquiry_request_v2021.REQUEST, inquiry_answer_v2021.ANSWER)
}
NONE, BASIC, FOCUSED, FULL = Assessment


@pytest.mark.parametrize(
    ("persons", "plain", "many_handlers_or_accident"),
    [
        (0, NONE, NONE),
        (999, NONE, NONE),
        (1_000, BASIC, BASIC),
        (9_999, BASIC, BASIC),
        (10_000, BASIC, FOCUSED),
        (99_999, BASIC, FOCUSED),
        (100_000, FOCUSED, FULL),
        (299_999, FOCUSED, FULL),
        (300_000, FULL, FULL),
        (3_770_000, FULL, FULL),
    ],
)
def test_threshold(persons: int, plain: Assessment, many_handlers_or_accident: Assessment) -> None:
    rules = threshold.rules_on(date(2022, 4, 11))
    assert rules.judge(persons=persons, handlers=499, accident=False) is plain
    assert rules.judge(persons=persons, handlers=500, accident=False) is many_handlers_or_accident
    assert rules.judge(persons=persons, handlers=0, accident=True) is many_handlers_or_accident
    with pytest.raises(LookupError):
        threshold.rules_on(date(2014, 4, 19))


@pytest.mark.parametrize(
    ("published_on", "specific", "recent", "grave"),
    [
        (date(2019, 4, 10), True, False, False),
        (date(2019, 4, 11), True, True, False),
        (date(2021, 4, 10), True, True, False),
        (date(2021, 4, 11), True, True, True),
        (date(2022, 4, 11), False, True, False),
        (date(2022, 4, 12), True, False, False),
    ],
)
def test_accidents_count_for_three_years_and_those_of_numbers_for_one(
    published_on: date, specific: bool, recent: bool, grave: bool
) -> None:
    one = Accident(published_on=published_on, content="c", count=1, measures="m", specific=specific)
    facts = replace(yokohama.FACTS, accidents=(one,))
    assert bool(facts.recent_accidents()) is recent
    assert facts.grave() is grave


@pytest.mark.parametrize("scale", [PERSONS, HELD, ITEMS, HANDLERS])
def test_a_class_ends_before_its_limit(scale: Scale) -> None:
    limits = [limit for limit, _ in scale.steps]
    labels = [*(label for _, label in scale.steps), scale.beyond]
    assert [scale.of(limit - 1) for limit in limits] == labels[:-1]
    assert [scale.of(limit) for limit in limits] == labels[1:]


def test_promises_have_ids_of_their_own_and_controls_that_exist() -> None:
    every = promises()
    assert len({one.id for one in every}) == len(every) > 150
    for control in {one.control for one in every} - {""}:
        assert pkgutil.resolve_name(control)
    assert EVIDENCE.keys() <= {one.id for one in every}


def test_every_promise_answers_an_item_of_the_form() -> None:
    edition = fill(yokohama.texts(), yokohama.FACTS)
    keys = [item.key for _, _, item in items(form(edition.shape()))]
    promised = [key for key in answers() if not key.startswith("別紙.")]
    assert promised == [key for key in keys if key in promised]  # in the form's order, too
    assert all(f"{key}.再発防止策" in edition.values for key in answers() if key.startswith("別紙."))


def test_what_is_chosen_is_offered() -> None:
    edition = fill(yokohama.texts(), yokohama.FACTS)
    for _, _, item in items(form(edition.shape())):
        if isinstance(item, Choice):
            assert edition.text(item.key) in (*item.options, ""), item.key
        if isinstance(item, Marks):
            offered = {box.partition("( )")[0] for group in item.groups for box in group.boxes}
            assert edition.marked(item.key).keys() <= offered, item.key


def test_a_broken_promise_leaves_its_risk_insufficient_and_no_other() -> None:
    whole = fill(yokohama.texts(), yokohama.FACTS)
    broken = fill(yokohama.texts(), replace(yokohama.FACTS, broken=frozenset({"III-B.3.2-認証-04"})))
    assert {key: broken.text(key) for key in whole.values if whole.values[key] != broken.values[key]} == {
        "III-B.3.リスク2.十分か": "課題が残されている",
        "III-B.3.リスク2.ユーザ認証の管理": "行っていない",
    }


def test_numbers_that_leave_their_class_are_told() -> None:
    edition = fill(yokohama.texts(), yokohama.FACTS)
    assert leaving(edition, yokohama.FACTS) == []
    told = leaving(edition, replace(yokohama.FACTS, persons=300_000, benefit_users=50))
    assert [line.partition("」")[0] for line in told] == [
        "I 基本情報「③対象人数",
        "II 特定個人情報ファイルの概要「使用者数",
        "V 評価実施手続「②しきい値判断結果",
    ]


def test_another_city_and_programme_speak_for_themselves() -> None:
    texts = yokohama.texts()
    names = dict(texts.names) | {"city": "見本市", "duty": "物価高騰対応給付金支給事務"}
    own = replace(texts, names=names, accidents=())
    edition = fill(own, replace(yokohama.FACTS, persons=5_000, accidents=()))
    assert edition.text("表紙.宣言").startswith("見本市は、物価高騰対応給付金支給事務における")
    assert edition.text("III-A.6.リスク1.措置").startswith("<見本市における措置>")
    assert edition.text("I.1.③") == "1,000人以上1万人未満"
    assert edition.text("V.1.②") == threshold.RESULTS[1]
    assert edition.text("III-A.7.リスク.②") == "発生なし"
    assert edition.shape() == Shape(systems=4, contracts_a=1, contracts_b=3, accidents=0, changes=0)


def test_who_outsources_nothing_says_so() -> None:
    texts = yokohama.texts()
    own = {key: value for key, value in texts.texts.items() if not key.startswith("II-B.4")}
    edition = fill(replace(texts, texts=own), yokohama.FACTS)
    assert (edition.text("II-B.4"), edition.text("II-A.4")) == ("委託しない", "委託する")
    assert (edition.marked("III-B.4"), edition.marked("III-A.4")) == ({"委託しない": ""}, {})


def test_an_edition_is_kept_whole() -> None:
    edition = fill(yokohama.texts(), yokohama.FACTS)
    assert from_toml(to_toml(edition)) == edition
    for wrong in ("x = 1", "x = [1]", "x"):
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            from_toml(wrong)


def test_the_64_items_are_those_of_the_record_layouts() -> None:
    assert (len(recorded.BENEFIT), len(recorded.LINKAGE)) == (64, 5)
    found = {number: label for layout in LAYOUTS.values() for number, label in _numbered(layout.members)}
    assert {number: one.label for number, one in enumerate(recorded.BENEFIT, start=1)} == found


@pytest.mark.parametrize("one", [*recorded.BENEFIT, *recorded.LINKAGE], ids=lambda one: one.label)
def test_a_recorded_item_has_a_column(one: recorded.Recorded) -> None:
    assert one.field or one.kept
    if one.field and one.field not in LAYOUTS:
        layout, _, column = one.field.rpartition(".")
        names = {placed.field.name for placed in LAYOUTS[layout].placed} | set(LAYOUTS[layout].columns)
        assert column in names
    if one.kept:
        model, _, fields = one.kept.rpartition(".")
        for field in fields.split():
            apps.get_model(model)._meta.get_field(field)


def _numbered(parts: tuple[Field | Group, ...]) -> list[tuple[int, str]]:
    """Item numbers and labels, a group before what stands in it; of an item in several fields, the group's."""
    found: dict[int, str] = {}
    for part in parts:
        inside = _numbered(part.members) if isinstance(part, Group) else []
        for number, label in [*([(int(part.item), part.label)] if part.item else []), *inside]:
            found.setdefault(number, label)
    return list(found.items())
