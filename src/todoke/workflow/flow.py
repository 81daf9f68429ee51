"""状態遷移表 (Flow): one table per kind of row — states, steps, who may make them, and who may not be the same person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from django.db.models import TextChoices

from todoke.access.permissions import Permission

State = StrEnum | TextChoices
S = TypeVar("S", bound=str)


class FlowError(ValueError):
    """A flow that contradicts itself: the programme does not start."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step (遷移) from `before` to `after`.

    permissions: whoever holds one of them may make the step (several only where several kinds of actor make it).
    act: column that keeps the mover's ID (`confirmed_by`; its time is `confirmed_at`); empty where only the state says so.
    unlike: earlier acts whose person may not be the mover, as columns of the flow's table or `table.column` elsewhere.
    approvals: how many of `unlike` must have been done before (承認の数).
    kept_by: constraints and triggers of the database that hold `unlike` where the earlier act stands in another table.
    """

    before: str
    after: str
    permissions: tuple[Permission, ...]
    act: str = ""
    unlike: tuple[str, ...] = ()
    approvals: int = 0
    kept_by: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """The earlier acts that stand in the row itself: runner and generated trigger look at these."""
        return tuple(column for column in self.unlike if "." not in column)


def along(pairs: Mapping[S, Iterable[S]], *permissions: Permission) -> tuple[Step, ...]:
    """The steps of a table `state → states that may follow`, all with the same permissions."""
    return tuple(
        Step(before=before, after=after, permissions=permissions)
        for before, following in pairs.items()
        for after in following
    )


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One state table. Checked as it is made; raises FlowError, so a wrong flow cannot be imported.

    `starts`: states in which a row may be inserted. `ends`: states that may be left no more.
    `at`, `by`: columns for time and mover of the last step; empty where the table has none (rows that only systems move).
    `reason`: column that takes the reason; a flow that has one moves nothing without a reason.
    `logged`: state → the log's verb of a step into it, where the permission's own would say the contrary (to withdraw a
    request is no request).
    """

    name: str
    title: str
    table: str
    states: type[State]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    steps: tuple[Step, ...]
    key: str = "id"
    state: str = "state"
    at: str = "state_at"
    by: str = "state_by"
    reason: str = ""
    logged: Mapping[str, str] = field(default_factory=dict, hash=False)
    pairs: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", frozenset((step.before, step.after) for step in self.steps))
        faults = list(self._faults())
        if faults:
            raise FlowError(f"flow {self.name}: " + "; ".join(faults))

    def into(self, state: str) -> tuple[Step, ...]:
        """The steps that lead to a state."""
        return tuple(step for step in self.steps if step.after == state)

    def before(self, state: str) -> list[str]:
        """The states from which `state` may be reached, for guarded updates."""
        return [str(step.before) for step in self.into(state)]

    @property
    def arrows(self) -> list[str]:
        """Every step as `before>after`, for guarded updates."""
        return sorted(f"{before}>{after}" for before, after in self.pairs)

    @property
    def sql_pairs(self) -> str:
        """Every step as `('before', 'after')`, for guarded updates whose SQL is fixed when it is imported."""
        return ", ".join(f"('{before}', '{after}')" for before, after in sorted(self.pairs))

    def following(self, state: str) -> tuple[str, ...]:
        """The states that may come next."""
        return tuple(step.after for step in self.steps if step.before == state)

    def _faults(self) -> Iterator[str]:
        known = {str(state) for state in self.states}
        named = {
            *self.starts,
            *self.ends,
            *map(str, self.logged),
            *(state for pair in self.pairs for state in pair),
        }
        yield from (f"unknown state {state}" for state in sorted(named - known))
        if len(self.pairs) < len(self.steps):
            yield "two steps are equal"
        yield from (f"{state} is never reached" for state in sorted(known - self._reached()))
        left = {before for before, _ in self.pairs}
        yield from (f"no way out of {state}" for state in sorted(known - left - set(self.ends)))
        yield from (f"{state} is an end and is left" for state in sorted(left & set(self.ends)))
        for step in self.steps:
            yield from self._step_faults(step)
            if any(other.act != step.act for other in self.into(step.after)):
                yield f"two steps into {step.after} are different acts"

    def _reached(self) -> set[str]:
        reached = {str(state) for state in self.starts}
        while more := {str(after) for before, after in self.pairs if before in reached} - reached:
            reached |= more
        return reached

    def _step_faults(self, step: Step) -> Iterator[str]:
        name = f"{step.before}>{step.after}"
        if not step.permissions:
            yield f"{name} has no permission"
        if not 0 <= step.approvals <= len(step.unlike):
            yield f"{name} needs more approvals than it names earlier acts"
        if step.act in step.unlike:
            yield f"{name} compares an act with itself"
        if len(step.own) < len(step.unlike) and not step.kept_by:
            yield f"{name} names an act in another table, but nothing in the database that keeps it"
        if step.own and not (self.by or step.act):
            yield f"{name} compares persons, but no column names the mover"
        if step.act and not step.act.endswith("_by"):
            yield f"{name}: an act is a column *_by with its *_at"
