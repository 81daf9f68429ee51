"""The corpus of tampered logs, second part: its end, its checkpoints, its deletion records, its files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from tests.oplog.forger import AUGUST, JULY, Forger, sign
from tests.oplog.honest import ALIAS, Evidence
from tests.oplog.tampered import CORPUS, A, B, case
from tests.oplog.tampered import insider_key as _key
from todoke.oplog import archive, merkle, notes
from todoke.oplog.deletions import Deletion
from todoke.oplog.faults import Reason


# ---- the end, the whole, the past ----------------------------------------------------------------------------------
def _cut_tail(forger: Forger, *, witness: bool) -> None:
    forger.segments = forger.segments[:3]
    forger.rows = {key: rows for key, rows in forger.rows.items() if key in (A, B)}
    forger.checkpoints = [line for line in forger.checkpoints if line["size"] <= 3]
    forger.deletions, forger.erasures = [], []
    if witness:
        forger.cosignatures = [line for line in forger.cosignatures if line["size"] <= 3]


@case(Reason.CHECKPOINT_AHEAD)
def cut_the_last_segments_and_forget_the_checkpoints(forger, _):
    kept = forger.checkpoints
    _cut_tail(forger, witness=True)
    forger.checkpoints = kept


@case(Reason.WITNESS_AHEAD)
def cut_the_tail(forger, _):
    _cut_tail(forger, witness=False)


@case(Reason.WITNESS_AHEAD)
def cut_the_tail_and_our_copies_of_the_signatures(forger, _):
    _cut_tail(forger, witness=True)


@case(Reason.WITNESS_AHEAD)
def restore_an_old_backup(forger, evidence):
    shutil.rmtree(evidence.city)
    shutil.copytree(evidence.backup, evidence.city)
    forger.__init__(evidence.city)


@case(Reason.WITNESS_AHEAD)
def empty_the_log(forger, _):
    forger.segments, forger.rows, forger.checkpoints, forger.cosignatures = [], {}, [], []
    forger.deletions, forger.erasures = [], []


def _gone(name: str, *, admit: bool) -> None:
    @case(Reason.LOG_MISSING, name=name)
    def remove(forger: Forger, evidence: Evidence) -> None:
        shutil.rmtree(forger.folder)
        if not admit:
            shutil.copytree(evidence.city / "inquiry", forger.folder)  # so that `save` has where to write
            others = [path.name for path in evidence.city.iterdir() if path.is_dir() and path.name != ALIAS]
            forger.manifest(logs=others)


_gone("remove_the_whole_log_and_its_name", admit=False)


# ---- checkpoints ---------------------------------------------------------------------------------------------------
@case(Reason.CHECKPOINT_SIGNATURE)
def forge_a_signature(forger, _):
    note = forger.checkpoints[1]["note"]
    forger.checkpoints[1]["note"] = note[:-20] + ("A" if note[-20] != "A" else "B") + note[-19:]


@case(Reason.CHECKPOINT_SIGNATURE)
def edit_a_checkpoint(forger, _):
    forger.checkpoints[1]["note"] = forger.checkpoints[1]["note"].replace("\nrows 14\n", "\nrows 13\n")


@case(Reason.CHECKPOINT_SIGNATURE)
def strip_a_signature(forger, _):
    forger.checkpoints[1]["note"] = forger.checkpoints[1]["note"].partition("\n\n")[0] + "\n\n"


@case(Reason.CHECKPOINT_FORM)
def break_a_checkpoint(forger, _):
    forger.checkpoints[1]["note"] = "nothing"


@case(Reason.CHECKPOINT_ORIGIN)
def show_another_log_s_checkpoint(forger, evidence):
    old = notes.read(forger.checkpoints[1]["note"])
    name = next(name for name in evidence.trusted if name.endswith("/city"))
    forger.checkpoints[1] = sign(
        replace(old, origin=old.origin.replace("benefits", "inquiry")), name, _key(evidence)
    )


def _insider(name: str, reason: Reason, **changes: Any) -> None:
    @case(reason, name=name)
    def forge(forger: Forger, evidence: Evidence) -> None:
        old = notes.read(forger.checkpoints[1]["note"])
        signer = next(name for name in evidence.trusted if name.endswith("/city"))
        forger.checkpoints[1] = sign(replace(old, **changes), signer, _key(evidence))


_insider("insider_signs_another_root", Reason.WITNESS_SPLIT, root=bytes(32))
_insider("insider_signs_another_number_of_rows", Reason.CHECKPOINT_ROWS, rows=1)
_insider("insider_signs_an_earlier_time", Reason.CHECKPOINT_TIME, at=1)


@case(Reason.WITNESS_SPLIT)
def insider_shows_two_histories(forger, evidence):
    old = notes.read(forger.checkpoints[2]["note"])
    signer = next(name for name in evidence.trusted if name.endswith("/city"))
    forger.checkpoints.append(sign(replace(old, root=merkle.leaf_hash(b"other")), signer, _key(evidence)))


@case(Reason.CHECKPOINT_ROOT)
def insider_signs_a_root_that_nobody_witnessed(forger, evidence):
    insider_shows_two_histories(forger, evidence)
    del forger.checkpoints[2]
    forger.cosignatures = []
    (evidence.national / "witnessed.jsonl").write_text("", encoding="utf-8")


@case(Reason.CHECKPOINT_MISSING)
def remove_the_newest_checkpoint_and_its_witnesses(forger, evidence):
    forger.checkpoints, forger.cosignatures = forger.checkpoints[:-1], forger.cosignatures[:-1]
    file = evidence.national / "witnessed.jsonl"
    file.write_text("".join(file.read_text("utf-8").splitlines(True)[:-1]), encoding="utf-8")


@case(Reason.WITNESS_SIGNATURE)
def forge_a_witness_s_signature(forger, _):
    line = forger.cosignatures[0]["cosignature"]
    forger.cosignatures[0]["cosignature"] = line[:-20] + ("A" if line[-20] != "A" else "B") + line[-19:]


@case(Reason.KEY_UNKNOWN)
def invent_a_witness(forger, _):
    forger.cosignatures[0]["witness"] = "todoke.somewhere/else"


# ---- deletion --------------------------------------------------------------------------------------------------------
@case(Reason.SEGMENT_ROWS)
def remove_the_deletion_record(forger, _):
    forger.deletions = []


def _deletion(name: str, reason: Reason, **changes: Any) -> None:
    @case(reason, name=name)
    def forge(forger: Forger, _evidence: Evidence) -> None:
        forger.deletions[0] |= changes


_deletion("deletion_by_one_person", Reason.DELETION_ONE_PERSON, confirmed_by="a001")
_deletion("deletion_by_nobody", Reason.DELETION_ONE_PERSON, confirmed_by="")
_deletion("deletion_of_another_root", Reason.DELETION_ROOT, root="00" * 32)
_deletion("deletion_of_another_number", Reason.DELETION_NUMBERS, n=5)
_deletion("deletion_with_another_legal_basis", Reason.DELETION_UNLOGGED, legal_basis="別の根拠")
_deletion("deletion_by_other_people", Reason.DELETION_UNLOGGED, requested_by="z1", confirmed_by="z2")
_deletion("deletion_after_another_record", Reason.DELETION_CHAIN, prev="11" * 32)


@case(Reason.DELETION_UNLOGGED)
def delete_a_month_under_an_invented_record(forger, _):
    mine = [segment for segment in forger.segments if segment.month == AUGUST]
    last = Deletion.of_line(forger.deletions[-1])
    invented = replace(
        last,
        number=1,
        month=AUGUST,
        n=sum(one.n for one in mine),
        root=merkle.root([one.leaf() for one in mine]),
        prev=last.digest(),
    )
    forger.deletions.append(invented.line())
    del forger.rows[A], forger.rows[B]


@case(Reason.DELETION_NOT_DONE)
def keep_what_was_to_be_deleted(forger, _):
    forger.rows[JULY, 0] = forger.rows[A]


# ---- files -------------------------------------------------------------------------------------------------------------
def _after(name: str, reason: Reason, spoil: Callable[[Forger], None]) -> None:
    """A tampering of the files themselves, after everything was written."""
    CORPUS[name] = (lambda forger, _evidence: setattr(forger, "spoil", spoil), reason)


def _august(forger: Forger) -> Any:
    return archive.rows_file(forger.folder, date(2026, 8, 1))


_after("remove_the_folder_of_the_log", Reason.LOG_MISSING, lambda forger: shutil.rmtree(forger.folder))
_after("remove_a_month_s_file", Reason.SEGMENT_ROWS, lambda forger: _august(forger).unlink())
_after("cut_a_file", Reason.FILE, lambda f: _august(f).write_bytes(_august(f).read_bytes()[:-9]))
_after("zero_a_stretch_of_bytes", Reason.ROW_FORM, lambda f: _august(f).write_bytes(
    _august(f).read_bytes()[:200] + bytes(300) + _august(f).read_bytes()[500:]))  # fmt: skip
_after("break_the_list_of_segments", Reason.FILE, lambda f: (f.folder / "segments.jsonl").write_text("{"))
