"""Which rows' time is over (保存期間満了), read from the models' own declarations; set-based, in temporary tables.

A row goes only with everything that goes with it, and only if nothing that stays refers to it: what is due by its date is
reduced until that is so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models, router

from todoke.engine import postgres
from todoke.privacy.classes import declaration
from todoke.privacy.retention import ForEver, Period, WithParent

Model = type[models.Model]


def models_in(alias: str) -> list[Model]:
    """Every model with a table in this database, by label."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if router.allow_migrate_model(alias, model)
    ]
    return sorted(found, key=lambda model: model._meta.label)


def purgeable(alias: str) -> list[Model]:
    """The models whose rows are deleted here sometime, referring ones first: the order of deletion."""
    chosen = {model for model in models_in(alias) if _deletable(model)}
    order = TopologicalSorter(
        {model: {child for child, _ in _referring(model, chosen) if child is not model} for model in chosen}
    )
    return list(order.static_order())


def stage_due(alias: str, cutoff: datetime) -> dict[Model, int]:
    """Make a temporary table `due_<table>(key)` per model, and count; in the caller's transaction.

    Models without a due row are left out; the order is that of deletion. Made anew when asked twice.
    """
    chosen = purgeable(alias)
    for model in chosen:
        postgres.execute(alias, f"DROP TABLE IF EXISTS pg_temp.{due_table(model)}")
        postgres.execute(alias, f"CREATE TEMPORARY TABLE {due_table(model)} ON COMMIT DROP AS {_none(model)}")
    for model in reversed(chosen):  # parents first
        for statement, values in _candidates(model, cutoff):
            postgres.execute(alias, statement, values)
        postgres.execute(alias, f"ANALYZE {due_table(model)}")
    everything = models_in(alias)
    while sum(_reduce(alias, model, everything, chosen) for model in chosen):
        pass
    counts = {
        model: int(postgres.fetch(alias, f"SELECT count(*) FROM {due_table(model)}")[0][0])
        for model in chosen
    }
    return {model: count for model, count in counts.items() if count}


def anything_past(alias: str, cutoff: datetime) -> bool:
    """Whether any row is past its own period, so that counting is worth its temporary tables. One query."""
    past = [where for model in purgeable(alias) if (where := _past(model))]
    if not past:
        return False
    statement = " OR ".join(f"EXISTS (SELECT {where})" for where in past)
    return bool(postgres.fetch(alias, f"SELECT {statement}", {"cutoff": cutoff})[0][0])


def due_table(model: Model) -> str:
    """The name of a model's temporary table."""
    return f"due_{model._meta.db_table}"


def legal_basis(model: Model) -> str:
    """By which law rows of the model go: its own, or that of the row they go with."""
    keep = declaration(model).keep
    if isinstance(keep, WithParent):
        return legal_basis(_parent(model, keep.field))
    if isinstance(keep, ForEver):
        raise ValueError(f"{model._meta.label} is kept for ever")
    return keep.law


def _deletable(model: Model) -> bool:
    keep = declaration(model).keep
    if isinstance(keep, WithParent):
        return _deletable(_parent(model, keep.field))
    return isinstance(keep, Period) and not keep.elsewhere


def _candidates(model: Model, cutoff: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """What fills the model's table at first: rows past their period, and rows of due parents."""
    meta, keep = model._meta, declaration(model).keep
    into = f"INSERT INTO {due_table(model)} SELECT r.{_key(model)} FROM {meta.db_table} r"
    parent = keep.field if isinstance(keep, WithParent) else keep.parent if isinstance(keep, Period) else ""
    if parent:
        yield f"{into} JOIN {due_table(_parent(model, parent))} d ON d.key = r.{_column(model, parent)}", {}
    if past := _past(model):
        yield f"INSERT INTO {due_table(model)} SELECT r.{_key(model)} {past}", {"cutoff": cutoff}


def _past(model: Model) -> str:
    """FROM and WHERE of the model's rows that are past their own period at %(cutoff)s; empty for those without one."""
    keep = declaration(model).keep
    if not isinstance(keep, Period):
        return ""
    first, _, second = keep.since.partition(".")
    since, join = f"r.{_column(model, first)}", ""
    if second:
        other = _parent(model, first)
        join = f" JOIN {other._meta.db_table} p ON p.{_key(other)} = r.{_column(model, first)}"
        since = f"p.{_column(other, second)}"
    alone = f" AND r.{_column(model, keep.parent)} IS NULL" if keep.parent else ""
    when = f" AND ({keep.when})" if keep.when else ""
    over = f"{since} + interval '{keep.interval}' <= %(cutoff)s"
    return f"FROM {model._meta.db_table} r{join} WHERE {over}{alone}{when}"


def _reduce(alias: str, model: Model, everything: Sequence[Model], chosen: Sequence[Model]) -> int:
    """Take out of the model's due rows what something that stays refers to, and what has lost its parent; how many."""
    removed, mine = 0, due_table(model)
    for child, column in _referring(model, everything):
        stays = ""
        if child in chosen:
            stays = f" AND NOT EXISTS (SELECT FROM {due_table(child)} x WHERE x.key = c.{_key(child)})"
        statement = f"DELETE FROM {mine} d USING {child._meta.db_table} c WHERE c.{column} = d.key{stays}"
        removed += postgres.execute(alias, statement)
    keep = declaration(model).keep
    parent = keep.field if isinstance(keep, WithParent) else keep.parent if isinstance(keep, Period) else ""
    if parent:
        column, above = _column(model, parent), due_table(_parent(model, parent))
        statement = (
            f"DELETE FROM {mine} d USING {model._meta.db_table} r WHERE r.{_key(model)} = d.key"
            f" AND r.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {above} x WHERE x.key = r.{column})"
        )
        removed += postgres.execute(alias, statement)
    return removed


def _referring(model: Model, among: Sequence[Model] | set[Model]) -> Iterator[tuple[Model, str]]:
    """(model, column) of every foreign key to the model that the database holds."""
    for other in among:
        for field in other._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is not model:
                continue
            if getattr(field, "db_constraint", True):  # the stubs do not know it
                yield other, field.column


def _parent(model: Model, field: str) -> Model:
    found = model._meta.get_field(field).related_model
    if not isinstance(found, type):
        raise TypeError(f"{model._meta.label}.{field} is no foreign key")
    return found


def _column(model: Model, field: str) -> str:
    return str(model._meta.get_field(field).column)  # type: ignore[union-attr]


def _key(model: Model) -> str:
    return str(model._meta.pk.column)


def _none(model: Model) -> str:
    return f"SELECT {_key(model)} AS key FROM {model._meta.db_table} LIMIT 0"
