"""Attempts at questions as rows of the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from todoke.systems.inquiry.rules.record_ids import record_id


class Draft(NamedTuple):
    """One attempt to be drafted: the person (id and position in the order), the provider's 5 digits, which attempt."""

    subject: int
    position: int
    provider: str
    round: int
    attempt: int = 1


def drafted_table(order_id: str, drafts: Sequence[Draft], *, at: datetime, by: str) -> pa.Table:
    """The rows of these attempts as they begin."""
    ids = [record_id(order_id, round_=d.round, position=d.position, attempt=d.attempt) for d in drafts]
    moments = pa.array([at] * len(drafts), pa.timestamp("us", tz="UTC"))
    staff = pa.array([by] * len(drafts), pa.string())
    return pa.table(
        {
            "record_id": pa.array(ids, pa.string()),
            "subject_id": pa.array([draft.subject for draft in drafts], pa.int64()),
            "round": pa.array([draft.round for draft in drafts], pa.int16()),
            "attempt": pa.array([draft.attempt for draft in drafts], pa.int16()),
            "provider": pa.array([draft.provider for draft in drafts], pa.string()),
            "state": pa.array(["drafted"] * len(drafts), pa.string()),
            "drafted_at": moments,
            "drafted_by": staff,
            "state_at": moments,
            "state_by": staff,
        }
    )
