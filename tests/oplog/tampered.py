"""The corpus of tampered logs: name → what a forger does → the reason that the verifier must give.

`insider` forgers hold the realm's own signing key; `witness` ones reach our copies of the co-signatures, too. What a
witness holds elsewhere (`evidence.national`) nobody here can change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.oplog.forger import AUGUST, OCTOBER, Forger, edited, honest_leaf
from tests.oplog.honest import Evidence
from todoke.oplog import archive, entry
from todoke.oplog.faults import Reason

A, B, C = (AUGUST, 1), (AUGUST, 2), (OCTOBER, 3)
OPEN = (OCTOBER, archive.UNSEALED)
Tampering = Callable[[Forger, Evidence], None]
CORPUS: Final[dict[str, tuple[Tampering, Reason]]] = {}


def case(reason: Reason, *, name: str | None = None) -> Callable[[Tampering], Tampering]:
    """Put a tampering into the corpus under its function's name."""

    def add(tampering: Tampering) -> Tampering:
        CORPUS[name or tampering.__name__] = (tampering, reason)
        return tampering

    return add


def insider_key(evidence: Evidence) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(evidence.key.read_bytes())


def _edit(name: str, value: object) -> None:
    @case(Reason.ROW_LEAF, name=f"edit_{name}")
    def edit(forger: Forger, _evidence: Evidence) -> None:
        forger.change(A, 3, lambda row: edited(row, **{name: value}))

    @case(Reason.ROW_CHANGED, name=f"edit_{name}_with_a_new_leaf")
    def edit_and_hash(forger: Forger, _evidence: Evidence) -> None:
        forger.change(A, 3, lambda row: honest_leaf(edited(row, **{name: value})))


for _name in entry.TEXTS:
    _edit(_name, "refused" if _name == "outcome" else "x")
_edit("persons", 2)
_edit("at", 1785891600000123)  # 2026-08-05 01:00 UTC, within the minute


# ---- one row -------------------------------------------------------------------------------------------------
@case(Reason.ROW_CHANGED)
def edit_the_transaction(forger, _):
    forger.change(A, 3, lambda row: replace(row, xid=forger.rows[A][2].xid))


@case(Reason.ROW_CHANGED)
def edit_the_id(forger, _):
    forger.change(A, -1, lambda row: replace(row, id=row.id + 1000))


@case(Reason.ROW_LEAF)
def swap_two_leaves(forger, _):
    rows = forger.rows[A]
    rows[2], rows[3] = replace(rows[2], leaf=rows[3].leaf), replace(rows[3], leaf=rows[2].leaf)


@case(Reason.ROW_CHANGED)
def exchange_the_contents_of_two_rows(forger, _):
    rows = forger.rows[A]
    one, other = rows[2], rows[4]
    rows[2] = replace(other, xid=one.xid, id=one.id)
    rows[4] = replace(one, xid=other.xid, id=other.id)


@case(Reason.ROW_ORDER)
def reorder_two_rows(forger, _):
    rows = forger.rows[A]
    rows[2], rows[3] = rows[3], rows[2]


@case(Reason.ROW_ORDER)
def duplicate_a_row(forger, _):
    forger.rows[A].insert(3, forger.rows[A][2])


@case(Reason.ROW_INSERTED)
def insert_a_row(forger, _):
    row = forger.rows[A][2]
    forger.rows[A].insert(3, honest_leaf(edited(replace(row, id=row.id + 1), subject="never happened")))


@case(Reason.ROW_INSERTED)
def append_a_row_to_a_sealed_segment(forger, _):
    row = forger.rows[A][-1]
    forger.rows[A].append(honest_leaf(edited(replace(row, id=row.id + 1), subject="never happened")))


@case(Reason.ROW_INSERTED)
def slip_an_old_row_among_the_unsealed(forger, _):
    row = forger.rows[A][-1]
    forger.rows[AUGUST, archive.UNSEALED] = [honest_leaf(edited(replace(row, id=row.id + 1), subject="x"))]


def _remove(place: int, name: str) -> None:
    @case(Reason.ROW_MISSING, name=f"remove_the_{name}_row")
    def remove(forger: Forger, _evidence: Evidence) -> None:
        del forger.rows[A][place]


