"""支援措置の対象者への手紙: one by one, to the 送付先, by three hands; its code read back; never in a mailing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import Error, transaction

from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.test_later_letters import codes
from tests.systems.benefits.test_notices import words
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import events
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.protected.note_destination import note_destination
from todoke.systems.benefits.actions.protected.post_one import post_protected, spoil_protected
from todoke.systems.benefits.actions.protected.print_one import print_protected
from todoke.systems.benefits.models import LetterFile, ProtectedLetter
from todoke.systems.benefits.rules.letters import protected_letter as rules
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

NOTER, PRINTER = (Actor(staff_id=name, roles=frozenset({Role.SUPERVISOR})) for name in ("s001", "s002"))
WHERE = "東京都千代田区霞が関1丁目3番2号　支援センター気付"


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """0 is protected, 1 is not; both wait for their form."""
    world = World(tmp_path, size=2)
    world.people[0]["protected"] = True
    decide({0: "eligible", 1: "eligible"}, protected=frozenset({0}))
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    return world


def destined(address: str = WHERE, by: Actor = NOTER) -> int:
    made = note_destination(
        case_number=case(0).case_number, postal_code="100-0013", address=address, source_on=clock.today(), by=by
    )  # fmt: skip
    return made.pk


def one(
    kind: LetterKind = LetterKind.FORMS, by: Actor = PRINTER, number: int = 0, why: str = "本人の希望"
) -> bytes:
    return print_protected(
        programme=PROGRAMME, office=SAMPLE_CITY, case_number=case(number).case_number, kind=kind, reason=why, by=by
    ).document  # fmt: skip


def refusal(work: object, *given: object, **more: object) -> ErrorCode:
    with pytest.raises(TodokeError) as found:
        work(*given, **more)
    return found.value.code


def post(by: Actor) -> None:
    post_protected(
        number=ProtectedLetter.objects.using("benefits").latest("pk").pk, office=SAMPLE_CITY, by=by
    )


def test_hino_2023_a_letter_goes_to_the_place_that_was_named_and_to_no_printer(
    world: World, tmp_path: Path
) -> None:
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert case(0).state == "numbered", "not by the mass job"
    assert refusal(one) is ErrorCode.NOT_FOUND, "nobody named a place"
    destined()
    assert refusal(one, by=NOTER) is ErrorCode.SAME_PERSON
    assert refusal(one, by=CLERK) is ErrorCode.PERMISSION_DENIED
    assert refusal(one, number=1) is ErrorCode.NOT_FOUND, "not protected"
    assert refusal(one, why=" ") is ErrorCode.RECORD_INVALID
    file = tmp_path / "one.pdf"
    file.write_bytes(one())
    assert codes(file) == [{case(0).case_number}] * 2
    first, _ = words(file)
    assert "".join(WHERE.split()) in first
    assert "みなとみらい0番地" not in first, "the registered address stands nowhere"
    assert case(0).state == "printed"
    assert refusal(one) is ErrorCode.NOT_FOUND, "it waits for none any more"
    entry = Operation.objects.using("benefits").get(verb="benefits:protected_letter:print")
    assert "1通だけ個別に" in events.EVENTS[entry.verb].done()
    assert hand_over(programme=CODE, by=CLERK).letters == 1
    apart = LetterFile.objects.using("benefits").get(apart=True)
    assert _refused(
        "INSERT INTO benefits_mailing_file (mailing_id, file_id) SELECT id, %s FROM benefits_mailing",
        apart.pk,
    )


def test_it_is_posted_by_another_person_and_not_to_a_place_that_changed(world: World, tmp_path: Path) -> None:
    destined()
    one()
    assert refusal(post, by=PRINTER) is ErrorCode.SAME_PERSON
    assert _refused(
        "UPDATE benefits_protected_letter SET state = 'posted', state_at = now(), confirmed_by = printed_by"
    )
    destined("東京都千代田区丸の内2丁目")
    assert refusal(post, by=NOTER) is ErrorCode.STATE_CONFLICT
    spoil_protected(number=ProtectedLetter.objects.using("benefits").get().pk, by=PRINTER)
    one(LetterKind.AGAIN)
    world.people[0] |= {"left_on": clock.today(), "left_reason": "死亡"}
    world.serve()
    assert refusal(post, by=NOTER) is ErrorCode.STATE_CONFLICT
    world.people[0] |= {"left_on": None, "left_reason": None}
    world.serve()
    post(by=NOTER)
    assert rows("SELECT state, confirmed_by FROM benefits_protected_letter ORDER BY id") == [
        ("spoiled", None), ("posted", "s001"),
    ]  # fmt: skip


def test_the_register_of_the_day_is_asked_as_it_is_printed(world: World) -> None:
    destined()
    world.people[0] |= {"left_on": clock.today(), "left_reason": "死亡"}
    world.serve()
    assert refusal(one) is ErrorCode.STATE_CONFLICT
    assert case(0).state == "numbered"


def test_the_database_takes_no_place_of_another_person_and_no_own_one(world: World, tmp_path: Path) -> None:
    where = destined()
    one()
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    copy = (
        "INSERT INTO benefits_protected_letter (letter_id, destination_id, noted_by, reason, state, state_at, state_by,"
        " printed_at, printed_by) SELECT l.id, %s, 's001', 'x', 'printed', now(), 'z', now(), %s FROM benefits_letter l"
        " WHERE NOT EXISTS (SELECT FROM benefits_protected_letter p WHERE p.letter_id = l.id)"
    )
    assert _refused(copy, where, "s002"), "a letter of the mass job, and of another household"
    assert _refused(copy, where, "s001"), "whoever noted the place"
    for statement in (
        "UPDATE benefits_destination SET address = 'x'", "DELETE FROM benefits_protected_letter",
        "UPDATE benefits_protected_letter SET reason = 'y'",
    ):  # fmt: skip
        assert _refused(statement)


@pytest.mark.parametrize(
    ("fled", "address", "registered", "refused"),
    [
        (True, "横浜市西区1", "横浜市西区1", True),
        (True, "横浜市 西区1", "横浜市西区1", True),
        (True, "東京都1", "横浜市西区1", False),
        (False, "横浜市西区1", "横浜市西区1", False),
    ],
)
def test_nothing_goes_to_the_home_that_somebody_fled(
    fled: bool, address: str, registered: str, refused: bool
) -> None:
    """横浜市 2016: a letter to the old joint address."""
    assert bool(rules.refusal(fled=fled, address=address, registered=registered)) is refused


def _refused(statement: str, *values: object) -> bool:
    try:
        with transaction.atomic(using="benefits"):
            rows(statement, *values)
    except Error:
        return True
    return False
