"""A small decided city behind the served screens: a household for every reason, and cases in several states."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from tests.systems import city
from tests.systems.benefits import deciding_city
from tests.systems.benefits.asking_city import PROGRAMME, AskingCity
from tests.systems.benefits.world import FORM_COLUMNS
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Case
from todoke.systems.residents import jobs as residents
from todoke.systems.residents.serves import ResidentRegister

AS_OF = date(2022, 2, 1)
PAID, DEFICIENT = deciding_city.EXEMPT, deciding_city.AIDED


def open_office(folder: Path, *, also: Iterable[int] = ()) -> AskingCity:
    """Decided twice, numbered, printed; one household paid, one form deficient. The registers are the real ones."""
    found = approved_office(folder, {PAID: "0138", DEFICIENT: "9999"}, also=also)
    jobs.prepare_payment(PROGRAMME, by=city.actor(city.SUPERVISOR))
    jobs.release_payment(PROGRAMME, by=city.actor(city.TREASURER))
    jobs.write_bank_files(PROGRAMME, folder / "out", by=city.actor(city.TREASURER))
    return found


def approved_office(folder: Path, banks: dict[int, str], *, also: Iterable[int] = ()) -> AskingCity:
    """The same up to the approval of the households' forms, each with an account at that bank."""
    found = judged(registered_office(folder, also=also))
    clerk = city.actor(city.CLERK)
    jobs.number_cases(PROGRAMME, by=clerk)
    jobs.print_letters(PROGRAMME, folder / "out", by=clerk)
    jobs.receive(PROGRAMME, forms(folder, banks), by=clerk)
    jobs.examine(PROGRAMME, by=clerk)
    jobs.approve(PROGRAMME, by=city.actor(city.SUPERVISOR))
    return found


def registered_office(folder: Path, *, also: Iterable[int] = ()) -> AskingCity:
    """Nothing but the registers, which are the real ones; `also`: more households of one whom nobody taxes."""
    city.open_site()
    clerk = city.actor(city.CLERK)
    found = deciding_city.city(folder)
    for number in also:
        found.little.person(number, number, tax={}, is_head="1", relationship="世帯主")
    found.serve()
    residents.load(folder / "residents_base.csv", folder / "residents_latest.csv", AS_OF, by=clerk)
    registry.serve(Residents, ResidentRegister())  # type: ignore[type-abstract]
    jobs.take_registers(by=clerk)
    return found


def judged(found: AskingCity) -> AskingCity:
    """Decided, asked, answered, decided again and laid out."""
    clerk = city.actor(city.CLERK)
    found.first()
    jobs.import_answers(PROGRAMME, "first", by=clerk)
    jobs.decide(PROGRAMME, "second", by=clerk)
    jobs.overview(PROGRAMME, by=clerk)
    return found


def died(folder: Path, *numbers: int, on: date) -> None:
    """The register of the day after tells that the heads of these households have died."""
    with (folder / "residents_latest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["household_code"] in {f"1{number:09d}" for number in numbers}:
            row["left_on"], row["left_reason"] = on.isoformat(), "死亡"
    latest = city.write_rows(folder / "later.csv", rows)
    after = on + timedelta(days=1)
    residents.load(folder / "residents_base.csv", latest, after, by=city.actor(city.CLERK))


def case(number: int) -> Case:
    """The case of the household of that number."""
    return Case.objects.using("benefits").get(household_key=f"1{number:09d}")


def forms(folder: Path, banks: dict[int, str]) -> Path:
    """The file of forms that came in with an account at that bank."""
    rows = [
        dict(
            zip(
                FORM_COLUMNS,
                (
                    f"1{number:09d}",
                    "2022-03-01",
                    "郵送",
                    "0",
                    "0",
                    bank,
                    "200",
                    "1",
                    f"{number:07d}",
                    "ﾄﾄﾞｹ ﾊﾅｺ",
                ),
                strict=True,
            )
        )
        for number, bank in banks.items()
    ]
    return city.write_rows(folder / "responses.csv", rows)