for _place, _word in ((0, "first"), (3, "middle"), (-1, "last")):
    _remove(_place, _word)


@case(Reason.ROW_MISSING)
def move_a_row_to_the_next_segment(forger, _):
    forger.rows[B].insert(0, forger.rows[A].pop())


@case(Reason.ROW_LEAF)
def edit_an_unsealed_row(forger, _):
    forger.change(OPEN, 1, lambda row: edited(row, actor="x"))


# ---- the personal part -----------------------------------------------------------------------------------------
def _personal(forger: Forger) -> list[int]:
    return [place for place, row in enumerate(forger.rows[A]) if row.state == archive.PERSONAL]


@case(Reason.ROW_LEAF)
def another_person(forger, _):
    place = _personal(forger)[0]
    forger.change(A, place, lambda row: replace(row, personal=entry.personal(bytes(32), None)))


@case(Reason.ROW_LEAF)
def another_detail(forger, _):
    place = _personal(forger)[0]
    forger.change(A, place, lambda row: replace(row, personal=row.personal[:-1] + b"\x01\x00\x00\x00\x01x"))


@case(Reason.ROW_LEAF)
def another_salt(forger, _):
    forger.change(A, _personal(forger)[0], lambda row: replace(row, secret=bytes(16)))


@case(Reason.ROW_LEAF)
def swap_two_salts(forger, _):
    one, other = _personal(forger)[:2]
    rows = forger.rows[A]
    rows[one], rows[other] = (
        replace(rows[one], secret=rows[other].secret),
        replace(rows[other], secret=rows[one].secret),
    )


@case(Reason.ROW_LEAF)
def strip_the_personal_part(forger, _):
    place = _personal(forger)[0]
    forger.change(A, place, lambda row: replace(row, state=archive.PLAIN, secret=b"", personal=b""))


def _erase(forger: Forger) -> int:
    place = _personal(forger)[0]
    forger.change(
        A, place, lambda row: replace(row, state=archive.ERASED, secret=row.committed, personal=b"")
    )
    return forger.rows[A][place].id


@case(Reason.ERASURE_UNRECORDED)
def erase_without_a_record(forger, _):
    _erase(forger)


@case(Reason.ERASURE_UNLOGGED)
def erase_with_an_invented_record(forger, _):
    forger.erasures.append(forger.erasures[0] | {"operation_id": _erase(forger)})


@case(Reason.ERASURE_ONE_PERSON)
def erase_by_one_person(forger, _):
    forger.erasures[0]["confirmed_by"] = forger.erasures[0]["requested_by"]


@case(Reason.ERASURE_UNLOGGED)
def edit_an_erasure_record(forger, _):
    forger.erasures[0]["legal_basis"] = "別の根拠"


@case(Reason.ROW_LEAF)
def another_commitment_after_erasure(forger, _):
    place = next(n for n, row in enumerate(forger.rows[C]) if row.state == archive.ERASED)
    forger.change(C, place, lambda row: replace(row, secret=bytes(32)))


# ---- segments ----------------------------------------------------------------------------------------------------
@case(Reason.SEGMENT_ROOT)
def edit_a_row_with_new_leaf_and_marks(forger, _):
    edit_everything_but(forger, keep=("root",))


def edit_everything_but(forger: Forger, keep: tuple[str, ...] = ()) -> None:
    forger.change(A, 3, lambda row: honest_leaf(edited(row, actor="x")))
    before = list(forger.segments)
    forger.reseal()
    if "root" in keep:
        forger.segments = before


@case(Reason.CHECKPOINT_ROOT)
def edit_a_row_and_recompute_every_root(forger, _):
    edit_everything_but(forger)


@case(Reason.CHECKPOINT_SIGNATURE)
def edit_a_row_recompute_and_sign_with_another_key(forger, _):
    edit_everything_but(forger)
    forger.resign(Ed25519PrivateKey.generate())


