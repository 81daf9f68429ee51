"""Steps from the 給付管理番号 to the bank file. Counts are read from the tables afterwards, so that a step that was
killed between its work and its end counts the same when it is run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.engine import snapshots
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.deciding import number_cases as numbering
from todoke.systems.benefits.actions.examination import approve_applications, examine_applications
from todoke.systems.benefits.actions.intake import receive_forms
from todoke.systems.benefits.actions.mailings import close_notices as closing
from todoke.systems.benefits.actions.payments import prepare_batch, release_batch, write_bank_file
from todoke.systems.benefits.actions.printing import print_letters as printing
from todoke.systems.benefits.queries.editions import proposals as programmes
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY, PayingOffice

ALIAS = "benefits"


def number_cases(code: str, *, by: Actor) -> list[StepReport]:
    """付番: once per decision run. Accepted: eligible households with a case."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        numbering.number_cases(programme=programme, by=by)
        cases = queries.ledger(code).cases
        return Counts(taken=cases, accepted=cases, totals={"cases": cases})

    key = f"{code}/{queries.newest_run(code)}"
    return _run("number", key, by, work, "給付管理番号の付番")


def print_letters(code: str, out: Path, *, by: Actor, office: PayingOffice = SAMPLE_CITY) -> list[StepReport]:
    """お知らせ・確認書・申請書の印刷: once per decision run and register. Refused: cases kept out of the bulk run.

    Totals: files, letters by kind, refused cases by reason.
    """
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        run = printing.print_letters(
            programme=programme, office=office, out=out / "letters", by=by, meter=meter
        )
        ledger, refused = queries.ledger(code), sum(run.excluded.values())
        printed = {route.name.lower(): count for route, count in queries.letters_by_route(code).items()}
        excluded = {f"excluded_{reason}": count for reason, count in run.excluded.items()}
        return Counts(
            taken=ledger.letters + refused,
            accepted=ledger.letters,
            refused=refused,
            totals={"files": ledger.letter_files, **printed, **excluded},
        )

    snapshot = queries.latest_register().snapshot_id
    key = f"{code}/{queries.newest_run(code)}/{snapshot}"
    return _run("letters", key, by, work, "お知らせ・確認書・申請書の印刷")


def print_kind(
    code: str, kind: LetterKind, out: Path, *, by: Actor, office: PayingOffice = SAMPLE_CITY
) -> list[StepReport]:
    """Letters of any kind but the first ones, for all cases that wait for one now. Refused: cases kept out of the bulk run."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        run = printing.print_letters(
            programme=programme, office=office, out=out / "letters", by=by, kind=kind, meter=meter
        )
        refused = sum(run.excluded.values())
        totals = {"files": run.files} | {
            f"excluded_{reason}": count for reason, count in run.excluded.items()
        }
        return Counts(taken=run.printed + refused, accepted=run.printed, refused=refused, totals=totals)

    key = f"{code}/{kind}/{clock.now().isoformat()}"
    return _run("letters", key, by, work, f"{letter_kind.TITLES[kind].strip('（）')}の印刷")


def close_notices(code: str, *, by: Actor) -> list[StepReport]:
    """お知らせの期限: once a day. Accepted: notices that nobody answered by their last day."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        closing.close_notices(programme=programme, by=by)
        silent = queries.silent_notices(code)
        return Counts(taken=silent, accepted=silent, totals={"notices": silent})

    return _run("notices", f"{code}/{clock.today()}", by, work, "お知らせの期限")


def receive(code: str, file: Path, *, by: Actor) -> list[StepReport]:
    """受付 of one file of returned forms: once per content. Refused: duplicates and forms without a case."""
    programme = programmes.find(code)
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)

    def work(meter: Meter) -> Counts:
        intake = receive_forms.receive_forms(programme=programme, file=file, by=by)
        return Counts(
            taken=intake.rows,
            accepted=intake.accepted,
            refused=intake.duplicates + intake.no_case,
            totals={"duplicate": intake.duplicates, "no_case": intake.no_case},
        )

    return _run("receive", f"{code}/{snapshots.file_sha256(file)}", by, work, "確認書の受付")


