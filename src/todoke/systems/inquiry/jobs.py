"""Batch steps of 税情報一括照会: thin over actions, resumable after any stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.contracts.inquiry import InquiryKind
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.actions.alarm_suspects import alarm_suspects
from todoke.systems.inquiry.actions.plan_requests import plan_requests
from todoke.systems.inquiry.actions.plan_second_round import plan_second_round
from todoke.systems.inquiry.actions.reask import reask as reask_failed
from todoke.systems.inquiry.actions.submit_request import submit_request
from todoke.systems.inquiry.actions.take_results import take_results
from todoke.systems.inquiry.actions.write_abroad_list import write_abroad_list
from todoke.systems.inquiry.actions.write_answers import write_answers
from todoke.systems.inquiry.actions.write_request import write_request
from todoke.systems.inquiry.models import Order, Query, RequestFile
from todoke.systems.inquiry.rules.asking_again import Scope

ALIAS = "inquiry"
Exchange = Callable[[Sequence[str]], object]
"""Carries the batches with these ids to their providers and back (linkage.jobs.exchange with its hands bound)."""

LABELS = {
    InquiryKind.ANSWERED: "回答あり",
    InquiryKind.NO_RECORD: "該当なし",
    InquiryKind.HELD: "提供者確認中",
    InquiryKind.ERROR: "照会エラー",
    InquiryKind.ASKED: "照会中",
    InquiryKind.RELEASE_REFUSED: "提供不許可",
    InquiryKind.TAXED_ELSEWHERE: "他市町村課税",
}


def write_requests(order_id: str, out: Path, *, by: Actor) -> list[StepReport]:
    """照会送付ファイル of an order: planned, written, sealed and submitted; and the list of those from abroad."""
    order = _order(order_id)

    def work(meter: Meter) -> Counts:
        meter.total(order.asked)
        write_abroad_list(order_id=order_id, out=out, by=by)
        refused = _send_round(order_id, 1, out, by, meter)
        taken = order.asked + order.abroad + order.unreachable
        return Counts(
            taken=taken,
            accepted=order.asked - refused,
            refused=order.abroad + order.unreachable + refused,
            totals={
                "照会": order.asked,
                "国外転入": order.abroad,
                "照会不能": order.unreachable,
                "受付拒否": refused,
                "ファイル": len(queries.batches(order_id, round_=1)),
            },
        )

    return [
        run_step(ALIAS, "inquiry:request", key=order_id, by=by.staff_id, work=work, title="照会送付ファイル")
    ]


def batches(order_id: str) -> list[str]:
    """Ids of the batches whose results may still change: what linkage shall exchange or poll for."""
    return queries.unsettled_batches(order_id, "asked")


def collect(order_id: str, out: Path, *, by: Actor, exchange: Exchange | None = None) -> list[StepReport]:
    """Take the results, ask again where the tax is levied elsewhere, and write 他市転入者出力レコード.

    `exchange` carries the second questions at once; without it they stand as 他市町村課税 until the next call.
    May be called again whenever results changed (a held answer was released): a new edition is written then.
    """
    _order(order_id)
    _take(order_id, by)
    second_round(order_id, out, by=by)
    waiting = queries.unsettled_batches(order_id, "asked")
    if exchange is not None and waiting:
        exchange(waiting)
        _take(order_id, by)
    return [write_answer_files(order_id, out, by=by)]


def second_round(order_id: str, out: Path, *, by: Actor) -> list[StepReport]:
    """二次照会: files for persons taxed elsewhere; no report when there is none to ask."""
    plan_second_round(order_id=order_id, by=by)
    plan_requests(order_id=order_id, round_=2, by=by)
    numbers = queries.unsubmitted_files(order_id, round_=2)
    if not numbers:
        return []

    def work(meter: Meter) -> Counts:
        refused = _send_round(order_id, 2, out, by, meter)
        asked = sum(
            RequestFile.objects.using(ALIAS).filter(number__in=numbers).values_list("records", flat=True)
        )
        return Counts(taken=asked, accepted=asked - refused, refused=refused, totals={"二次照会": asked})

    key = f"{order_id}/2/{numbers[0]}"
    return [run_step(ALIAS, "inquiry:second", key=key, by=by.staff_id, work=work, title="二次照会ファイル")]


def reask(
    order_id: str,
    out: Path,
    scope: Scope,
    *,
    by: Actor,
    remedied: Set[str] = frozenset(),
    expected: int | None = None,
) -> list[StepReport]:
    """失敗した照会だけを再照会: drafted anew, in files of their own, submitted; no report when there is none to ask.

    What has arrived by now is taken first. Files that a stopped run left behind are submitted, too.
    """
    _order(order_id)
    _take(order_id, by)
    done = reask_failed(order_id=order_id, scope=scope, remedied=remedied, expected=expected, by=by)
    return send_again(order_id, out, by=by, left_out=sum(done.left_out.values()))


def folder(order_id: str) -> Path:
    """Where the files of an order lie: beside the first one that was written; NOT_FOUND before that."""
    written = (
        RequestFile.objects.using(ALIAS)
        .filter(order_id=order_id, path__isnull=False)
        .order_by("number")
        .first()
    )
    if written is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="照会送付ファイル")
    return Path(str(written.path)).parent.parent


def send_again(order_id: str, out: Path, *, by: Actor, left_out: int = 0) -> list[StepReport]:
    """再照会ファイル of both rounds: planned, written and submitted."""
    reports: list[StepReport] = []
    for round_ in (1, 2):
        plan_requests(order_id=order_id, round_=round_, again=True, by=by)
        numbers = queries.unsubmitted_files(order_id, round_=round_, again=True)
        if numbers:
            reports.append(_send_files(order_id, numbers, out, by, left_out if not reports else 0))
    return reports


def _send_files(order_id: str, numbers: list[int], out: Path, by: Actor, left_out: int) -> StepReport:
    def work(meter: Meter) -> Counts:
        files = RequestFile.objects.using(ALIAS).filter(number__in=numbers)
        asked = sum(files.values_list("records", flat=True))
        meter.total(asked)
        _submit(numbers, out, by, meter)
        refused = Query.objects.using(ALIAS).filter(request_file__in=numbers, state="rejected").count()
        totals = {"再照会": asked, "受付拒否": refused, "対象外": left_out, "ファイル": len(numbers)}
        return Counts(taken=asked, accepted=asked - refused, refused=refused, totals=totals)

    key = f"{order_id}/again/{numbers[0]}"
    return run_step(ALIAS, "inquiry:again", key=key, by=by.staff_id, work=work, title="再照会ファイル")


def write_answer_files(order_id: str, out: Path, *, by: Actor) -> StepReport:
    """他市転入者出力レコード of an order as it stands; a step of its own for each change."""

    def work(meter: Meter) -> Counts:
        counts = queries.kind_counts(order_id)
        total = sum(counts.values())
        meter.total(total)
        write_answers(order_id=order_id, out=out, by=by)
        meter.advance(total)
        answered = counts[InquiryKind.ANSWERED]
        second = Query.objects.using(ALIAS).filter(subject__order_id=order_id, round=2, current=True).count()
        totals = {"二次照会": second, **{LABELS[kind]: count for kind, count in counts.items()}}
        return Counts(taken=total, accepted=answered, refused=total - answered, totals=totals)

    key = f"{order_id}/{queries.fingerprint(order_id)}"
    title = "他市転入者出力レコード"
    report = run_step(ALIAS, "inquiry:answers", key=key, by=by.staff_id, work=work, title=title)
    if report.resumed and not all(
        Path(file.path).is_file() for file in queries.newest_answer_files(order_id)
    ):
        write_answers(order_id=order_id, out=out, by=by)  # brings lost files back; changes nothing else
    return report


def standing(order_id: str) -> dict[str, int]:
    """Persons of an order by 照会区分, in words, with those from abroad."""
    order = _order(order_id)
    counts = {LABELS[kind]: count for kind, count in queries.kind_counts(order_id).items()}
    return {**counts, "国外転入": order.abroad}


def completeness(order_id: str) -> str:
    """照会 = 回答 + エラー + 待ち of an order, in words; says so loudly when it does not add up."""
    _order(order_id)
    found = queries.completeness(order_id)[order_id]
    sums = (
        f"照会 {found.asked:,} = 回答 {found.answered:,} + エラー {found.failed:,} + 待ち {found.waiting:,}"
    )
    return sums if found.holds else f"警告: 件数が合いません（{sums.replace('=', '≠')}）"


def _send_round(order_id: str, round_: int, out: Path, by: Actor, meter: Meter) -> int:
    """Plan, write and submit what is not submitted; returns how many questions linkage refused."""
    plan_requests(order_id=order_id, round_=round_, by=by)
    _submit(queries.unsubmitted_files(order_id, round_=round_), out, by, meter)
    rows = Query.objects.using(ALIAS).filter(subject__order_id=order_id, round=round_, attempt=1)
    return rows.filter(state="rejected").count()


def _submit(numbers: list[int], out: Path, by: Actor, meter: Meter) -> None:
    for number in numbers:
        write_request(number=number, out=out, by=by)
        submit_request(number=number, by=by)
        meter.advance(RequestFile.objects.using(ALIAS).get(number=number).records)


def _take(order_id: str, by: Actor) -> None:
    for batch_id in queries.unsettled_batches(order_id, "asked", "held", "expired"):
        take_results(batch_id=batch_id, by=by)
    alarm_suspects(order_id=order_id, by=by)


def _order(order_id: str) -> Order:
    order = Order.objects.using(ALIAS).filter(order_id=order_id).first()
    if order is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="照会の依頼")
    return order
