"""転記: one person's keying of a sheet. When two agree, or a third has settled their difference, it is the household's form."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE
from todoke.systems.benefits.models import DeclaredIncome, FormEntry
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.intake import form_entries as reads
from todoke.systems.benefits.queries.intake.applicants import members
from todoke.systems.benefits.queries.intake.form_entries import Sheet
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.hardship import declared_income
from todoke.systems.benefits.rules.intake import form_entry as rules
from todoke.systems.benefits.rules.intake.form_entry import Keyed
from todoke.workflow.runner import move, of

ALIAS = "benefits"
# The form counts from now on; a 補正 takes the place of the one before, from which it keeps the day of receipt
_SETTLE = """
INSERT INTO benefits_application (
    programme, case_id, household_key, received_on, route, declines, declared_supporter_taxed, bank_code, branch_code,
    account_type, account_number, account_holder_kana, refusal, entry_id, proxy, identity_attached, account_attached,
    correction, replaces_id, source_sha256, source_row, received_at, received_by
)
SELECT c.programme, c.id, c.household_key, coalesce(r.received_on, p.received_on), e.route, e.declines,
    coalesce(e.supporter_taxed, r.declared_supporter_taxed), %(bank_code)s, %(branch_code)s, %(account_type)s,
    %(account_number)s, %(holder_kana)s, '', e.id, e.proxy, e.identity_attached OR coalesce(r.identity_attached, false),
    CASE WHEN e.account_changed THEN e.account_attached ELSE r.account_attached END,
    coalesce(r.correction + 1, 0), r.id, '', e.id, %(now)s, %(by)s
FROM benefits_form_entry e JOIN benefits_paper p ON p.id = e.paper_id JOIN benefits_case c ON c.id = p.case_id
LEFT JOIN benefits_application r ON r.id = %(replaces)s
WHERE e.id = %(entry)s
"""


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The first, second or third keying; whether the form counts now; the fields in which two keyings differ."""

    number: int
    settled: bool
    differs: tuple[str, ...]


def enter_form(*, paper_id: int, keyed: Keyed, by: Actor) -> Entered:
    """Keep what one person keyed from a sheet.

    Errors: NOT_FOUND for no such sheet; STATE_CONFLICT when it is keyed already (木津川市 2020: keyed twice, paid twice)
    or waits for nothing; SAME_PERSON for a sheet that the person keyed before; RECORD_INVALID for what cannot be.
    """
    require(by, Permission.BENEFITS_FORM_ENTER)
    with transaction.atomic(using=ALIAS):
        sheet = reads.locked(paper_id)
        before = [entry.keyed for entry in sheet.entries]
        _check(sheet, by)
        if found := _faults(sheet, keyed):
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="".join(found.values()).rstrip("。"))
        number = len(before) + 1
        made = FormEntry.objects.using(ALIAS).create(
            paper_id=paper_id,
            number=number,
            **_columns(keyed),
            entered_at=clock.now(),
            entered_by=by.staff_id,
        )
        DeclaredIncome.objects.using(ALIAS).bulk_create(
            DeclaredIncome(entry=made, **asdict(one)) for one in keyed.incomes
        )
        differs = rules.differences(before[0], keyed) if number == 2 else ()
        settled = number == rules.MOST or (number == 2 and not differs)
        if settled:
            _settle(sheet, keyed, entry=made.pk, by=by)
        record(
            ALIAS, by=by, verb="benefits:form:enter", subject=f"paper {paper_id} entry {number}", persons=1,
            about=Person("case_number", sheet.case_number),
        )  # fmt: skip
    return Entered(number=number, settled=settled, differs=differs)


def _check(sheet: Sheet, by: Actor) -> None:
    if not sheet.open:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="この様式は入力が済んでいるか、入力を待っていません"
        )
    if by.staff_id in [entry.by for entry in sheet.entries]:
        raise TodokeError(ErrorCode.SAME_PERSON, count=1)


def _columns(keyed: Keyed) -> dict[str, Any]:
    """What stands in the row of the keying itself."""
    return {each.name: getattr(keyed, each.name) for each in fields(Keyed) if each.name != "incomes"}


def _faults(sheet: Sheet, keyed: Keyed) -> dict[str, str]:
    """Also a declaration about somebody who is not of this household, or that the programme does not ask for."""
    found = rules.faults(keyed, account_known=sheet.known is not None)
    for one in keyed.incomes:
        found |= declared_income.faults(one)
    asked = find(sheet.programme).hardship is not None and keyed.incomes
    known = {one.resident_code for one in members(sheet.programme, sheet.household_key)} if asked else set()
    if any(one.resident_code not in known for one in keyed.incomes):
        found["incomes"] = "収入の申立てに、この世帯にいない人がいます。"
    return found


def _settle(sheet: Sheet, keyed: Keyed, *, entry: int, by: Actor) -> None:
    account = {name: getattr(keyed, name) for name in rules.ACCOUNT}
    if not keyed.account_changed:
        assert sheet.known is not None  # faults
        account = dict(zip(rules.ACCOUNT, sheet.known, strict=True))
    values: dict[str, Any] = {
        "entry": entry,
        "replaces": sheet.replaces,
        "now": clock.now(),
        "by": by.staff_id,
    }
    postgres.execute(ALIAS, _SETTLE, {**values, **account})
    if sheet.kind == "correction":
        subject = f"correction paper {sheet.paper_id}"
        move(ALIAS, CASE, of(CASE, [sheet.case_id]), to=CaseState.RECEIVED, by=by, subject=subject, persons=1)
