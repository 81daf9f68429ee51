"""What stands on a letter: the words of a programme and of one household, ready for the typesetter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from todoke.kernel import clock
from todoke.systems.benefits.rules.accounts import bank_list
from todoke.systems.benefits.rules.deciding import tariff as tariffs
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.web.letters.typesetting import CommonText, Letter

KINDS: Final = {Route.NOTICE: "notice", Route.CONFIRMATION: "confirmation", Route.APPLICATION: "application"}


def common(programme: Programme, office: PayingOffice, route: Route, opt_out_until: date) -> CommonText:
    """What is the same on every letter of that kind."""
    tariff = tariffs.of(programme)
    tax_year = f"{clock.wareki(programme.base_date.replace(year=programme.tax_year)).split('年')[0]}年度"
    return CommonText(
        kind=KINDS[route],
        programme=programme.name,
        why=_why(programme, tax_year),
        amount="" if tariff.own else f"{tariff.base:,}",
        child=f"{tariff.child:,}" if tariff.child else "",
        deadline=clock.wareki(programme.deadline),
        opt_out=clock.wareki(opt_out_until) if route is Route.NOTICE else "",
        documents=tuple(what for letter, what in programme.documents if letter is route),
        base_date=clock.wareki(programme.base_date),
        tax_year=tax_year,
        sender=office.sender,
        contact_name=office.contact_name,
        contact_phone=office.contact_phone,
        contact_hours=office.contact_hours,
    )


def letter(
    row: Mapping[str, Any], programme: Programme, accounts: Mapping[int, tuple[str, str, str]]
) -> Letter:
    """One household's, from its row of `queries.cases_with_payees`."""
    varies = tariffs.of(programme).varies
    parts = tariffs.parts(base_yen=row["base_yen"], children=row["children"], child_yen=row["child_yen"])
    return Letter(
        number=row["case_number"],
        postal=f"{row['postal_code'][:3]}-{row['postal_code'][3:]}",
        address=row["address"],
        name=row["name_kanji"],
        amount=f"{row['amount_yen']:,}" if varies else "",
        parts=parts if varies else "",
        account=_account(accounts[row["known_transfer_id"]]) if row["route"] == Route.NOTICE else "",
        printed_as=row["printed_as"],
    )


def _account(known: tuple[str, str, str]) -> str:
    """The end of the number is enough to know one's own account by, and of no use to a thief of letters."""
    bank, branch, end = known
    return f"{bank_list.name(bank, branch)}　口座番号の末尾 {end}"


def _why(programme: Programme, tax_year: str) -> str:
    if tariffs.of(programme).own:
        return "定額減税の額が、あなたの税額から引ききれないと見込まれるためです。"
    if TaxStatus.PER_CAPITA_ONLY in programme.exempt:
        return f"世帯の全員が、{tax_year}の住民税の所得割を課税されていないことを市が確認したためです。"
    return f"世帯の全員が、{tax_year}の住民税（均等割）を課税されていない、または条例により免除されていることを市が確認したためです。"
