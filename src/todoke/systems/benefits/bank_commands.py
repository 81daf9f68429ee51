"""`todoke benefits bank …`: what comes after the bank file; and `… pay cancel`, for a batch that is to get none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.systems.benefits.actions.examination.take_public_accounts import take_public_accounts
from todoke.systems.benefits.actions.payments.cancel_batch import (
    ask_cancellation,
    confirm_cancellation,
    withdraw_cancellation,
)
from todoke.systems.benefits.actions.payments.close_day import close_day, enter_debit
from todoke.systems.benefits.actions.payments.end_recall import end_recall
from todoke.systems.benefits.actions.payments.import_bank_list import import_bank_list
from todoke.systems.benefits.actions.payments.import_results import import_results
from todoke.systems.benefits.actions.payments.recall_transfer import (
    ask_recall,
    confirm_recall,
    withdraw_recall,
)
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.payments import day_end

_by = click.option("--by", "by", required=True, help="職員ID")
_day = click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
_recall = click.argument("number", type=int)
_cancellation = click.argument("cancellation", type=int)


@click.group(name="bank")
def group() -> None:
    """銀行の結果、組戻し、日締め"""


@group.command(name="results")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@click.option("--number", type=int, required=True, help="支払単位")
@click.option("--rest-is-paid", is_flag=True, help="一覧は振込不能だけで、ほかは振込済みと確かめた")
@_by
@verb(Permission.BENEFITS_RESULT)
def results(file: Path, programme: str, number: int, rest_is_paid: bool, by: str) -> None:
    """銀行の結果の一覧を取り込みます。一行でも合わないときは、全部を受け付けません。"""
    found = import_results(
        programme=find(programme), number=number, file=file, by=cli_actor.actor(by), rest_is_paid=rest_is_paid
    )
    click.echo(
        f"振込済み {found.paid:,} 件 {found.paid_yen:,} 円、振込不能 {found.failed:,} 件 {found.failed_yen:,} 円"
    )


@group.command(name="public-accounts")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@_by
@verb(Permission.BENEFITS_ACCOUNT)
def public_accounts(file: Path, programme: str, by: str) -> None:
    """公金受取口座の照会の結果を取り込みます。不備または振込不能の世帯だけを、審査へ戻します。"""
    found = take_public_accounts(programme=find(programme), file=file, by=cli_actor.actor(by))
    click.echo(
        f"取込 {found.taken:,} 件、登録なし {found.not_registered:,} 件、今と同じ口座 {found.same:,} 件、"
        f"対象外 {found.not_waiting:,} 件"
    )


@group.command(name="list")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="いつ現在の一覧か")
@_by
@verb(Permission.BENEFITS_BANK_LIST)
def list_(file: Path, as_of: date, by: str) -> None:
    """金融機関・店舗コードの一覧を取り込みます。閉じた支店は承継先とともに示します。"""
    on = _date(as_of)
    assert on is not None
    made = import_bank_list(file=file, as_of=on, by=cli_actor.actor(by))
    click.echo(f"{made.branches:,} 店舗の一覧を取り込みました。")


@group.group(name="recall")
def recall() -> None:
    """組戻し: 依頼、別の職員の確認、銀行の回答"""


@recall.command(name="ask")
@click.argument("case_number")
@click.option("--reason", required=True, help="組戻しの理由")
@_by
@verb(Permission.BENEFITS_RECALL_ASK)
def ask(case_number: str, reason: str, by: str) -> None:
    """給付管理番号の振込の組戻しを依頼します。"""
    made = ask_recall(case_number=case_number, reason=reason, by=cli_actor.actor(by))
    click.echo(f"組戻し {made.pk} を依頼しました。")


@recall.command(name="confirm")
@_recall
@_by
@verb(Permission.BENEFITS_RECALL_CONFIRM)
def confirm(number: int, by: str) -> None:
    """組戻しを二人目として確認します。"""
    confirm_recall(recall_id=number, by=cli_actor.actor(by))
    click.echo("確認しました。")


@recall.command(name="withdraw")
@_recall
@_by
@verb(Permission.BENEFITS_RECALL_ASK)
def withdraw(number: int, by: str) -> None:
    """組戻しの依頼を取り下げます。"""
    withdraw_recall(recall_id=number, by=cli_actor.actor(by))
    click.echo("取り下げました。")


@recall.command(name="end")
@_recall
@click.option(
    "--returned-on", type=click.DateTime(["%Y-%m-%d"]), help="資金が返却された日。省略すると、組戻しできず"
)
@_by
@verb(Permission.BENEFITS_RESULT)
def end(number: int, returned_on: date | None, by: str) -> None:
    """組戻しへの銀行の回答を記録します。"""
    end_recall(recall_id=number, returned_on=_date(returned_on), by=cli_actor.actor(by))
    click.echo("記録しました。")


@group.command(name="days")
@_by
@verb(Permission.BENEFITS_PAYMENT_READ)
def days(by: str) -> None:
    """振込日ごとに、振込ファイル・引落し・結果の額を示します。"""
    cli_actor.actor(by)
    for day in day_end.days():
        state = "日締め済み" if day.closed_at else f"日締め前 差額 {day.difference:,} 円"
        click.echo(
            f"{day.day} 振込ファイル {day.file_yen:,} 円 引落し {day.debit_yen:,} 円 振込済み {day.paid_yen:,} 円 "
            f"振込不能 {day.failed_yen:,} 円 結果待ち {day.open_yen:,} 円 {state}"
        )


@group.command(name="debit")
@_day
@click.option("--yen", type=int, required=True, help="引落額。返金は負の額")
@click.option("--reference", required=True, help="銀行の明細番号")
@_by
@verb(Permission.BENEFITS_DEBIT)
def debit(day: date, yen: int, reference: str, by: str) -> None:
    """銀行の引落しを1行記録します。"""
    on = _date(day)
    assert on is not None
    enter_debit(day=on, amount_yen=yen, reference=reference, by=cli_actor.actor(by))
    click.echo("記録しました。")


@group.command(name="close")
@_day
@_by
@verb(Permission.BENEFITS_DAY_CLOSE)
def close(day: date, by: str) -> None:
    """日締めをします。引落しを記録した職員とは別の職員が、1円まで合うときだけ行えます。"""
    on = _date(day)
    assert on is not None
    made = close_day(day=on, by=cli_actor.actor(by))
    click.echo(f"{on} を締めました（{made.file_yen:,} 円）。")


@click.group(name="cancel")
def cancel() -> None:
    """起案の取消し: 依頼、別の職員の確認"""


@cancel.command(name="ask")
@click.option("--number", type=int, required=True, help="支払単位")
@click.option("--reason", required=True, help="取り消す理由")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@_by
@verb(Permission.BENEFITS_CANCEL_ASK)
def cancel_ask(number: int, reason: str, programme: str, by: str) -> None:
    """振込ファイルを作る前の支払単位の取消しを依頼します。"""
    made = ask_cancellation(programme=programme, number=number, reason=reason, by=cli_actor.actor(by))
    click.echo(f"取消し {made.pk} を依頼しました。別の職員の確認を待ちます。")


@cancel.command(name="confirm")
@_cancellation
@_by
@verb(Permission.BENEFITS_CANCEL_CONFIRM)
def cancel_confirm(cancellation: int, by: str) -> None:
    """二人目として確認します。世帯は承認済みに戻り、次の起案に入ります。"""
    freed = confirm_cancellation(cancellation_id=cancellation, by=cli_actor.actor(by))
    click.echo(f"取り消しました。{freed:,} 世帯が承認済みに戻りました。")


@cancel.command(name="withdraw")
@_cancellation
@_by
@verb(Permission.BENEFITS_CANCEL_ASK)
def cancel_withdraw(cancellation: int, by: str) -> None:
    """取消しの依頼を取り下げます。"""
    withdraw_cancellation(cancellation_id=cancellation, by=cli_actor.actor(by))
    click.echo("取り下げました。")


def _date(given: object) -> date | None:
    """click gives a day as a moment."""
    return getattr(given, "date", lambda: None)()