def examine(code: str, *, by: Actor) -> list[StepReport]:
    """審査: once per decision run, register, newest form and newest account. Refused: everything but passed, a total per finding."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        examine_applications.examine_applications(programme=programme, by=by)
        outcomes, findings = queries.examination_counts(code)
        taken, passed = sum(outcomes.values()), outcomes.get(CaseState.PASSED.value, 0)
        return Counts(taken=taken, accepted=passed, refused=taken - passed, totals={**outcomes, **findings})

    ledger = queries.ledger(code)
    last = f"{ledger.last_application}-{ledger.last_correction}"
    snapshot = queries.latest_register().snapshot_id
    key = f"{code}/{queries.newest_run(code)}/{snapshot}/{last}"
    return _run("examine", key, by, work, "審査")


def approve(
    code: str, *, by: Actor, expected: int | None = None, expected_yen: int | None = None
) -> list[StepReport]:
    """承認: once per decision run, newest examination and approver. Refused: passed cases that are held back, are the
    approver's own work or above their limit."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        approve_applications.approve_applications(
            programme=programme, by=by, expected=expected, expected_yen=expected_yen
        )
        states = queries.states(code)
        held = states.get(CaseState.PASSED, 0)
        approved = sum(count for state, count in states.items() if state in _APPROVED)
        return Counts(
            taken=approved + held,
            accepted=approved,
            refused=held,
            totals={"approved_yen": queries.yen(code, _APPROVED)},
        )

    last = queries.ledger(code).last_examination
    key = f"{code}/{queries.newest_run(code)}/{last}/{by.staff_id}"
    return _run("approve", key, by, work, "承認")


def prepare_payment(
    code: str, *, by: Actor, office: PayingOffice = SAMPLE_CITY, transfer_on: date | None = None
) -> list[StepReport]:
    """支払の起案: once per decision run, register, newest approval and batch given up. Refused: approved cases that are held back."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        prepare_batch.prepare_batch(programme=programme, office=office, by=by, transfer_on=transfer_on)
        ledger = queries.ledger(code)
        held = queries.states(code).get(CaseState.APPROVED, 0)
        return Counts(
            taken=ledger.payments + held,
            accepted=ledger.payments,
            refused=held,
            totals={"batches": ledger.batches, "prepared_yen": ledger.total_yen},
        )

    ledger = queries.ledger(code)
    snapshot = queries.latest_register().snapshot_id
    key = f"{code}/{queries.newest_run(code)}/{snapshot}/{ledger.last_approval}-{ledger.last_cancellation}"
    return _run("pay", key, by, work, "支払の起案")


def release_payment(code: str, *, by: Actor, expected_yen: int | None = None) -> list[StepReport]:
    """支払の確定 of every batch that was prepared and not released yet: once per newest batch.

    With `expected_yen`, the total on the treasurer's own sheet, another total is refused (STATE_CONFLICT).
    """
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        waiting = [batch for batch in queries.batches(code) if not (batch.released or batch.cancelled)]
        total = sum(batch.total_yen for batch in waiting)
        if expected_yen is not None and expected_yen != total:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"確定を待つ支払総額は {total:,} 円です")
        for batch in waiting:
            release_batch.release_batch(
                programme=programme, number=batch.number, by=by, expected_yen=batch.total_yen
            )
        ledger = queries.ledger(code)
        return Counts(
            taken=ledger.payments,
            accepted=ledger.released_payments,
            refused=ledger.payments - ledger.released_payments,
            totals={"released_batches": ledger.released_batches, "released_yen": ledger.released_yen},
        )

    key = f"{code}/{queries.ledger(code).batches}"
    return _run("release", key, by, work, "支払の確定")


def write_bank_files(
    code: str, out: Path, *, by: Actor, office: PayingOffice = SAMPLE_CITY
) -> list[StepReport]:
    """総合振込ファイル of every released batch that has none yet: once per newest released batch."""
    programme = programmes.find(code)

    def work(meter: Meter) -> Counts:
        for batch in queries.batches(code):
            if batch.released and not batch.cancelled and batch.bank_file is None:
                write_bank_file.write_bank_file(
                    programme=programme, office=office, number=batch.number, out=out / "payments", by=by
                )
        ledger = queries.ledger(code)
        return Counts(
            taken=ledger.released_payments,
            accepted=ledger.ordered_payments,
            refused=ledger.released_payments - ledger.ordered_payments,
            totals={
                "bank_files": ledger.bank_files,
                "paid_count": ledger.ordered_payments,
                "paid_yen": ledger.ordered_yen,
            },
        )

    key = f"{code}/{queries.ledger(code).released_batches}"
    return _run("bank_file", key, by, work, "総合振込ファイルの作成")


_APPROVED = frozenset(
    {CaseState.APPROVED, CaseState.RESERVED, CaseState.ORDERED, CaseState.PAID, CaseState.FAILED}
)


def _run(name: str, key: str, by: Actor, work: Callable[[Meter], Counts], title: str) -> list[StepReport]:
    return [run_step(ALIAS, f"benefits.{name}", key=key, by=by.staff_id, work=work, title=title)]
