"""The large made-up city behind `todoke bench screens`: judged twice, asked about, numbered, and half way through its payments.

Letters are left out (a printed case is no dearer to a screen than a numbered one), and so is the exchange: everybody who
is asked about stays 照会中.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from todoke.access.permissions import Role
from todoke.sites.demonstration.bench import SEED
from todoke.sites.demonstration.bench_site import measurer

PROGRAMME: Final = "r3-nontaxable"
PURPOSE: Final = "速さの測定"
_TERMINAL: Final = "bench"
_LATEST_AS_OF: Final = date(2022, 2, 1)
_NO_PASSWORD: Final = "!"  # noqa: S105 - matches nothing: nobody signs in with it
_ASKER, _SETTER, _CONFIRMER = "y001", "y002", "y003"


class NobodyAnswers:
    """`Inquiries` that takes every order and never answers."""

    def order(
        self,
        *,
        order_id: str,
        resident_codes: Sequence[str],
        by: str,
        tax_year: int | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - OrderReceipt, imported late
        """Everybody is asked about."""
        from todoke.contracts.inquiry import OrderReceipt

        return OrderReceipt(order_id=order_id, asked=len(resident_codes), abroad=0, unreachable=0)

    def answer_files(self, order_id: str) -> list[Any]:
        """None was written."""
        return []


def build(residents: int, folder: Path) -> dict[str, Any]:
    """Make the files and take every step; seconds by step."""
    import time

    from todoke.contracts import registry
    from todoke.contracts.inquiry import Inquiries
    from todoke.contracts.residents import Residents
    from todoke.sample import city
    from todoke.systems.residents.serves import ResidentRegister

    registry.serve(Residents, ResidentRegister())
    registry.serve(Inquiries, NobodyAnswers())
    seconds: dict[str, float] = {}
    steps = {"sample": lambda: city.write(residents, SEED, folder), **_steps(folder)}
    for name, step in steps.items():
        begun = time.perf_counter()
        step()
        seconds[name] = round(time.perf_counter() - begun, 2)
    return {"steps": seconds, **_sizes()}


def _steps(folder: Path) -> dict[str, Callable[[], object]]:
    from todoke.systems.benefits import jobs
    from todoke.systems.residents import jobs as register

    base, latest = folder / "residents_base.csv", folder / "residents_latest.csv"
    tax, assistance, forms = folder / "tax.csv", folder / "assistance.csv", folder / "responses.csv"

    def clerk() -> Any:  # noqa: ANN401 - an Actor whose second factor is of now
        return measurer("bench1", Role.CLERK)

    def supervisor() -> Any:  # noqa: ANN401 - the same
        return measurer("bench2", Role.SUPERVISOR)

    return {
        "residents": lambda: register.load(base, latest, _LATEST_AS_OF, by=clerk()),
        "registers": lambda: jobs.take_registers(by=clerk()),
        "sources": lambda: jobs.load(tax, assistance, by=clerk()),
        "decide first": lambda: jobs.decide(PROGRAMME, "first", by=clerk()),
        "ask": lambda: jobs.ask(PROGRAMME, "first", by=clerk()),
        "decide second": lambda: jobs.decide(PROGRAMME, "second", by=clerk()),
        "overview": lambda: jobs.overview(PROGRAMME, by=clerk()),
        "number": lambda: jobs.number_cases(PROGRAMME, by=clerk()),
        "receive": lambda: jobs.receive(PROGRAMME, forms, by=clerk()),
        "examine": lambda: jobs.examine(PROGRAMME, by=clerk()),
        "approve": lambda: jobs.approve(PROGRAMME, by=supervisor()),
        "prepare": lambda: jobs.prepare_payment(PROGRAMME, by=supervisor()),
    }


def _sizes() -> dict[str, int]:
    from todoke.engine import postgres

    tables = {
        "households": "SELECT households FROM benefits_decisionrun ORDER BY id DESC LIMIT 1",
        "cases": "SELECT count(*) FROM benefits_case",
        "missing": "SELECT count(*) FROM benefits_missing_status",
    }
    return {name: int(postgres.fetch("benefits", query)[0][0]) for name, query in tables.items()}


def seat(users: int, fingerprint: str) -> dict[str, Any]:
    """So many clerks with confirmed rights and a session each; their tokens."""
    from todoke.access import directory, sessions
    from todoke.access.duties import Duty
    from todoke.access.models import Grant, GrantState, Session, Terminal, TerminalKind
    from todoke.kernel import clock

    alias, now, day = directory.alias(), clock.now(), clock.today()
    end = day + timedelta(days=1)
    Terminal.objects.using(alias).create(
        fingerprint=fingerprint, name=_TERMINAL, place="測定", kind=TerminalKind.SCREEN, valid_from=day, valid_until=end,
        registered_by=_SETTER, registered_at=now,
    )  # fmt: skip
    clerks = [f"z{number:03d}" for number in range(users)]
    _enter(alias, [_ASKER, _SETTER, _CONFIRMER, *clerks])
    bootstrap = {"set_by": "bootstrap", "set_at": now, "confirmed_by": "bootstrap", "confirmed_at": now}
    behind = {_ASKER: Role.SECTION_MANAGER, _SETTER: Role.ADMINISTRATOR, _CONFIRMER: Role.SECTION_MANAGER}
    span = {"valid_from": day, "valid_until": end, "requested_at": now}
    Grant.objects.using(alias).bulk_create(
        Grant(staff_id=staff, role=role.value, duty=Duty.ADMINISTRATION.value, origin="bootstrap",
              state=GrantState.CONFIRMED, requested_by="bootstrap", **span, **bootstrap)
        for staff, role in behind.items()
    )  # fmt: skip
    grants = Grant.objects.using(alias).bulk_create(
        Grant(
            staff_id=staff,
            role=Role.CLERK.value,
            duty=Duty.BENEFIT.value,
            requested_by=_ASKER,
            reason="測定",
            **span,
        )
        for staff in clerks
    )
    rows = Grant.objects.using(alias).filter(pk__in=[grant.pk for grant in grants])
    rows.update(state=GrantState.SET, set_by=_SETTER, set_at=now)
    rows.update(state=GrantState.CONFIRMED, confirmed_by=_CONFIRMER, confirmed_at=now)
    tokens = [secrets.token_urlsafe(32) for _ in clerks]
    Session.objects.using(alias).bulk_create(
        Session(token_hash=sessions.digest(token), staff_id=staff, terminal_id=fingerprint, begun_at=now, seen_at=now,
                factor="passkey", factor_at=now)
        for staff, token in zip(clerks, tokens, strict=True)
    )  # fmt: skip
    return {"tokens": tokens, "clerks": clerks}


def _enter(alias: str, people: Sequence[str]) -> None:
    from todoke.access import standing
    from todoke.access.models import Employer, Staff, Training
    from todoke.kernel import clock

    now, day = clock.now(), clock.today()
    Staff.objects.using(alias).bulk_create(
        Staff(staff_id=staff, name=f"測定 {staff}", kana=f"ソクテイ {staff}", organisation="14100", section="測定",
              employer=Employer.OWN, hired_on=day, imported_by="y000", imported_at=now, password=_NO_PASSWORD, must_change=False,
              password_by=_SETTER, password_at=now)
        for staff in people
    )  # fmt: skip
    Training.objects.using(alias).bulk_create(
        Training(staff_id=staff, kind=standing.TRAINING, held_on=day, recorded_by=_ASKER, recorded_at=now)
        for staff in people
    )


def addresses(count: int, clerks: Sequence[str]) -> dict[str, Any]:
    """Pages that people open, by kind: `count` of each where there are so many; each with the clerk it is for, if any."""
    from urllib.parse import urlencode

    from todoke.engine import postgres
    from todoke.systems.benefits.actions.households.search_residents import keep_search

    draw = random.Random(SEED)  # noqa: S311 - a repeatable choice, no secret
    purpose = urlencode({"purpose": PURPOSE})

    def ids(query: str) -> list[int]:
        return [int(row[0]) for row in postgres.fetch("benefits", query, (count,))]

    decisions = ids(
        "SELECT d.id FROM benefits_decision d WHERE d.run_id = (SELECT max(id) FROM benefits_decisionrun)"
        " AND d.id %% 97 = 0 LIMIT %s"
    )
    words = postgres.fetch(
        "benefits",
        "SELECT name_kana || ' ' || birth_date FROM benefits_registerentry WHERE side = 'latest' AND id %% 97 = 0 LIMIT %s",
        (count,),
    )
    found = []
    for (text,) in words:
        clerk = draw.choice(clerks)
        handle = keep_search(words=text, by=measurer(clerk, Role.CLERK))
        found.append((f"/benefits/search/{handle}?{purpose}", clerk))
    wards = [f"141{number:02d}" for number in range(1, 19)]
    lists = [
        *(f"/benefits/cases?programme={PROGRAMME}&ward={ward}&stage=form&{purpose}" for ward in wards),
        *(
            f"/benefits/cases?programme={PROGRAMME}&state=received&age=0&order=oldest&{purpose}"
            for _ in wards
        ),
        *(
            f"/benefits/judged?programme={PROGRAMME}&ward={ward}&outcome=ineligible&{purpose}"
            for ward in wards
        ),
        *(f"/benefits/judged?programme={PROGRAMME}&reason=DEPENDANTS_ONLY&{purpose}" for _ in wards),
        *(f"/benefits/missing?programme={PROGRAMME}&page={page}&{purpose}" for page in range(1, 19)),
    ]
    anybody = {
        "home": ["/"],
        "figures": ["/benefits/figures"],
        "wards": ["/benefits/figures/wards"],
        "places": ["/benefits/figures/places"],
        "forecast": ["/benefits/figures/forecast"],
        "lists": lists,
        "why": [f"/benefits/decisions/{one}?{purpose}" for one in decisions],
        "case": [f"/benefits/cases/{one}?{purpose}" for one in ids("SELECT id FROM benefits_case WHERE id %% 7 = 0 LIMIT %s")],
        "household": [
            f"/benefits/households/{one}?{purpose}"
            for one in ids("SELECT id FROM benefits_resident WHERE id %% 97 = 0 LIMIT %s")
        ],
    }  # fmt: skip
    return {**{kind: [(url, "") for url in urls] for kind, urls in anybody.items()}, "search": found}
