"""The lists that one decision read, of one household: special persons, declared figures, earlier rounds.

Who is in them is read from the files sealed with the run; since when, from the edition of the list that was in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from todoke.systems.benefits.models import DecisionInput, DecisionRun, Source
from todoke.systems.benefits.queries.deciding import declared
from todoke.systems.benefits.queries.deciding.decision_lists import figures_kind
from todoke.systems.benefits.queries.why.reader import Reader
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.why.explained import Origin, Special, Stood

ALIAS: Final = "benefits"
_SPECIAL = (
    "SELECT resident_code, kind FROM read_parquet($file) WHERE resident_code IN ({codes}) ORDER BY 1, 2"
)
_NOTED = "SELECT resident_code, kind, noted_on FROM read_parquet($file) WHERE resident_code IN ({codes})"
_FIGURES = "SELECT resident_code, item, value FROM read_parquet($file) WHERE resident_code IN ({codes})"
_STOOD = """
SELECT programme, household_key, head, standing FROM read_parquet($file)
WHERE household_key = $key OR head IN ({codes}) ORDER BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What the lists said, by resident code; an origin without an edition: there was no such list."""

    special: dict[str, list[Special]] = field(default_factory=dict)
    figures: dict[str, dict[str, int]] = field(default_factory=dict)
    stood: Sequence[Stood] = ()
    origins: dict[str, Origin] = field(default_factory=dict)


def lists_of(run: DecisionRun, programme: Programme, files: Reader, codes: Sequence[str], key: str) -> Lists:
    """Everything that the run's lists say of these persons and of their household."""
    sealed = files.once(("inputs", run.pk), lambda: _sealed(run))
    figures: dict[str, dict[str, int]] = {}
    for row in _rows(files, _FIGURES, sealed.get("figures"), codes):
        figures.setdefault(row["resident_code"], {})[row["item"]] = int(row["value"])
    stood = _rows(files, _STOOD, sealed.get("earlier"), codes, key=key)
    return Lists(
        special=_special(run, files, sealed.get("special"), codes),
        figures=figures,
        stood=[Stood(**row) for row in stood],
        origins=_origins(run, programme, files, sealed) | _form(run, programme, figures),
    )


def _sealed(run: DecisionRun) -> dict[str, DecisionInput]:
    return {one.relation: one for one in DecisionInput.objects.using(ALIAS).filter(run=run)}


def _rows(
    files: Reader, query: str, sealed: DecisionInput | Source | None, codes: Sequence[str], **given: str
) -> list[dict[str, Any]]:
    return files.of(query, sealed.path, sealed.sha256, codes, **given) if sealed else []


def _special(
    run: DecisionRun, files: Reader, sealed: DecisionInput | None, codes: Sequence[str]
) -> dict[str, list[Special]]:
    listed = _rows(files, _SPECIAL, sealed, codes)
    in_use = _in_use(run, files, ImportKind.SPECIAL_PERSONS) if listed else None
    noted = {(row["resident_code"], row["kind"]): row["noted_on"] for row in _rows(files, _NOTED, in_use, codes)}  # fmt: skip
    found: dict[str, list[Special]] = {}
    for row in listed:
        who, kind = row["resident_code"], row["kind"]
        found.setdefault(who, []).append(
            Special(kind=SpecialKind(kind), noted_on=noted.get((who, kind)))
        )  # fmt: skip
    return found


def _origins(
    run: DecisionRun, programme: Programme, files: Reader, sealed: dict[str, DecisionInput]
) -> dict[str, Origin]:
    kinds = {"special": ImportKind.SPECIAL_PERSONS, "figures": figures_kind(programme)}
    found: dict[str, Origin] = {}
    for relation, kind in kinds.items():
        in_use = _in_use(run, files, kind) if kind and relation in sealed else None
        if kind and in_use:
            found[relation] = Origin(
                name=kind.label, edition=f"第{in_use.edition}版", arrived=in_use.imported_at
            )
    if "earlier" in sealed:
        found["earlier"] = Origin(
            name="先行する給付の記録", edition=sealed["earlier"].sha256[:12], arrived=run.decided_at
        )
    return found


def _form(run: DecisionRun, programme: Programme, figures: dict[str, dict[str, int]]) -> dict[str, Origin]:
    """What was declared on the household's own form, and when it came to count."""
    arrived = declared.arrived(programme.code, list(figures), run.decided_at) if figures else None
    return {"figures": Origin(name="申請書（二人の入力）", arrived=arrived)} if arrived else {}


def _in_use(run: DecisionRun, files: Reader, kind: ImportKind) -> Source | None:
    """The edition of the list that was the newest when the run was made."""
    programme = run.programme if KINDS[kind].of_programme else ""
    editions = Source.objects.using(ALIAS).filter(
        kind=kind, programme=programme, imported_at__lte=run.decided_at
    )
    return files.once(("source", kind, run.pk), lambda: editions.order_by("-id").first())