@case(Reason.KEY_DIFFERS)
def rewrite_everything_with_another_key_and_say_it_is_ours(forger, evidence):
    edit_everything_but(forger)
    key = Ed25519PrivateKey.generate()
    forger.resign(key)
    forger.cosignatures = []
    name = next(name for name in evidence.trusted if name.endswith("/city"))
    forger.manifest(keys=evidence.trusted | {name: key.public_key().public_bytes_raw().hex()})


@case(Reason.WITNESS_DIFFERS)
def insider_rewrites_everything_with_the_true_key(forger, evidence):
    edit_everything_but(forger)
    forger.resign(insider_key(evidence))
    forger.cosignatures = []


def _segment(name: str, change: Callable[[Any], Any], reason: Reason) -> None:
    @case(reason, name=f"edit_a_segment_s_{name}")
    def edit(forger: Forger, _evidence: Evidence) -> None:
        segment = forger.segments[1]
        forger.segments[1] = replace(segment, **{name: change(getattr(segment, name))})


_segment("n", lambda n: n + 1, Reason.SEGMENT_ROOT)
_segment("root", lambda _: bytes(32), Reason.SEGMENT_ROOT)
_segment("prev", lambda _: bytes(32), Reason.SEGMENT_LINK)
_segment("month", lambda _: OCTOBER, Reason.SEGMENT_ROWS)
_segment("first", lambda first: (first[0] - 1, first[1]), Reason.CHECKPOINT_ROOT)
_segment("last", lambda last: (last[0], last[1] + 1), Reason.CHECKPOINT_ROOT)
_segment("sealed_at", lambda at: at + 1, Reason.CHECKPOINT_ROOT)


@case(Reason.SEGMENT_MARKS)
def edit_the_marks(forger, _):
    forger.marks[1] = bytes(4) + forger.marks[1][4:]


@case(Reason.SEGMENT_MISSING)
def cut_a_segment(forger, _):
    del forger.segments[2], forger.rows[B]


@case(Reason.SEGMENT_LINK)
def cut_a_segment_and_renumber(forger, _):
    del forger.segments[1], forger.rows[A]
    forger.segments = [replace(one, seg=place) for place, one in enumerate(forger.segments)]
    forger.rows = {
        (month, seg - 1 if 1 < seg < 99 else seg): rows for (month, seg), rows in forger.rows.items()
    }


@case(Reason.SEGMENT_MISSING)
def swap_two_segments(forger, _):
    forger.segments[1], forger.segments[2] = forger.segments[2], forger.segments[1]


@case(Reason.SEGMENT_ORDER)
def duplicate_a_segment(forger, _):
    forger.segments.insert(2, forger.segments[1])


@case(Reason.SEGMENT_ROWS)
def drop_the_rows_of_a_segment(forger, _):
    del forger.rows[A]


@case(Reason.SEGMENT_ROWS)
def drop_a_month_without_a_record(forger, _):
    del forger.rows[A], forger.rows[B]


@case(Reason.SEGMENT_TIME)
def insider_turns_the_clock_back(forger, evidence):
    forger.segments[2] = replace(forger.segments[2], sealed_at=forger.segments[1].sealed_at - 1)
    forger.reseal()
    forger.resign(insider_key(evidence))
    forger.cosignatures = []


@case(Reason.ROW_TIME)
def insider_dates_an_entry_after_its_sealing(forger, evidence):
    forger.change(A, 3, lambda row: honest_leaf(edited(row, at=forger.segments[2].sealed_at)))
    forger.reseal()
    forger.resign(insider_key(evidence))


@case(Reason.ROW_LATE)
def insider_dates_an_entry_back(forger, evidence):
    days = 4 * 86_400 * 1_000_000  # to the 1st; a checkpoint of the 5th says that all before was sealed
    forger.change(B, 3, lambda row: honest_leaf(edited(row, at=forger.segments[1].sealed_at - days)))
    forger.reseal()
    forger.resign(insider_key(evidence))


@case(Reason.ROW_MONTH)
def insider_dates_an_entry_into_another_month(forger, evidence):
    forger.change(C, 1, lambda row: honest_leaf(edited(row, at=forger.segments[2].sealed_at)))
    forger.reseal()
    forger.resign(insider_key(evidence))
