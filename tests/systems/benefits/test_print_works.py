"""印刷 from a screen: what was seen is printed, once, and goes on after a stop; a spoiled letter comes again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.test_later_letters import codes
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, World, decide, rows
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.printing import print_letters as printing
from todoke.systems.benefits.actions.printing.begin_printing import begin_printing
from todoke.systems.benefits.actions.printing.reprint_letter import reprint_letter
from todoke.systems.benefits.jobs.printing import carry_on
from todoke.systems.benefits.models import LetterFile, PrintWork
from todoke.systems.benefits.queries.letters import print_works
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

ALIAS = "benefits"


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """Four households: one head has died, one is protected."""
    world = World(tmp_path, size=4)
    world.people[2] |= {"left_reason": "死亡"}
    world.people[3]["protected"] = True
    decide(dict.fromkeys(range(4), "eligible"))
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    return world


def begin(expected: int = 2) -> PrintWork:
    return begin_printing(
        programme=PROGRAMME, kind=LetterKind.FORMS, office=SAMPLE_CITY, expected=expected, by=CLERK
    )


def refusal(work: object, *given: object, **more: object) -> ErrorCode:
    with pytest.raises(TodokeError) as found:
        work(*given, **more)
    return found.value.code


def test_what_was_seen_is_printed_once_and_counted(world: World) -> None:
    found = print_works.preview(PROGRAMME, LetterKind.FORMS, SAMPLE_CITY)
    assert (found.letters, found.excluded) == (2, {"died": 1, "protected": 1})
    assert refusal(begin, 3) is ErrorCode.STATE_CONFLICT
    work = begin()
    assert refusal(begin) is ErrorCode.STATE_CONFLICT, "one at a time"
    assert print_works.stopped() == [work.pk]
    assert carry_on(work.pk, by=CLERK).state == "done"
    standing = print_works.standing(work)
    assert (standing.letters, standing.files, standing.excluded) == (2, 1, {"died": 1, "protected": 1})
    assert carry_on(work.pk, by=CLERK).state == "done"
    assert rows("SELECT count(*) FROM benefits_letter") == [(2,)]
    assert refusal(begin, 0) is ErrorCode.NOT_FOUND


def test_an_error_ends_it_with_its_sentence_and_another_may_begin(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: object) -> None:
        raise TodokeError(ErrorCode.UNAVAILABLE, what="印刷の処理")

    work = begin()
    with monkeypatch.context() as patched:
        patched.setattr(printing, "print_letters", fails)
        ended = carry_on(work.pk, by=CLERK)
    assert ended.state == "failed"
    assert "UNAVAILABLE" in ended.failure
    assert carry_on(begin().pk, by=CLERK).state == "done"


def test_a_spoiled_letter_is_cut_out_of_its_file_with_its_reason(world: World, tmp_path: Path) -> None:
    carry_on(begin().pk, by=CLERK)
    mailing = hand_over(programme=CODE, by=CLERK)
    number = case(1).case_number

    def again(why: str = "紙詰まり", of: str = number) -> bytes:
        return reprint_letter(mailing_id=mailing.pk, case_number=of, reason=why, by=CLERK)

    file = tmp_path / "again.pdf"
    file.write_bytes(again())
    assert codes(file) == [{number}] * 2, "its own two sheets and no other's"
    again()
    assert rows("SELECT number, reason, printed_by FROM benefits_reprint ORDER BY number") == [
        (1, "紙詰まり", "c001"), (2, "紙詰まり", "c001"),
    ]  # fmt: skip
    assert refusal(again, " ") is ErrorCode.RECORD_INVALID
    assert refusal(again, of=case(2).case_number) is ErrorCode.NOT_FOUND
    held = LetterFile.objects.using(ALIAS).get()
    path = Path(held.folder) / held.name
    path.write_bytes(path.read_bytes() + b"\n")
    assert refusal(again) is ErrorCode.INPUT_CHANGED
    with pytest.raises(TodokeError):
        reprint_letter(mailing_id=mailing.pk, case_number=number, reason="x", by=SUPERVISOR)
