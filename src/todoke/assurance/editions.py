"""版の読み出し (editions): what was drafted and published of each programme, and what the newest published one says."""

from __future__ import annotations

from todoke.assurance.flows import EditionState
from todoke.assurance.form.edition import Edition, from_toml
from todoke.assurance.models import KeptEdition


def newest_published(alias: str, programme: str, *, before: int | None = None) -> KeptEdition | None:
    """The edition that the programme declares today; with `before`: the one published before that number."""
    found = KeptEdition.objects.using(alias).filter(programme=programme, state=EditionState.PUBLISHED)
    if before is not None:
        found = found.filter(number__lt=before)
    return found.order_by("-number").first()


def declared(alias: str) -> list[KeptEdition]:
    """The newest published edition of every programme."""
    found = KeptEdition.objects.using(alias).filter(state=EditionState.PUBLISHED)
    return list(found.order_by("programme", "-number").distinct("programme"))


def read(kept: KeptEdition) -> Edition:
    """What stands in it."""
    return from_toml(kept.body, file=str(kept))
