"""One order, several editions of its file: what is asked stays the same, and a reply by file is an answer like any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.systems import city
from tests.systems.inquiry.town import ORDER, Town
from todoke.contracts.information import DUTY, PROCEDURE
from todoke.contracts.inquiry import InquiryKind
from todoke.identifiers import integrated_number
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.layouts import ward_reply_v2024 as ward_reply
from todoke.systems.inquiry import codecs, jobs
from todoke.systems.inquiry.actions.take_reply import take_reply
from todoke.systems.inquiry.codecs.editions import CANONICAL, EDITIONS, KNOWN, Head, questions
from todoke.systems.inquiry.models import Finding, Query, ReceivedAnswer, RequestFile
from todoke.systems.inquiry.rules import layout_uses
from todoke.systems.inquiry.rules.layout_uses import LayoutUse

HEAD = Head(
    municipality="14100",
    number=7,
    user_id="c004",
    asked_at=datetime(2022, 2, 1, 0, 30, 15, 123000, tzinfo=UTC),
)
WARD = ("ward-2024", "ward-2024-draft")


@st.composite
def known(draw: st.DrawFn) -> pa.Table:
    places = draw(st.lists(st.integers(1, 10**8 - 1), min_size=1, max_size=8, unique=True))
    rows = [
        {
            "record_id": f"R{place:09d}",
            "local_number": f"{draw(st.integers(0, 99)):02d}{place:08d}",
            "integrated_number": integrated_number.mint(place),
            "provider": draw(st.sampled_from(["13112", "14130", "01345", "27100"])),
        }
        for place in places
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in KNOWN]))


def canonical(people: pa.Table) -> pa.Table:
    table = questions(people, user_id="c004", municipality="14100", duty=DUTY, procedure=PROCEDURE)
    return table.select(CANONICAL.names).sort_by("record_id")


@hypothesis_settings(deadline=None, max_examples=40)
@given(known(), st.permutations(sorted(EDITIONS)))
def test_an_order_goes_through_every_edition_and_stays_the_same(people: pa.Table, names: list[str]) -> None:
    first = table = canonical(people)
    for name in [*names, *names]:
        made = EDITIONS[name]
        data = made.write(HEAD, table)
        table = made.read(data, file="x", known=people)
        assert made.write(HEAD, table) == data
    assert table == first


def people(*places: int) -> pa.Table:
    rows = [
        {
            "record_id": f"R{place}",
            "local_number": f"{place:010d}",
            "integrated_number": integrated_number.mint(place),
            "provider": "13112",
        }
        for place in places
    ]
    return pa.Table.from_pylist(rows)


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_a_file_with_a_question_of_another_order_or_without_one_is_refused(name: str) -> None:
    made = EDITIONS[name]
    data = made.write(HEAD, canonical(people(1, 2)))
    for other in (people(1), people(1, 3), people(1, 2, 3)):
        with pytest.raises(InputRefused):
            made.read(data, file="x", known=other)


class TestWhichEdition:
    uses = (
        LayoutUse("", date(2021, 12, 20), "pia-2021"),
        LayoutUse("14100", date(2024, 7, 1), "ward-2024"),
        LayoutUse("", date(2025, 1, 1), "ward-2024-draft"),
    )

    @pytest.mark.parametrize(
        ("day", "municipality", "layout"),
        [
            (date(2021, 12, 20), "14100", "pia-2021"),
            (date(2024, 6, 30), "14100", "pia-2021"),
            (date(2024, 7, 1), "14100", "ward-2024"),
            (date(2024, 7, 1), "14130", "pia-2021"),
            (date(2025, 1, 1), "14130", "ward-2024-draft"),
            (date(2025, 1, 1), "14100", "ward-2024"),
        ],
    )
    def test_a_day_and_an_organisation_decide(self, day: date, municipality: str, layout: str) -> None:
        assert layout_uses.layout_on(day, municipality, self.uses) == layout

    def test_before_the_first_day_there_is_none(self) -> None:
        with pytest.raises(TodokeError) as caught:
            layout_uses.layout_on(date(2021, 12, 19), "14100")
        assert caught.value.code is ErrorCode.SETUP_MISSING

    def test_a_configuration_file(self) -> None:
        text = '[[use]]\nmunicipality = "14100"\nfrom = 2024-07-01\nlayout = "ward-2024"\n'
        assert layout_uses.parse(text) == (LayoutUse("14100", date(2024, 7, 1), "ward-2024"),)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "use = []",
            "[[use]]\nfrom = 2024-07-01",
            "x =",
            '[[use]]\nmunicipality="1"\nfrom="x"\nlayout="y"',
        ],
    )
    def test_a_wrong_one_is_loud(self, text: str) -> None:
        with pytest.raises(TodokeError):
            layout_uses.parse(text)

    def test_an_unknown_edition_is_loud(self) -> None:
        with pytest.raises(TodokeError, match="pia-2021、ward-2024"):
            codecs.edition("ward-1999")


def use(layout: str) -> None:
    own = settings.TODOKE_KEYS_FOLDER.parent / layout_uses.FILE
    own.write_text(
        f'[[use]]\nmunicipality = "14100"\nfrom = 2021-12-20\nlayout = "{layout}"\n', encoding="utf-8"
    )


@pytest.fixture
def ward_city(city_site: object, request: pytest.FixtureRequest) -> Any:
    use(request.param)
    yield request.param
    (settings.TODOKE_KEYS_FOLDER.parent / layout_uses.FILE).unlink()


def reply_bytes(layout: str, rows: list[dict[str, str | None]]) -> bytes:
    made = codecs.edition(layout).reply
    assert made is not None
    table = pa.Table.from_pylist(rows, schema=made.schema)
    return ward_reply.encode(made, table)


def answered(place: int, **changes: str | None) -> dict[str, str | None]:
    return {
        "local_number": f"{place:015d}",
        "integrated_number": integrated_number.mint(place),
        "provider": "0220113112101700",
        "detail_status": "09",
        "detail_message": "正常終了",
        "information_status": "01",
        "information_message": "正常終了",
        "tax_year": "2021",
        "income_levy": "0",
        "per_capita_levy": "3500",
        "taxed_elsewhere": "0",
        "income_levy_before_transfer_reason": "NotAcceptable",
        "taxing_municipality_reason": "NotAcceptable",
    } | changes


@pytest.mark.parametrize("ward_city", WARD, indirect=True)
def test_a_ward_file_goes_out_and_its_reply_comes_in(ward_city: str, tmp_path: Path) -> None:
    town = Town(dict.fromkeys(range(1, 8), "13112"), tmp_path)
    town.order()
    town.request()
    file = RequestFile.objects.using("inquiry").get()
    assert file.layout == ward_city
    assert file.path is not None
    assert Path(file.path).name.startswith("P640R110_")
    rows = [
        answered(1),
        answered(2, income_levy="98700", per_capita_levy=None, per_capita_levy_reason="NotConvered"),
        answered(3, detail_status="17", information_status="99", detail_message="照会中です"),
        answered(4, integrated_number=integrated_number.mint(99)),
        answered(5, provider="13113"),
        answered(6, per_capita_levy=None),
    ]
    path = tmp_path / "P640R110_reply.DAT"
    path.write_bytes(reply_bytes(ward_city, rows))
    by = city.actor(city.OPERATOR)
    assert take_reply(number=file.number, path=path, by=by) == 6
    assert take_reply(number=file.number, path=path, by=by) == 0
    jobs.write_answer_files(ORDER, tmp_path, by=by)
    answers = town.answers()
    found = {place: (row["inquiry_kind"], row["error_reason"]) for place, row in answers.items()}
    error = InquiryKind.ERROR.value
    assert found == {
        1: (InquiryKind.ANSWERED.value, None),
        2: (InquiryKind.ANSWERED.value, None),
        3: (error, "status_not_success"),
        4: (error, "other_person"),
        5: (error, "other_municipality"),
        6: (error, "decisive_item_missing"),
        7: (InquiryKind.ASKED.value, None),
    }
    assert (answers[1]["income_levy"], answers[1]["per_capita_levy"]) == (0, 3500)
    assert (answers[2]["per_capita_levy"], answers[2]["per_capita_levy_reason"]) == (None, "NotConvered")
    assert all(answers[place]["income_levy"] is None for place in (3, 4, 5, 6))
    kept = {row.record_id: row for row in ReceivedAnswer.objects.using("inquiry").all()}
    assert len(kept) == 6
    third = Query.objects.using("inquiry").get(subject__position=3)
    assert (kept[third.record_id].detail_status, kept[third.record_id].information_status) == ("17", "99")
    assert kept[third.record_id].detail_message == "照会中です"


@pytest.mark.parametrize("ward_city", WARD[:1], indirect=True)
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([answered(1), answered(9)], "依頼にない"),
        ([answered(1), answered(1)], "前の行"),
        ([answered(1) | {"local_number": "100000000000001"}], "依頼にない"),
    ],
)
def test_a_line_that_answers_no_question_refuses_the_file_whole(
    ward_city: str, tmp_path: Path, rows: list[dict[str, str | None]], words: str
) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.order()
    town.request()
    path = tmp_path / "reply.DAT"
    path.write_bytes(reply_bytes(ward_city, rows))
    with pytest.raises(InputRefused, match=r"reply\.DAT") as caught:
        take_reply(number=1, path=path, by=city.actor(city.OPERATOR))
    assert words in caught.value.rows[0].rule
    assert Query.objects.using("inquiry").get().state == "asked"
    assert not ReceivedAnswer.objects.using("inquiry").exists()
    assert not Finding.objects.using("inquiry").exists()


def test_the_edition_of_the_assessment_has_no_reply_by_file(city_site: object, tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.order()
    town.request()
    path = tmp_path / "reply.DAT"
    path.write_bytes(reply_bytes("ward-2024", [answered(1)]))
    with pytest.raises(InputRefused):
        take_reply(number=1, path=path, by=city.actor(city.OPERATOR))


@pytest.mark.parametrize(
    ("detail", "information", "success"),
    [("09", "01", True), ("09", None, False), ("9", "1", False), ("09", "02", False), ("17", "01", False),
     (None, None, False), ("01", "09", False), ("０９", "01", False)],
)  # fmt: skip
def test_both_levels_say_so_or_it_is_no_success(
    detail: str | None, information: str | None, success: bool
) -> None:
    row = answered(1) | {"detail_status": detail, "information_status": information}
    made = codecs.edition("ward-2024")
    arrived = codecs.of_reply_file(made, reply_bytes("ward-2024", [row]), known=people(1), file="x")
    (cells,) = arrived.table.to_pylist()
    assert cells["state"] == ("answered" if success else "refused")
    assert (cells["detail_status"], cells["information_status"]) == (detail, information)
