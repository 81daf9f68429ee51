"""転記: two people key a sheet and a third settles their difference; 口座変更 must be pressed; raw SQL is refused."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.entry.enter_form import Entered, enter_form
from todoke.systems.benefits.actions.entry.keep_image import keep_image
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, scan_form
from todoke.systems.benefits.actions.intake.undo_scan import undo_scan
from todoke.systems.benefits.models import Application, Case, FormEntry, FormImage, Paper
from todoke.systems.benefits.queries.intake import form_entries as reads
from todoke.systems.benefits.rules.accounts import bank_account
from todoke.systems.benefits.rules.intake import form_entry as rules
from todoke.systems.benefits.rules.intake.form_entry import TITLES, Keyed
from todoke.systems.benefits.web.entry.forms import KeyingForm

ONE, TWO, THREE = (Actor(staff_id=name, roles=frozenset({Role.CLERK})) for name in ("k001", "k002", "k003"))
INTO = Into(programme=PROGRAMME, box="A-1", received_on=date(2022, 3, 1))
FORM = Keyed(
    route="郵送", declines=False, supporter_taxed=False, proxy="", identity_attached=True, account_changed=True,
    account_attached=True, bank_code="0138", branch_code="200", account_type="1", account_number="0000001",
    holder_kana=rules.holder("ヨシダ　タカザキ"),
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
SIZE = 3


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return opened(tmp_path)


def opened(folder: Path) -> World:
    """Numbered cases whose forms come back, and a box for them."""
    decide(dict.fromkeys(range(SIZE), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    open_box(label="A-1", place="", by=CLERK)
    return World(folder, size=SIZE).serve()


def scan(place: int, by: Actor = CLERK) -> int:
    """The sheet of the case at that place is at the scanner; its id."""
    scan_form(into=INTO, number=case(place).case_number, by=by)
    return Paper.objects.using("benefits").latest("pk").pk


def case(place: int) -> Case:
    return Case.objects.using("benefits").order_by("serial")[place]


def enter(paper: int, by: Actor, **changes: object) -> Entered:
    return enter_form(paper_id=paper, keyed=replace(FORM, **changes), by=by)


def error(code: ErrorCode, *arguments: object, **changes: object) -> TodokeError:
    with pytest.raises(TodokeError) as found:
        enter(*arguments, **changes)
    assert found.value.code is code
    return found.value


@given(st.text(alphabet="ァアイガギパヴーーー ゅゃがぎ 　ABCab", max_size=20))
def test_a_name_is_the_same_however_often_it_is_written_as_banks_write_it(name: str) -> None:
    assert rules.holder(rules.holder(name)) == rules.holder(name)


@given(st.sampled_from(list(TITLES)))
def test_every_field_is_compared(name: str) -> None:
    value = getattr(FORM, name)
    other = {"account_type": "2", "supporter_taxed": None}.get(
        name, not value if isinstance(value, bool) else f"{value}1"
    )
    assert rules.differences(FORM, replace(FORM, **{name: other})) == (name,)


def test_the_key_account_changed_must_be_pressed() -> None:
    """仙台市 2022-02: nobody had to say whether another account stood on the form."""
    keys = {"route": "1", "declines": "1", "supporter_taxed": "1", "proxy": "0", "identity_attached": "2", "account_attached": "1"}  # fmt: skip
    for pressed, good in (("", False), ("3", False), ("1", True), ("２", True)):
        form = KeyingForm({**keys, "account_changed": pressed}, account_known=True, initial={})
        assert form.is_valid() == good, (pressed, form.errors)
        assert ("account_changed" in form.errors) != good
    assert "value=" not in str(KeyingForm(None, account_known=True, initial={})["account_changed"])


@pytest.mark.parametrize(
    ("changes", "known", "field"),
    [
        ({"account_changed": False}, True, "account_changed"),
        ({"account_changed": False, **dict.fromkeys(rules.ACCOUNT, "")}, True, "account_changed"),
        ({"account_changed": False, "account_attached": False}, True, "account_changed"),
        ({"account_changed": False, "account_attached": False, **dict.fromkeys(rules.ACCOUNT, "")}, False, "account_changed"),
        ({"account_changed": False, "account_attached": False, **dict.fromkeys(rules.ACCOUNT, "")}, True, None),
        (dict.fromkeys(rules.ACCOUNT, ""), False, None),
        ({"bank_code": "013"}, False, "bank_code"),
        ({"branch_code": ""}, False, "branch_code"),
        ({"account_number": "123456"}, False, "account_number"),
        ({"account_type": "3"}, False, "account_type"),
        ({"holder_kana": "吉田"}, False, "holder_kana"),
        ({"holder_kana": "ｱ" * 31}, False, "holder_kana"),
    ],
)  # fmt: skip
def test_what_cannot_be_keyed(changes: dict[str, object], known: bool, field: str | None) -> None:
    found = rules.faults(replace(FORM, **changes), account_known=known)
    assert list(found) == ([field] if field else [])


@pytest.mark.usefixtures("world")
def test_two_people_agree_and_the_form_counts() -> None:
    paper = scan(0)
    assert reads.next_sheet("k001") == paper
    assert enter(paper, ONE) == Entered(number=1, settled=False, differs=())
    assert reads.next_sheet("k001") is None
    assert (reads.waiting("k001").second, reads.waiting("k001").mine, reads.waiting("k002").mine) == (1, 0, 1)
    error(ErrorCode.SAME_PERSON, paper, ONE)
    assert Application.objects.using("benefits").count() == 0
    assert enter(paper, TWO) == Entered(number=2, settled=True, differs=())
    made = Application.objects.using("benefits").get()
    assert (made.case_id, made.account_number, made.refusal, made.received_by) == (
        case(0).pk,
        "0000001",
        "",
        "k002",
    )
    assert (made.received_on, made.identity_attached) == (date(2022, 3, 1), True)
    logged = Operation.objects.using("benefits").filter(verb="benefits:form:enter").order_by("id")
    assert [(one.actor, one.persons) for one in logged] == [("k001", 1), ("k002", 1)]


@pytest.mark.usefixtures("world")
def test_a_third_settles_a_difference() -> None:
    paper = scan(0)
    enter(paper, ONE, account_number="0000011")
    assert enter(paper, TWO) == Entered(number=2, settled=False, differs=("account_number",))
    assert Application.objects.using("benefits").count() == 0
    assert reads.waiting("k003").third == 1
    error(ErrorCode.SAME_PERSON, paper, ONE)
    assert enter(paper, THREE).settled
    assert Application.objects.using("benefits").get().account_number == "0000001"
    error(ErrorCode.STATE_CONFLICT, paper, CLERK)


@pytest.mark.usefixtures("world")
def test_kizugawa_a_form_is_not_keyed_twice(world: World) -> None:
    """木津川市 2020: the same form was typed twice and paid twice."""
    paper = scan(0)
    enter(paper, ONE)
    enter(paper, TWO)
    error(ErrorCode.STATE_CONFLICT, paper, THREE)
    sheets, world.forms = world.forms, {0: world.forms[0]}
    jobs.receive(CODE, world.write_forms(), by=CLERK)  # a file with the same form again
    found = rows("SELECT refusal FROM benefits_application WHERE case_id = %s ORDER BY id", case(0).pk)
    assert found == [("",), ("duplicate",)]
    late = copy_row("benefits_form_entry", number="3", entered_by="'k009'")
    assert refused(late) == "form_entry_of_open_sheet"
    other = scan(1)
    enter(other, ONE)
    world.forms = {1: sheets[1]}
    jobs.receive(CODE, world.write_forms("more.csv"), by=CLERK)  # the same sheet, keyed elsewhere meanwhile
    error(ErrorCode.STATE_CONFLICT, other, TWO)


@pytest.mark.usefixtures("world")
def test_sendai_the_old_account_is_never_used_although_another_one_was_keyed() -> None:
    """仙台市 2022-02: 151 transfers went to the old account. Whoever writes the row, the account is the keyed one."""
    enter(scan(0), ONE)
    assert (
        refused(_COUNT.format(entry=1, account="e.account_number")) == "application_as_entered"
    )  # one person only
    rows(copy_row("benefits_form_entry", number="2", entered_by="'k002'"))
    assert refused(_COUNT.format(entry=2, account="'0000042'")) == "application_as_entered"
    rows(_COUNT.format(entry=2, account="e.account_number"))
    assert Application.objects.using("benefits").get().account_number == "0000001"


_COUNT = """
INSERT INTO benefits_application (
    programme, case_id, household_key, received_on, route, declines, declared_supporter_taxed, bank_code, branch_code,
    account_type, account_number, account_holder_kana, refusal, entry_id, proxy, identity_attached, account_attached,
    source_sha256, source_row, received_at, received_by
)
SELECT c.programme, c.id, c.household_key, p.received_on, e.route, e.declines, e.supporter_taxed, e.bank_code, e.branch_code,
    e.account_type, {account}, e.holder_kana, '', e.id, e.proxy, e.identity_attached, e.account_attached,
    '', e.id, now(), e.entered_by
