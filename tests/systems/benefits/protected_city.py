"""A city with rows of every kind — papers, pictures, mailings, calls, payments, refunds, appeals, editions — about people of
whom it comes to know, at some time and from some source, that they are protected. All of it by the real actions."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from tests import hiring
from tests.systems import city
from tests.systems.benefits import bank
from tests.systems.benefits.asking_city import PROGRAMME, AskingCity, ended
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.test_decision_lists import handed_over
from tests.systems.benefits.world import CLERK, FORM_COLUMNS, SUPERVISOR, TREASURER
from todoke.access.permissions import SYSTEM_ROLES, Actor, Permission, Role, granted
from todoke.contracts import registry
from todoke.contracts.residents import Residents, SnapshotKind
from todoke.kernel import clock
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.appeals.hear_appeal import Said, receive_appeal
from todoke.systems.benefits.actions.calls.answer_call import open_call
from todoke.systems.benefits.actions.calls.note_call import note_call
from todoke.systems.benefits.actions.editions.begin_edition_work import begin_edition_work
from todoke.systems.benefits.actions.editions.propose_edition import propose_edition
from todoke.systems.benefits.actions.entry.enter_form import enter_form
from todoke.systems.benefits.actions.entry.keep_image import keep_image
from todoke.systems.benefits.actions.examination.examine_by_hand import examine_by_hand
from todoke.systems.benefits.actions.households.enter_certificate import enter_certificate
from todoke.systems.benefits.actions.households.note_contact import note_contact
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, keep_second, scan_form
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.actions.papers.dispose_papers import propose_disposal
from todoke.systems.benefits.actions.payments.recall_transfer import ask_recall
from todoke.systems.benefits.actions.refunds.claim_refund import decide_refund, propose_refund
from todoke.systems.benefits.actions.refunds.decline_case import note_decline
from todoke.systems.benefits.actions.refunds.write_off_refund import ask_write_off
from todoke.systems.benefits.actions.returns.note_return import note_return
from todoke.systems.benefits.jobs import editions as works
from todoke.systems.benefits.models import Application, Case, Letter, Paper, Resident
from todoke.systems.benefits.queries.letters import mailings
from todoke.systems.benefits.rules.aftermath.appeals import AppealKind
from todoke.systems.benefits.rules.aftermath.calls import Item
from todoke.systems.benefits.rules.aftermath.declines import DeclineChannel
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.articles.units import Article3DependantsOnly
from todoke.systems.benefits.rules.editions.work import WorkKind
from todoke.systems.benefits.rules.examination.by_hand import CHECKS
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome
from todoke.systems.benefits.rules.intake import form_entry
from todoke.systems.benefits.rules.letters.mailing_state import SheetCount
from todoke.systems.benefits.rules.letters.returns import ReturnReason
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax.certificate import Certificate
from todoke.systems.residents import jobs as residents
from todoke.systems.residents.serves import ResidentRegister

ALIAS: Final = "benefits"
AS_OF: Final = date(2022, 2, 1)
SECRET_WARD: Final = "14112"
OPEN: Final = 1
KEYED, SCANNED, RECEIVED, CLAIMED, RECALLED, FAILED, TRIED = range(8, 15)
_LATE: Final = {
    KEYED: "入力と審査が済み、承認を待つ", SCANNED: "読み取ったが入力していない", RECEIVED: "受付済み", CLAIMED: "返還を求めている",
    RECALLED: "組戻しを求めている", FAILED: "振り込めなかった", TRIED: "対象外、試算では対象",
}  # fmt: skip
SOURCES: Final = {
    2: "基準日の住民記録", 3: "最新の住民記録", 4: "避難者の一覧（判定の前）", 5: "避難者の一覧（付番の後）",
    6: "最新の住民記録（付番の後）", 7: "避難者の一覧（付番の後、未確定の世帯）",
} | {
    number: f"{'最新の住民記録' if number % 2 else '避難者の一覧'}（{standing}）" for number, standing in _LATE.items()
}  # fmt: skip
"""Person → by what, and when, the city came to know of the protection."""
GUARDED: Final = [role for role in Role if role not in SYSTEM_ROLES and Permission.BENEFITS_PROTECTION_READ not in granted(role)]  # fmt: skip
"""Whoever may not see protected people; the staff number of a role is `guarded(role)`."""
_OTHER_CLERK = Actor(staff_id="k002", roles=frozenset({Role.CLERK}))
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
_TODAY_YEARS_AGO = timedelta(days=6 * 366)


def guarded(role: Role) -> str:
    return f"g{GUARDED.index(role):03d}"


def opener(permission: Permission) -> Role:
    """The first of the guarded roles that may."""
    return next(role for role in GUARDED if permission in granted(role))


def address(number: int) -> str:
    return f"神奈川県横浜市旭区秘密台{number}丁目77番{number}号"


def phone(number: int) -> str:
    return f"0459990{number:03d}"


@dataclass(frozen=True)
class Town:
    """The numbers of everybody, as the pages know them; `later`: what has its number of no table of its own."""

    residents: dict[int, Resident]
    folder: Path
    later: dict[str, list[int]] = field(default_factory=dict)

    def marks(self, number: int) -> set[str]:
        """By which a row of a list would be told to be this person's."""
        cases = Case.objects.using(ALIAS).filter(payee_resident_code=code(number))
        return {code(number), key(number), *cases.values_list("case_number", flat=True)}


