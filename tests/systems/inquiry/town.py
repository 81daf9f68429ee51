"""Eight residents with chosen origins, and a linkage stand-in that answers by resident code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from tests.systems import city
from tests.systems.linkage import realms as far
from todoke.batch.steps import StepReport
from todoke.contracts import registry
from todoke.contracts.information import Outcome
from todoke.contracts.inquiry import OrderReceipt
from todoke.contracts.linkage import Linkage, Query
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import Origin, Residents
from todoke.contracts.stand_ins import LinkageStandIn, Reply, ResidentsStandIn
from todoke.identifiers import integrated_number
from todoke.identifiers.municipality import of_organisation
from todoke.records.layouts import inquiry_answer_v2021
from todoke.systems.inquiry import jobs
from todoke.systems.inquiry.serves import InquiryService

ORDER = "r3-first"


def code(place: int) -> str:
    return f"{place:010d}"


def person(place: int) -> BasicAttributes:
    return BasicAttributes(
        name_kanji=f"見本　{place}", sex="1", birth_date=date(1980, 1, 1), address=f"{place}番地"
    )


@dataclass
class Town:
    """`origins`: 前住所コード by place. `replies` by (place, provider's 5 digits); else: not taxed."""

    origins: dict[int, str]
    out: Path
    replies: dict[tuple[int, str], Reply] = field(default_factory=dict)
    strangers: frozenset[int] = frozenset()
    asked: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        places = {integrated_number.mint(place): place for place in self.origins}

        def reply(query: Query) -> Reply:
            at = (places[query.integrated_number], of_organisation(query.provider))
            self.asked.append(at)
            return self.replies.get(at, far.answered())

        self.linkage = LinkageStandIn(
            {
                code(place): (integrated_number.mint(place), person(place))
                for place in self.origins
                if place not in self.strangers
            },
            reply,
        )
        registry.serve(Linkage, self.linkage)
        registry.serve(Residents, ResidentsStandIn(origins=map(self._origin, self.origins.items())))

    def _origin(self, item: tuple[int, str]) -> Origin:
        place, previous = item
        return Origin(
            resident_code=code(place),
            ward_code="14104",
            previous_municipality=previous,
            attributes=person(place),
        )

    def order(self, order_id: str = ORDER, places: list[int] | None = None) -> OrderReceipt:
        codes = [code(place) for place in places or self.origins]
        return InquiryService().order(order_id=order_id, resident_codes=codes, by=city.CLERK)

    def request(self, order_id: str = ORDER) -> list[StepReport]:
        return jobs.write_requests(order_id, self.out, by=city.actor(city.OPERATOR))

    def collect(self, order_id: str = ORDER, *, exchange: bool = True) -> list[StepReport]:
        hand: Callable[..., object] | None = self.linkage.exchange if exchange else None
        return jobs.collect(order_id, self.out, by=city.actor(city.OPERATOR), exchange=hand)

    def road(self) -> None:
        """The whole way: order, request, exchange, collect."""
        self.order()
        self.request()
        self.linkage.exchange(jobs.batches(ORDER))
        self.collect()

    def answers(self, order_id: str = ORDER) -> dict[int, dict[str, object]]:
        """What the newest answer files say, by place."""
        tables = [
            inquiry_answer_v2021.decode(Path(file.path).read_bytes())
            for file in InquiryService().answer_files(order_id)
        ]
        rows = pa.concat_tables(tables).to_pylist() if tables else []
        assert [row["resident_code"] for row in rows] == sorted(row["resident_code"] for row in rows)
        return {int(str(row["resident_code"])): row for row in rows}


def elsewhere(municipality: str | None) -> Reply:
    """Taxed elsewhere: no levy here, and the municipality that taxes."""
    return far.answered(taxed_elsewhere="1", taxing_municipality=municipality, income_levy=None)


HELD: Reply = (Outcome.HELD, "", ())
NO_RECORD: Reply = (Outcome.NO_RECORD, "", ())