FROM benefits_form_entry e JOIN benefits_paper p ON p.id = e.paper_id JOIN benefits_case c ON c.id = p.case_id
WHERE e.number = {entry}
"""


@pytest.mark.usefixtures("world")
def test_the_database_keeps_the_keyings_in_their_order() -> None:
    paper = scan(0)
    enter(paper, ONE)
    assert refused(copy_row("benefits_form_entry", number="2")) == "form_entry_by_another_person"
    assert refused(copy_row("benefits_form_entry", number="3", entered_by="'k002'")) == "form_entry_in_turn"
    unchanged = copy_row("benefits_form_entry", number="2", entered_by="'k002'", account_changed="false")
    assert refused(unchanged) == "form_entry_unchanged_is_bare"
    unkeyed = copy_row("benefits_form_entry", number="2", entered_by="'k002'", account_changed="NULL")
    assert "account_changed" in refused(unkeyed)
    for table in ("benefits_form_entry", "benefits_form_image"):
        if table == "benefits_form_image":
            keep_image(paper_id=paper, picture=PNG, by=CLERK)
        assert "append-only" in refused(f"DELETE FROM {table}")
    with pytest.raises(TodokeError) as found:
        undo_scan(by=CLERK)
    assert found.value.code is ErrorCode.STATE_CONFLICT
    assert refused("UPDATE benefits_paper SET state = 'cancelled'") == "paper_not_keyed"


@pytest.mark.usefixtures("world")
def test_a_correction_replaces_the_form_and_the_first_one_stays() -> None:
    paper = scan(0)
    for by in (ONE, TWO):
        enter(paper, by, supporter_taxed=None, bank_code="9999")
    jobs.examine(CODE, by=CLERK)
    assert case(0).state == "deficient"
    second = scan(0, by=ONE)
    only = {"account_changed": False, "account_attached": False, **dict.fromkeys(rules.ACCOUNT, "")}
    for by in (ONE, TWO):
        enter(second, by, **only)  # says the declaration, but names no other account
    assert case(0).state == "received"
    jobs.examine(CODE, by=CLERK)
    assert rows("SELECT codes FROM benefits_examination ORDER BY id") == [
        (["DECLARATION_MISSING", "BANK_UNKNOWN"],), (["BANK_UNKNOWN"],),
    ]  # fmt: skip
    third = scan(0, by=TWO)
    for by in (TWO, THREE):
        enter(third, by)
    jobs.examine(CODE, by=CLERK)
    assert case(0).state == "passed"
    forms = Application.objects.using("benefits").order_by("id")
    assert [(form.correction, form.bank_code, form.declared_supporter_taxed) for form in forms] == [
        (0, "9999", None), (1, "9999", False), (2, "0138", False),
    ]  # fmt: skip
    assert [form.replaces_id for form in forms] == [None, forms[0].pk, forms[1].pk]
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert rows("SELECT bank_code, account_number FROM benefits_transfer") == [("0138", "0000001")]
    again = copy_row(
        "benefits_application", correction="1", replaces_id=str(forms[0].pk), source_row="-1 + 1"
    )
    assert refused(again) in ("application_correction_replaces", "benefits_application_replaces_id_key", "application_once_per_case")  # fmt: skip


@pytest.mark.usefixtures("world")
def test_a_picture_is_kept_encrypted_and_bound_to_its_sheet() -> None:
    paper, other = scan(0), scan(1)
    kept = keep_image(paper_id=paper, picture=PNG, by=CLERK)
    assert PNG[:8] not in bytes(FormImage.objects.using("benefits").get().sealed)
    assert reads.picture(paper, 1) == ("image/png", PNG)
    rows(
        "INSERT INTO benefits_form_image (paper_id, page, media_type, key_id, sha256, sealed, added_at, added_by)"
        " SELECT %s, page, media_type, key_id, sha256, sealed, added_at, added_by FROM benefits_form_image WHERE id = %s",
        other, kept.pk,
    )  # fmt: skip
    with pytest.raises(TodokeError) as found:
        reads.picture(other, 1)
    assert found.value.code is ErrorCode.INPUT_CHANGED
    for bad in (b"GIF89a", PNG + bytes(4 * 2**20)):
        with pytest.raises(TodokeError) as found:
            keep_image(paper_id=paper, picture=bad, by=CLERK)
        assert found.value.code is ErrorCode.RECORD_INVALID


def test_the_keyed_fields_and_the_table_are_the_same() -> None:
    names = {field.name for field in FormEntry._meta.get_fields()}
    assert set(asdict(FORM)) <= names
    assert (
        {*KeyingForm.base_fields, "incomes"} - {"symbol", "yucho_number"} == set(asdict(FORM)) == set(TITLES)
    )


def symbol(head: str, number: str) -> str:
    """A 記号 with the check digit that belongs to the 番号."""
    return f"{head}{bank_account.yucho_check_digit(f'{head}00', number)}0"


YUCHO = {
    "route": "1", "declines": "1", "supporter_taxed": "1", "proxy": "0", "identity_attached": "2", "account_changed": "2",
    "account_attached": "2", "bank_code": "９９００", "symbol": symbol("101", "12345671"), "yucho_number": "12345671",
    "holder_kana": "ヨシダ",
}  # fmt: skip
GIRO = {"symbol": symbol("001", "123453"), "yucho_number": "123453"}


@pytest.mark.parametrize(
    ("changes", "account", "wrong"),
    [
        ({}, ("018", "1", "1234567"), []),
        ({"symbol": "１０１９０"}, None, ["symbol"]),
        ({"branch_code": "018"}, ("018", "1", "1234567"), []),
        ({"branch_code": "200"}, None, ["branch_code"]),
        ({"bank_code": "0138"}, None, ["symbol"]),
        (GIRO, ("019", "2", "0123453"), []),
    ],
)  # fmt: skip
def test_yucho_is_keyed_as_it_stands_on_the_passbook(
    changes: dict[str, str], account: tuple[str, ...] | None, wrong: list[str]
) -> None:
    """Two who key 記号 and 番号 agree in the account that the bank knows; nothing keyed beside them is overwritten unsaid."""
    given = {**YUCHO, **changes}
    form = KeyingForm(given, account_known=False, initial={})
    assert list(form.errors) == wrong
    if account:
        keyed = Keyed(**form.cleaned_data)
        assert (keyed.branch_code, keyed.account_type, keyed.account_number) == account


@pytest.mark.parametrize(
    ("proxy", "identity", "authority", "wrong"),
    [
        ("0", "", "", []), ("0", "2", "", ["proxy_identity_attached"]), ("0", "", "0", ["proxy_authority"]),
        ("2", "", "1", ["proxy_identity_attached"]), ("2", "2", "", ["proxy_authority"]), ("2", "1", "0", []),
        ("2", "2", "1", []), ("2", "2", "9", ["proxy_authority"]),
    ],
)  # fmt: skip
def test_what_a_proxy_enclosed_is_keyed_of_a_proxy_and_of_nobody_else(
    proxy: str, identity: str, authority: str, wrong: list[str]
) -> None:
    given = {**YUCHO, "proxy": proxy, "proxy_identity_attached": identity, "proxy_authority": authority}
    assert list(KeyingForm(given, account_known=False, initial={}).errors) == wrong
