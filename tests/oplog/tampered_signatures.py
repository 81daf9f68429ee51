"""The corpus of tampered logs, continued: checkpoints, witnesses and records of deletion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.oplog.forger import AUGUST, JULY, Forger, sign
from tests.oplog.honest import Evidence
from tests.oplog.tampered import A, B, case, key_of
from todoke.oplog import merkle, notes
from todoke.oplog.deletions import Deletion
from todoke.oplog.faults import Reason


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
        replace(old, origin=old.origin.replace("benefits", "inquiry")), name, key_of(evidence)
    )


def _insider(name: str, reason: Reason, **changes: Any) -> None:
    @case(reason, name=name)
    def forge(forger: Forger, evidence: Evidence) -> None:
        old = notes.read(forger.checkpoints[1]["note"])
        signer = next(name for name in evidence.trusted if name.endswith("/city"))
        forger.checkpoints[1] = sign(replace(old, **changes), signer, key_of(evidence))


_insider("insider_signs_another_root", Reason.WITNESS_SPLIT, root=bytes(32))
_insider("insider_signs_another_number_of_rows", Reason.CHECKPOINT_ROWS, rows=1)
_insider("insider_signs_an_earlier_time", Reason.CHECKPOINT_TIME, at=1)


@case(Reason.WITNESS_SPLIT)
def insider_shows_two_histories(forger, evidence):
    old = notes.read(forger.checkpoints[2]["note"])
    signer = next(name for name in evidence.trusted if name.endswith("/city"))
    forger.checkpoints.append(sign(replace(old, root=merkle.leaf_hash(b"other")), signer, key_of(evidence)))


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