def build(folder: Path) -> Town:
    """Everybody lives alone; judged, asked, numbered; then the news of 5, 6 and 7 arrives; letters are printed for the others,
    and their cases go their different ways; then the news of those, too, arrives. For an empty city with its staff."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    clerk, found = city.actor(city.CLERK), AskingCity(folder)
    fled = [(code(4), SpecialKind.EVACUEE.value)]
    _settle(found)
    residents.load(folder / "residents_base.csv", folder / "residents_latest.csv", AS_OF, by=clerk)
    jobs.take_registers(by=clerk)
    handed_over(LittleCity(special=fled), folder, None)
    found.first()
    jobs.overview(PROGRAMME, by=clerk)
    jobs.number_cases(PROGRAMME, by=clerk)
    _news(found, fled, registered=(3, 6), listed=(5, 7), day=2)
    jobs.print_letters(PROGRAMME, folder / "out", by=clerk)
    later = _walk(folder)
    late = sorted(_LATE)
    _news(
        found,
        fled,
        registered=(3, 6, *[n for n in late if n % 2]),
        listed=[n for n in late if n % 2 == 0],
        day=3,
    )
    (mailing,) = mailings.listed()
    match_register(mailing_id=mailing.pk, office=SAMPLE_CITY, by=CLERK)
    people = {int(one.resident_code): one for one in Resident.objects.using(ALIAS)}
    for by in (CLERK, _OTHER_CLERK):  # the place that issued it tells where the person fled from
        enter_certificate(person=people[7].pk, certificate=_CERTIFICATE, by=by)
    for number, person in people.items():
        note_contact(person=person.pk, number=phone(number), source="窓口", by=clerk)
    return Town(residents=people, folder=folder, later=later)


def _settle(found: AskingCity) -> None:
    for number in (OPEN, *SOURCES):
        where = {"address": address(number), "ward_code": SECRET_WARD, "name_kanji": f"秘匿　{number}子"}
        moved = {"moved_in_on": "2021-03-01", "previous_municipality": "47201"} if number == 7 else {}
        taxed = {"supporter": "OUTSIDE", "supporter_taxed": "1"} if number == TRIED else {}
        found.little.person(
            number, number, is_head="1", relationship="世帯主", tax=None if number == 7 else taxed, **where, **moved,
            protected="1" if number == 2 else "0", now={"protected": "1" if number == 3 else "0"},
        )  # fmt: skip
    found.answers[7] = ended("05")
    found.serve()
    registry.serve(Residents, ResidentRegister())


def _news(
    found: AskingCity,
    fled: list[tuple[str, str]],
    *,
    registered: Iterable[int],
    listed: Iterable[int],
    day: int,
) -> None:
    """Of that day: the persons of the list, added to those that stood there, and the register's."""
    fled += [(code(number), SpecialKind.EVACUEE.value) for number in listed]
    handed_over(LittleCity(special=fled), found.folder, None)
    marked = {code(number) for number in registered}
    for row in found.little.latest:
        row["protected"] = "1" if row["resident_code"] in marked else "0"
    file = city.write_rows(found.folder / f"later-{day}.csv", found.little.latest)
    clerk = city.actor(city.CLERK)
    residents.import_snapshot(kind=SnapshotKind.LATEST, file=file, as_of=date(2022, 2, day), by=clerk)
    jobs.take_registers(by=clerk)


