"""保有個人情報: what the register of requests (請求簿) itself holds on one person, and who of the office looked."""

from __future__ import annotations

from typing import Final

from todoke.access import directory
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.identity import DOCUMENTS
from todoke.assurance.disclosure.rules.kinds import OUTCOMES, Kind
from todoke.contracts.holding import Asked
from todoke.custody.holding import Reader, gather, looks
from todoke.oplog.person import Person
from todoke.privacy.holding import Holding, Kept, Section

_REQUEST: Final = "request"
_PAPERS: Final = {paper.value: title for paper, title in DOCUMENTS.items()}
HOLDING: Final = Holding(
    system="assurance",
    title="開示等の請求簿",
    kept=(
        Kept(
            model="Request", title="開示・訂正・利用停止の請求", by="pk", key=_REQUEST,
            words={
                "documents": _PAPERS, "handed_documents": _PAPERS,
                "outcome": {one.value: title for one, title in OUTCOMES[Kind.DISCLOSURE].items()},
            },
        ),
        Kept(model="Pause", title="請求の補正", by="request", key=_REQUEST),
        Kept(model="Withheld", title="開示しないとした部分", by="request", key=_REQUEST),
        Kept(model="Measure", title="訂正・利用停止の措置", by="request", key=_REQUEST),
    ),
    left_out={},
)  # fmt: skip


def held(asked: Asked) -> list[Section]:
    """The earlier requests, with what is not told withheld, and the looks that the directory's own log holds. Of the request that is
    being answered the notice of its decision tells."""
    alias, numbers = directory.alias(), asked.known_as.integrated_numbers
    requests = Request.objects.using(alias).filter(integrated_number__in=numbers).exclude(pk=asked.request)
    keys = {_REQUEST: list(requests.values_list("pk", flat=True))}
    reader = Reader(resident_codes=asked.known_as.resident_codes, keys=keys, alone=asked.alone)
    persons = [Person("integrated_number", number) for number in numbers]
    return [*gather(alias, HOLDING, reader), *looks(alias, HOLDING, persons, alone=asked.alone)]


def person_of(found: Request) -> Person | None:
    """Whom an entry of the log about this request concerns; nobody before the person was found."""
    return Person("integrated_number", found.integrated_number) if found.integrated_number else None
