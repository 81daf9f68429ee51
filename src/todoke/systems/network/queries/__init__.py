"""Reads of 情報提供ネットワークシステム: the newest list, counts, and its exchange records as a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from todoke.contracts.exchange_records import COLUMNS
from todoke.contracts.network import ListEntry, RevokedEntry
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network.flows import DiscrepancyState, DraftState, OrganisationState
from todoke.systems.network.models import (
    Discrepancy,
    ListDraft,
    ListDraftEntry,
    ListEdition,
    Organisation,
    Revocation,
)
from todoke.systems.network.models import ListEntry as PublishedEntry
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.rules.list_difference import Difference, difference

_STANDINGS = """
SELECT organisation, state FROM network_organisation
WHERE municipality = ANY(%s) AND organisation = ANY(%s) AND state IN ('registered', 'suspended')
  AND %s BETWEEN valid_from AND coalesce(valid_to, 'infinity')
"""

_COUNTS = {
    "registered": "SELECT count(*) FROM network_registered_number",
    "acquisitions_waiting": "SELECT count(*) FROM network_acquisition",
    "permits": "SELECT count(*) FROM network_exchange_record",
    "permits_open": "SELECT count(*) FROM network_exchange_record WHERE outcome = 'asked'",
    "permits_held": "SELECT count(*) FROM network_exchange_record WHERE outcome = 'held'",
    "discrepancies_open": "SELECT count(*) FROM network_discrepancy WHERE state = 'open'",
    "list_edition": "SELECT coalesce(max(edition), 0) FROM network_list_edition",
}


def newest_list() -> ListEdition | None:
    """The edition in force, if any was ever published."""
    return ListEdition.objects.using(ALIAS).order_by("-edition").first()


def standings(organisations: Iterable[str]) -> dict[str, OrganisationState]:
    """Registered or suspended, of those that are in force today; unknown ones are not named."""
    asked = list(organisations)
    towns = [organisation[5:10] for organisation in asked]  # leads the index; the code holds it (CHECK)
    rows = postgres.fetch(ALIAS, _STANDINGS, [towns, asked, clock.today()])
    return {organisation: OrganisationState(state) for organisation, state in rows}


def open_draft() -> ListDraft | None:
    """The draft that waits for approval, if any."""
    return ListDraft.objects.using(ALIAS).filter(state=DraftState.DRAFTED).first()


def draft_entries(draft: ListDraft) -> list[ListEntry]:
    """The entries of a draft, in the order of its file."""
    return _entries(ListDraftEntry.objects.using(ALIAS).filter(draft=draft))


def edition_entries(edition: int) -> list[ListEntry]:
    """The entries of an edition, in their order; none of edition 0."""
    return _entries(PublishedEntry.objects.using(ALIAS).filter(edition=edition))


def _entries(rows: QuerySet[Any]) -> list[ListEntry]:
    return [ListEntry(*row) for row in rows.order_by("id").values_list(*ListEntry.__struct_fields__)]


def draft(number: int) -> ListDraft:
    """One draft; NOT_FOUND when there is none of that number."""
    found = ListDraft.objects.using(ALIAS).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この案")
    return found


def difference_of(draft: ListDraft) -> Difference:
    """What a draft adds to, removes from and changes in the edition that it was compared with."""
    return difference(edition_entries(draft.base), draft_entries(draft))


def names() -> dict[str, str]:
    """The name of each organisation that was ever registered, its newest one."""
    rows = Organisation.objects.using(ALIAS).exclude(confirmed_at=None).order_by("confirmed_at")
    return dict(rows.values_list("organisation", "name"))


def proposed_organisations() -> list[int]:
    """The numbers of the proposals that wait for a second person."""
    rows = Organisation.objects.using(ALIAS).filter(state=OrganisationState.PROPOSED)
    return list(rows.order_by("id").values_list("id", flat=True))


def revoked_entries() -> list[RevokedEntry]:
    """What of the newest edition is revoked, in a fixed order."""
    newest = newest_list()
    if newest is None:
        return []
    names = RevokedEntry.__struct_fields__
    rows = Revocation.objects.using(ALIAS).filter(edition=newest).order_by(*names).values_list(*names)
    return [RevokedEntry(*row) for row in rows]


def suspended_organisations() -> list[str]:
    """機関コード of those that are suspended now."""
    rows = Organisation.objects.using(ALIAS).filter(state=OrganisationState.SUSPENDED)
    return list(rows.order_by("organisation").values_list("organisation", flat=True))


def counts() -> dict[str, int]:
    """How things stand, in numbers only."""
    return {name: postgres.fetch(ALIAS, query)[0][0] for name, query in _COUNTS.items()}


def export_records(out: Path) -> int:
    """The network's exchange records as CSV, sorted by permit; the number of rows."""
    query = f"SELECT {', '.join(COLUMNS)} FROM network_exchange_record ORDER BY permit_id"
    return postgres.write_csv(ALIAS, query, out)


def open_discrepancies() -> list[Discrepancy]:
    """What no party and no operator has explained yet, oldest first."""
    return list(Discrepancy.objects.using(ALIAS).filter(state=DiscrepancyState.OPEN).order_by("id"))
