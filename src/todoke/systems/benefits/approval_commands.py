"""`todoke benefits limit …`: 決裁区分, up to how much a household a 係長 approves."""

from __future__ import annotations

from datetime import date, datetime

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.kernel import clock
from todoke.systems.benefits.actions.examination.set_approval_limit import (
    ask_limit,
    confirm_limit,
    withdraw_limit,
)
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.examination import approval_limits
from todoke.systems.benefits.rules.examination.approval import LIMIT_STATES, LimitState

_by = click.option("--by", "by", required=True, help="職員ID")
_line = click.argument("line", type=int)


@click.group(name="limit")
def group() -> None:
    """決裁区分: 係長が承認できる1世帯の額"""


@group.command(name="list")
@_by
@verb(Permission.BENEFITS_APPROVE)
def list_(by: str) -> None:
    """事業ごとの今日の額と、決めた額の記録を示します。"""
    cli_actor.actor(by)
    for programme in every():
        click.echo(f"{programme.name}: {approval_limits.limit(programme.code, clock.today()):,} 円まで")
    for row in approval_limits.every():
        name = find(row.programme_id).name if row.programme_id else "すべての事業"
        click.echo(
            f"{row.pk} {row.since} から {name} {row.yen:,} 円 {LIMIT_STATES[LimitState(row.state)][0]}"
        )


@group.command(name="ask")
@click.option("--yen", type=int, required=True, help="係長が承認できる1世帯の額")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="始まりの日")
@click.option("--reason", required=True, help="決める理由（決裁規程の条項など）")
@click.option("--programme", default="", help="事業コード。省略すると、自分の額のないすべての事業")
@_by
@verb(Permission.BENEFITS_LIMIT_ASK)
def ask(yen: int, since: datetime, reason: str, programme: str, by: str) -> None:
    """額の変更を依頼します。"""
    day: date = since.date()
    made = ask_limit(since=day, yen=yen, reason=reason, programme=programme, by=cli_actor.actor(by))
    click.echo(f"{made.pk} を依頼しました。別の職員の確認を待ちます。")


@group.command(name="confirm")
@_line
@_by
@verb(Permission.BENEFITS_LIMIT_CONFIRM)
def confirm(line: int, by: str) -> None:
    """二人目として確認します。始まりの日から効きます。"""
    confirm_limit(limit_id=line, by=cli_actor.actor(by))
    click.echo("確認しました。")


@group.command(name="withdraw")
@_line
@_by
@verb(Permission.BENEFITS_LIMIT_ASK)
def withdraw(line: int, by: str) -> None:
    """依頼を取り下げます。"""
    withdraw_limit(limit_id=line, by=cli_actor.actor(by))
    click.echo("取り下げました。")
