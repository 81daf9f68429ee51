"""二つの版の違い: which rows of 照会許可照会リスト a draft adds, removes and changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from todoke.contracts.network import ListEntry, RevokedEntry


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`changed`: (before, after) of a row whose five codes stay and whose period does not."""

    added: list[ListEntry]
    removed: list[ListEntry]
    changed: list[tuple[ListEntry, ListEntry]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def difference(before: Iterable[ListEntry], after: Iterable[ListEntry]) -> Difference:
    """Rows that are equal count as unchanged, whatever their order. Of several periods of one row the oldest pair up."""
    old, new = set(before), set(after)
    gone, come = sorted(old - new, key=_order), sorted(new - old, key=_order)
    waiting: dict[RevokedEntry, list[ListEntry]] = {}
    for entry in gone:
        waiting.setdefault(codes(entry), []).append(entry)
    added, changed = [], []
    for entry in come:
        partners = waiting.get(codes(entry))
        if partners:
            changed.append((partners.pop(0), entry))
        else:
            added.append(entry)
    removed = [entry for entries in waiting.values() for entry in entries]
    return Difference(added=added, removed=removed, changed=changed)


def codes(entry: ListEntry) -> RevokedEntry:
    """The five values that say what an entry allows, without its period."""
    return RevokedEntry(entry.inquirer, entry.provider, entry.duty, entry.procedure, entry.information_code)


def _order(entry: ListEntry) -> tuple[str, ...]:
    return (
        entry.inquirer, entry.provider, entry.duty, entry.procedure, entry.information_code,
        entry.valid_from.isoformat(), entry.valid_to.isoformat() if entry.valid_to else "",
    )  # fmt: skip