def _case(number: int) -> Case:
    return Case.objects.using(ALIAS).get(payee_resident_code=code(number))


def _number(person: int) -> str:
    return _case(person).case_number


def _walk(folder: Path) -> dict[str, list[int]]:
    """Every kind of row about the people of `_LATE`, none of whom is known to be protected yet."""
    assert note_return(number=_number(RECEIVED), reason=ReturnReason.NOT_FETCHED, by=CLERK).case_id
    sheets = hand_over(programme=PROGRAMME, by=CLERK).pk
    counts = [
        SheetCount(
            kind=one.kind, route=one.route, printed=one.sheets, spoiled=0, reprinted=0, enclosed=one.letters
        )
        for one in mailings.held(sheets)
    ]
    assert count_sheets(mailing_id=sheets, counts=counts, by=CLERK) == []
    _pay(folder, CLAIMED, RECALLED, FAILED)
    _receive(folder, RECEIVED)
    _papers()
    edition = _edition()
    _aftermath()
    calls = [_call(number) for number in (KEYED, CLAIMED)]
    return {
        "edition": [edition],
        "call_id": [call for call, _ in calls],
        "note_id": [note for _, note in calls],
    }


def _receive(folder: Path, *people: int) -> None:
    file = folder / f"forms-{people[0]}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FORM_COLUMNS)
        for number in people:
            account = ("0138", "200", "1", f"{number:07d}", "ﾄﾄﾞｹ ﾊﾅｺ")
            writer.writerow([key(number), "2022-03-01", "郵送", "0", "0", *account])
    jobs.receive(PROGRAMME, file, by=CLERK)


def _pay(folder: Path, *people: int) -> None:
    """The whole road; the last one's account is closed."""
    _receive(folder, *people)
    jobs.examine(PROGRAMME, by=CLERK)
    jobs.approve(PROGRAMME, by=SUPERVISOR)
    jobs.prepare_payment(PROGRAMME, by=SUPERVISOR)
    jobs.release_payment(PROGRAMME, by=TREASURER)
    jobs.write_bank_files(PROGRAMME, folder / "out", by=TREASURER)
    bank.answer(folder / "results.csv", R3_NONTAXABLE, 1, failed={_number(people[-1]): "3"})


