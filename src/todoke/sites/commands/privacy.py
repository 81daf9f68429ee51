"""`todoke privacy …`: purges and exports over the databases of a realm; thin over `custody`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.batch.steps import StepReport
from todoke.custody import exports, purge
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.commands.sign_in import REALM
from todoke.sites.housekeeping import databases

_by = click.option("--by", required=True, help="職員ID")
_run = click.argument("run")
_number = click.argument("number", type=int)
_database = click.option(
    "--database", required=True, help="データベースの名前（benefits、intermediary_14100 など）"
)
_purpose = click.option("--purpose", required=True, help="利用目的")
_model = click.argument("model")
_fields = click.option("--field", "fields", multiple=True, required=True, help="出力する項目（何度でも）")
_conditions = click.option("--where", "pairs", multiple=True, help="項目=値 で行を絞る（何度でも）")


@click.group("privacy")
@REALM
def group(realm: str) -> None:
    """保存期間を過ぎた情報の消去と、データの出力。"""


@group.group("purge")
def purging() -> None:
    """保存期間を過ぎた行の消去。申請した人と別の人が確認します。"""


@purging.command("show")
@_by
@verb(Permission.PRIVACY_PURGE)
def purge_show(by: str) -> None:
    """消去の対象を表ごとに数えます。何も消しません。"""
    actor = cli_actor.actor(by)
    found = [(name, one) for name in databases() for one in purge.show(name, by=actor)]
    for name, one in found:
        click.echo(f"{name}  {one.model}  {one.rows:,} 行  {one.legal_basis}")
    for name in databases():
        for run, state, requested_by in purge.open_runs(name):
            click.echo(f"{name}  申請中 {run}（{state}、{requested_by}）")
    if not found:
        click.echo("保存期間を過ぎた行はありません。")


@purging.command("request")
@_by
@verb(Permission.PRIVACY_PURGE)
def purge_request(by: str) -> None:
    """対象の行を確定し、消去を申請します。"""
    actor, run = cli_actor.actor(by), purge.new_run()
    asked = [name for name in databases() if purge.request(name, by=actor, run=run)]
    click.echo(f"申請 {run}（{'、'.join(asked)}）" if asked else "保存期間を過ぎた行はありません。")


@purging.command("confirm")
@_run
@_by
@verb(Permission.PRIVACY_PURGE_CONFIRM)
def purge_confirm(run: str, by: str) -> None:
    """別の人の申請を確認し、消去します。"""
    _delete(run, by, purge.confirm)


@purging.command("finish")
@_run
@_by
@verb(Permission.PRIVACY_PURGE)
def purge_finish(run: str, by: str) -> None:
    """止まった消去を続きから行います。"""
    _delete(run, by, purge.finish)


def _delete(run: str, by: str, act: Callable[..., StepReport]) -> None:
    """Do it in each database of the run, and say how many rows went."""
    actor = cli_actor.actor(by)
    for name in _databases_of(run):
        with _told(name):
            click.echo(f"{name}: {act(name, run=run, by=actor).counts.accepted:,} 行を消去しました。")


@purging.command("withdraw")
@_run
@_by
@verb(Permission.PRIVACY_PURGE)
def purge_withdraw(run: str, by: str) -> None:
    """確認される前の申請を取り下げます。"""
    actor = cli_actor.actor(by)
    for name in _databases_of(run):
        click.echo(f"{name}: {purge.withdraw(name, run=run, by=actor):,} 件の申請を取り下げました。")


@group.group("export")
def exporting() -> None:
    """目的を示してデータを出力します。暗号化され、期限が来ると削除されます。"""


@exporting.command("preview")
@_model
@_fields
@_conditions
@_database
@_purpose
@_by
@verb(Permission.PRIVACY_EXPORT)
def export_preview(
    *, model: str, fields: tuple[str, ...], pairs: tuple[str, ...], database: str, purpose: str, by: str
) -> None:
    """出力される項目と件数、初めの数行（伏せ字）を見ます。"""
    actor = cli_actor.actor(by, purpose=purpose)
    shown = exports.preview(_known(database), model, fields, _pairs(pairs), by=actor)
    click.echo("  ".join(f"{field}［{kind.value}］" for field, kind in shown.classes.items()))
    for row in shown.sample:
        click.echo("  ".join(row))
    click.echo(f"{shown.rows:,} 件" + ("。別の人の承認が必要です。" if shown.approval_needed else ""))


@exporting.command("request")
@_model
@_fields
@_conditions
@_database
@_purpose
@click.option("--to", "recipient", required=True, help="受取人の公開鍵（age1…）、または passphrase")
@_by
@verb(Permission.PRIVACY_EXPORT)
def export_request(
    *,
    model: str,
    fields: tuple[str, ...],
    pairs: tuple[str, ...],
    database: str,
    purpose: str,
    recipient: str,
    by: str,
) -> None:
    """出力を申請します。"""
    actor = cli_actor.actor(by, purpose=purpose)
    asked = exports.request(_known(database), model, fields, _pairs(pairs), recipient=recipient, by=actor)
    click.echo(f"申請 {asked.pk}: {asked.rows:,} 件" + ("（承認待ち）" if asked.approval_needed else ""))


@exporting.command("approve")
@_number
@_database
@_by
@verb(Permission.PRIVACY_EXPORT_APPROVE)
def export_approve(number: int, database: str, by: str) -> None:
    """別の人の申請を承認します。"""
    exports.approve(_known(database), number=number, by=cli_actor.actor(by))
    click.echo(f"申請 {number} を承認しました。")


@exporting.command("refuse")
@_number
@_database
@_by
@verb(Permission.PRIVACY_EXPORT_APPROVE)
def export_refuse(number: int, database: str, by: str) -> None:
    """別の人の申請を承認しません。"""
    exports.refuse(_known(database), number=number, by=cli_actor.actor(by))
    click.echo(f"申請 {number} を不承認としました。")


@exporting.command("make")
@_number
@_database
@_by
@verb(Permission.PRIVACY_EXPORT)
def export_make(number: int, database: str, by: str) -> None:
    """申請した人が、暗号化したファイルを作ります。"""
    name = _known(database)
    purpose, recipient = exports.asked_for(name, number)
    actor = cli_actor.actor(by, purpose=purpose)
    secret = recipient == exports.PASSPHRASE
    word = click.prompt("合言葉", hide_input=True, confirmation_prompt=True) if secret else ""
    path = exports.make(name, number=number, by=actor, passphrase=word)
    click.echo(f"{path.name} を作成しました。期限が来ると削除されます。")


@group.command("reap")
@_by
@verb(Permission.PRIVACY_REAP)
def reap(by: str) -> None:
    """期限の来た出力ファイルを削除します。"""
    actor = cli_actor.actor(by)
    ended = sum(exports.reap(name, by=actor) for name in databases())
    click.echo(f"出力ファイル {ended:,} 件を削除しました。")


def _databases_of(run: str) -> list[str]:
    found = [name for name in databases() if purge.is_open(name, run)]
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="消去の申請")
    return found


def _known(database: str) -> str:
    if database not in databases():
        raise TodokeError(ErrorCode.NOT_FOUND, what="データベース")
    return database


def _pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    if any("=" not in pair for pair in pairs):
        raise click.UsageError("--where は 項目=値 と書いてください。")
    return dict(pair.split("=", 1) for pair in pairs)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say in which database it stopped, since the ones before are done."""
    try:
        yield
    except TodokeError:
        click.echo(f"{name} で止まりました。ここより前のデータベースは済んでいます。", err=True)
        raise
