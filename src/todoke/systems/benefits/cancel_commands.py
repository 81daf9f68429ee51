"""`todoke benefits pay cancel …`: a batch is given up before there is a file of it."""

from __future__ import annotations

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.systems.benefits.actions.payments.cancel_batch import (
    ask_cancellation,
    confirm_cancellation,
    withdraw_cancellation,
)

_by = click.option("--by", "by", required=True, help="職員ID")
_cancellation = click.argument("cancellation", type=int)


@click.group(name="cancel")
def group() -> None:
    """起案の取消し: 依頼、別の職員の確認"""


@group.command(name="ask")
@click.option("--number", type=int, required=True, help="支払単位")
@click.option("--reason", required=True, help="取り消す理由")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@_by
@verb(Permission.BENEFITS_CANCEL_ASK)
def ask(number: int, reason: str, programme: str, by: str) -> None:
    """振込ファイルを作る前の支払単位の取消しを依頼します。"""
    made = ask_cancellation(programme=programme, number=number, reason=reason, by=cli_actor.actor(by))
    click.echo(f"取消し {made.pk} を依頼しました。別の職員の確認を待ちます。")


@group.command(name="confirm")
@_cancellation
@_by
@verb(Permission.BENEFITS_CANCEL_CONFIRM)
def confirm(cancellation: int, by: str) -> None:
    """二人目として確認します。世帯は承認済みに戻り、次の起案に入ります。"""
    freed = confirm_cancellation(cancellation_id=cancellation, by=cli_actor.actor(by))
    click.echo(f"取り消しました。{freed:,} 世帯が承認済みに戻りました。")


@group.command(name="withdraw")
@_cancellation
@_by
@verb(Permission.BENEFITS_CANCEL_ASK)
def withdraw(cancellation: int, by: str) -> None:
    """取消しの依頼を取り下げます。"""
    withdraw_cancellation(cancellation_id=cancellation, by=cli_actor.actor(by))
    click.echo("取り下げました。")
