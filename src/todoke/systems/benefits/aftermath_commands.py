"""`todoke benefits aftermath …`: refunds, declines and appeals, thin over their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.systems.benefits.actions.appeals import hear_appeal
from todoke.systems.benefits.actions.refunds import (
    claim_refund,
    decline_case,
    receive_refund,
    reverse_receipt,
    write_off_refund,
)
from todoke.systems.benefits.rules.aftermath.appeals import AppealKind, AppealOutcome
from todoke.systems.benefits.rules.aftermath.declines import DeclineChannel
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason

Verb = TypeVar("Verb", bound=Callable[..., Any])
_by = click.option("--by", "by", required=True, help="職員ID")
_number = click.argument("number", type=int)
_case = click.argument("case_number")
_yen = click.option("--yen", type=int, required=True, help="金額（円）")
_reason = click.option("--reason", required=True, help="理由")


def _day(name: str, help_text: str) -> Callable[[Verb], Verb]:
    return click.option(
        name, type=click.DateTime(["%Y-%m-%d"]), callback=_as_day, required=True, help=help_text
    )


def _as_day(_context: click.Context, _option: click.Parameter, value: datetime) -> date:
    return value.date()


def _of(kinds: Iterable[StrEnum]) -> click.Choice[str]:
    return click.Choice([kind.value for kind in kinds])


@click.group(name="aftermath")
def group() -> None:
    """支払の後：返還、辞退、不服の申出"""


@group.command(name="claim")
@_case
@_yen
@click.option("--reason", type=_of(RefundReason), required=True, help="理由")
@click.option("--note", default="", help="補足")
@_day("--due", "納付の期限")
@_by
@verb(Permission.BENEFITS_REFUND_PROPOSE)
def claim(case_number: str, *, yen: int, reason: str, note: str, due: date, by: str) -> None:
    """返還の請求を提案します。別の職員の決定を待ちます。"""
    made = claim_refund.propose_refund(
        case_number=case_number, claimed_yen=yen, reason=RefundReason(reason), note=note, due_on=due, by=cli_actor.actor(by)
    )  # fmt: skip
    click.echo(f"返還の請求 {made.pk}：{made.claimed_yen:,} 円を提案しました。")


@group.command(name="claim-decide")
@_number
@_by
@verb(Permission.BENEFITS_REFUND_DECIDE)
def claim_decide(number: int, by: str) -> None:
    """返還の請求を二人目として決定します。"""
    claim_refund.decide_refund(refund_id=number, by=cli_actor.actor(by))
    click.echo(f"返還の請求 {number}：決定しました。")


@group.command(name="claim-withdraw")
@_number
@_by
@verb(Permission.BENEFITS_REFUND_PROPOSE)
def claim_withdraw(number: int, by: str) -> None:
    """決定の前の返還の請求を取り下げます。"""
    claim_refund.withdraw_refund(refund_id=number, by=cli_actor.actor(by))
    click.echo(f"返還の請求 {number}：取り下げました。")


@group.command(name="plan")
@_number
@click.option("--parts", type=int, required=True, help="回数")
@_day("--first", "最初の納付日")
@_by
@verb(Permission.BENEFITS_REFUND_PROPOSE)
def plan(number: int, parts: int, first: date, by: str) -> None:
    """返還の分割の計画を決めます。"""
    made = receive_refund.plan_refund(refund_id=number, count=parts, first=first, by=cli_actor.actor(by))
    click.echo(f"返還の請求 {number}：計画 {made}、{parts} 回に分けます。")


@group.command(name="receive")
@_number
@_yen
@_day("--on", "納付された日")
@click.option("--reference", required=True, help="明細番号")
@_by
@verb(Permission.BENEFITS_REFUND_RECEIVE)
def receive(number: int, yen: int, on: date, reference: str, by: str) -> None:
    """返還金の納付を記録します。"""
    found = receive_refund.receive_refund(
        refund_id=number, received_on=on, amount_yen=yen, reference=reference, by=cli_actor.actor(by)
    )
    click.echo(f"返還の請求 {number}：納付済み {found.received_yen:,} 円、未納 {found.open_yen:,} 円")


@group.command(name="receipt-reverse")
@_number
@_reason
@_by
@verb(Permission.BENEFITS_REFUND_RECEIVE)
def receipt_reverse(number: int, reason: str, by: str) -> None:
    """誤って記録した納付を、記録した職員とは別の職員が取り消します。"""
    made = reverse_receipt.reverse_receipt(receipt_id=number, reason=reason, by=cli_actor.actor(by))
    click.echo(f"納付 {number}：{made.amount_yen:,} 円の記録を取り消しました。")


@group.command(name="remind")
@_number
@_by
@verb(Permission.BENEFITS_REFUND_PROPOSE)
def remind(number: int, by: str) -> None:
    """期限を過ぎた返還を督促します。督促状は mailing print --kind demand で作ります。"""
    made = receive_refund.remind_refund(refund_id=number, by=cli_actor.actor(by))
    click.echo(f"返還の請求 {number}：{made.number} 回目の督促、{made.overdue_yen:,} 円")


@group.command(name="write-off")
@_number
@_reason
@_by
@verb(Permission.BENEFITS_REFUND_PROPOSE)
def write_off(number: int, reason: str, by: str) -> None:
    """未納の不納欠損を提案します。"""
    made = write_off_refund.ask_write_off(refund_id=number, reason=reason, by=cli_actor.actor(by))
    click.echo(f"不納欠損 {made.pk}：{made.amount_yen:,} 円を提案しました。")


@group.command(name="write-off-confirm")
@_number
@_by
@verb(Permission.BENEFITS_REFUND_DECIDE)
def write_off_confirm(number: int, by: str) -> None:
    """不納欠損を二人目として決定します。"""
    write_off_refund.confirm_write_off(write_off_id=number, by=cli_actor.actor(by))
    click.echo(f"不納欠損 {number}：決定しました。")


@group.command(name="decline")
@_case
@click.option("--channel", type=_of(DeclineChannel), required=True, help="書面（form）または電話（phone）")
@_day("--on", "申出の日")
@click.option("--said", required=True, help="申出の内容")
@_by
@verb(Permission.BENEFITS_DECLINE_NOTE)
def decline(case_number: str, channel: str, on: date, said: str, by: str) -> None:
    """辞退の申出を記録します。別の職員が本人に確かめます。"""
    made = decline_case.note_decline(
        case_number=case_number, channel=DeclineChannel(channel), said_on=on, said=said, by=cli_actor.actor(by)
    )  # fmt: skip
    click.echo(f"辞退の申出 {made.pk} を記録しました。")


@group.command(name="decline-confirm")
@_number
@click.option("--answer", required=True, help="本人の答え")
@_by
@verb(Permission.BENEFITS_DECLINE_CONFIRM)
def decline_confirm(number: int, answer: str, by: str) -> None:
    """辞退を二人目として確認します。支払済みの世帯では、返還の請求を提案します。"""
    claimed = decline_case.confirm_decline(decline_id=number, answer=answer, by=cli_actor.actor(by))
    click.echo(
        f"辞退 {number} を確認しました。" + (f"返還の請求 {claimed.pk} を提案しました。" if claimed else "")
    )


@group.command(name="decline-withdraw")
@_number
@click.option("--answer", required=True, help="本人の答え")
@_by
@verb(Permission.BENEFITS_DECLINE_NOTE)
def decline_withdraw(number: int, answer: str, by: str) -> None:
    """記入誤りなどで、辞退しないことを記録します。"""
    decline_case.withdraw_decline(decline_id=number, answer=answer, by=cli_actor.actor(by))
    click.echo(f"辞退 {number}：辞退しないことを記録しました。")


@group.command(name="appeal")
@click.argument("household")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@click.option(
    "--kind", type=_of(AppealKind), required=True, help="不服の申出（objection）または審査請求（review）"
)
@click.option("--grounds", required=True, help="申出の理由")
@_day("--known", "決定を知った日")
@_day("--received", "受付日")
@click.option("--excused", default="", help="期限を過ぎた正当な理由")
@_by
@verb(Permission.BENEFITS_APPEAL_RECEIVE)
def appeal(
    household: str,
    *,
    programme: str,
    kind: str,
    grounds: str,
    known: date,
    received: date,
    excused: str,
    by: str,
) -> None:
    """不服の申出・審査請求を受け付けます（給付管理番号または世帯コード）。"""
    said = hear_appeal.Said(
        kind=AppealKind(kind), grounds=grounds, known_on=known, received_on=received, excused=excused
    )
    made = hear_appeal.receive_appeal(
        programme=programme, number=household, said=said, by=cli_actor.actor(by)
    )
    click.echo(f"申出 {made.pk} を受け付けました。回答の目標日 {made.answer_by}")


@group.command(name="appeal-draft")
@_number
@click.option("--outcome", type=_of(AppealOutcome), required=True, help="認容・棄却・却下")
@click.option("--answer", required=True, help="回答の理由")
@_by
@verb(Permission.BENEFITS_APPEAL_RECEIVE)
def appeal_draft(number: int, outcome: str, answer: str, by: str) -> None:
    """回答を起案します。"""
    hear_appeal.draft_answer(
        appeal_id=number, outcome=AppealOutcome(outcome), answer=answer, by=cli_actor.actor(by)
    )
    click.echo(f"申出 {number}：回答を起案しました。")


@group.command(name="appeal-answer")
@_number
@_by
@verb(Permission.BENEFITS_APPEAL_ANSWER)
def appeal_answer(number: int, by: str) -> None:
    """回答を二人目として決定します。"""
    hear_appeal.answer_appeal(appeal_id=number, by=cli_actor.actor(by))
    click.echo(f"申出 {number}：回答を決定しました。")


@group.command(name="appeal-return")
@_number
@_by
@verb(Permission.BENEFITS_APPEAL_ANSWER)
def appeal_return(number: int, by: str) -> None:
    """回答を起案に戻します。"""
    hear_appeal.return_answer(appeal_id=number, by=cli_actor.actor(by))
    click.echo(f"申出 {number}：起案に戻しました。")


@group.command(name="appeal-withdraw")
@_number
@_by
@verb(Permission.BENEFITS_APPEAL_RECEIVE)
def appeal_withdraw(number: int, by: str) -> None:
    """申出の取下げを記録します。"""
    hear_appeal.withdraw_appeal(appeal_id=number, by=cli_actor.actor(by))
    click.echo(f"申出 {number}：取下げを記録しました。")
