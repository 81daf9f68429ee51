"""命令: `todoke keys init`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.exchange import key_states, renewing
from todoke.exchange import keys as key_files
from todoke.exchange.directory import FILE_NAME
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError


@click.group("keys")
def keys() -> None:
    """電文交換の鍵と証明書。"""


_instance = click.option(
    "--instance",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    envvar="TODOKE_INSTANCE",
    help="instance.toml のあるフォルダー",
    show_default=True,
)
_host = click.option("--host", default="127.0.0.1", show_default=True, help="窓口の名前またはIPアドレス")


@keys.command("init")
@_instance
@_host
@open_verb("領域の鍵を置くアカウントだけができる")
def init(folder: Path, host: str) -> None:
    """足りない鍵と証明書を作り、名簿 directory.json を書く。既にある鍵は変えない。"""
    directory = key_files.init(folder, host=host)
    click.echo(f"{folder.name}/{FILE_NAME}: 当事者 {len(directory.parties)} 件")


@keys.command("system")
@click.argument("code")
@_instance
@_host
@open_verb("領域の鍵を置くアカウントだけができる")
def system(code: str, folder: Path, host: str) -> None:
    """既存業務システム CODE の鍵と証明書を systems/CODE/keys に作り、名簿に加える。動いている窓口は起動し直すこと。"""
    directory = key_files.add_system(folder, code, host=host)
    click.echo(f"{folder.name}/{FILE_NAME}: 当事者 {len(directory.parties)} 件")


@keys.command("status")
@_instance
@click.option(
    "--days", default=key_states.ALARM_DAYS, show_default=True, help="期限までこの日数を切ると警告する"
)
@open_verb("有効期間だけを示す")
def status(folder: Path, days: int) -> None:
    """鍵と証明書の有効期間を、期限の近い順に示す。期限の近いものか切れたものがあれば終了コードで知らせる。"""
    found, now = key_states.states(folder), clock.now()
    for one in found:
        until = one.valid_until.astimezone(clock.JAPAN)
        left = one.days_left(now)
        click.echo(
            f"{one.name}  {one.use}  {until:%Y-%m-%d %H:%M} まで  あと {left:,} 日  {one.standing(now, days)}"
        )
    if alarms := key_states.alarming(found, now, days):
        raise TodokeError(ErrorCode.KEY_EXPIRING, days=days, count=len(alarms))


@keys.command("renew")
@click.argument("name")
@_instance
@click.option("--overlap-hours", default=24.0, show_default=True, help="旧い鍵も受け付ける時間")
@click.option("--server", is_flag=True, help="当事者ではなく、領域 NAME の窓口の証明書を新しくする")
@open_verb("領域の鍵を置くアカウントだけができる")
def renew(name: str, folder: Path, overlap_hours: float, server: bool) -> None:
    """当事者 NAME（例 platform:14100）の署名鍵と証明書を新しくする。運用は止まらず、旧い鍵もしばらく通る。"""
    if server:
        renewing.renew_server(folder, name)
        click.echo(f"{name}: 窓口の証明書を新しくしました。新しい接続から使います。")
        return
    fresh = renewing.renew_party(folder, name, overlap=timedelta(hours=overlap_hours))
    click.echo(f"{name}: {fresh.valid_until.astimezone(clock.JAPAN):%Y-%m-%d} まで有効な鍵にしました。")