def _papers() -> None:
    """In one box: a keyed and examined form with its picture, one that waits for its keying, and an old one of a paid case."""
    box = open_box(label="A-1", place="3階", by=CLERK)
    into = Into(programme=R3_NONTAXABLE, box=box, received_on=date(2022, 3, 1))
    for number in (OPEN, KEYED, SCANNED):
        scan_form(into=into, number=_number(number), by=CLERK)
        paper = Paper.objects.using(ALIAS).latest("pk").pk
        keep_image(paper_id=paper, picture=_PNG, by=CLERK)
        for by in (CLERK, _OTHER_CLERK)[: 2 if number == KEYED else 0]:
            enter_form(paper_id=paper, keyed=_FORM, by=by)
    form = Application.objects.using(ALIAS).get(case=_case(KEYED))
    examine_by_hand(
        case_id=form.case_id, application_id=form.pk, outcome=ExaminationOutcome.PASSED, seen=(), checks=list(CHECKS), by=CLERK
    )  # fmt: skip
    old = clock.today() - _TODAY_YEARS_AGO
    keep_second(into=replace(into, received_on=old), number=_number(RECALLED), by=CLERK)
    paper = Paper.objects.using(ALIAS).latest("pk")
    propose_disposal(box_id=paper.box_id, received_until=old, reason="保存期間の満了", by=CLERK)


_FORM: Final = form_entry.Keyed(
    route="郵送", declines=False, supporter_taxed=False, proxy="", identity_attached=True, account_changed=True,
    account_attached=True, bank_code="0138", branch_code="200", account_type="1", account_number="0000008",
    holder_kana=form_entry.holder("トドケ　ハナコ"),
)  # fmt: skip


def _edition() -> int:
    """A proposal that would pay TRIED, tried."""
    rules = tuple(rule for rule in R3_NONTAXABLE.rules if rule is not Article3DependantsOnly)
    row = propose_edition(programme=replace(R3_NONTAXABLE, rules=rules), grounds="市長決裁", by=CLERK)
    work = begin_edition_work(number=row.pk, kind=WorkKind.TRIAL, by=CLERK)
    assert works.carry_on(work.pk, by=CLERK).failure == ""
    return row.pk


def _aftermath() -> None:
    soon = clock.today() + timedelta(days=30)
    claim = propose_refund(
        case_number=_number(CLAIMED), claimed_yen=100_000, reason=RefundReason.TAX_CORRECTED, note="更正", due_on=soon, by=CLERK
    )  # fmt: skip
    decide_refund(refund_id=claim.pk, by=SUPERVISOR)
    ask_write_off(refund_id=claim.pk, reason="所在不明", by=CLERK)
    ask_recall(case_number=_number(RECALLED), reason="同姓同名の別人", by=TREASURER)
    note_decline(
        case_number=_number(RECEIVED), channel=DeclineChannel.PHONE, said_on=clock.today(), said="辞退したい", by=CLERK
    )  # fmt: skip
    said = Said(
        kind=AppealKind.REVIEW, grounds="判定に不服がある", known_on=clock.today(), received_on=clock.today()
    )
    for number in (FAILED, TRIED):
        receive_appeal(programme=PROGRAMME, number=key(number), said=said, by=CLERK)


def _call(number: int) -> tuple[int, int]:
    """A call that goes on, of the operator who will open its page."""
    role = opener(Permission.BENEFITS_CALL_ANSWER)
    by = Actor(staff_id=guarded(role), roles=frozenset({role}), purpose="電話での問い合わせへの回答")
    said = {Item.NUMBER: _number(number), Item.BORN: date(1970, 5, 5), Item.NAME: "トドケ　ハナコ"}
    call = open_call(said=said, by=by)
    note = note_call(call_id=call.pk, text="折り返しを希望", number="045-671-2121", call_back=True, by=by)
    return call.pk, note.pk


_CERTIFICATE: Final = Certificate(
    tax_year=2021, municipality="47201", issued_on=date(2022, 3, 1), income_levy=0, per_capita_levy=0
)


def hire_guarded() -> dict[Role, str]:
    """Each of the guarded roles as a person with a session: the token."""
    for role in GUARDED:
        hiring.hire(city.DIRECTORY, {guarded(role): [role]})
    return {role: hiring.session(city.DIRECTORY, guarded(role)) for role in GUARDED}


def printed() -> set[str]:
    return set(Letter.objects.using(ALIAS).values_list("case__payee_resident_code", flat=True))
