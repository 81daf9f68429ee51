"""`todoke database`: the server and the instance's databases."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.instance import DEFAULT, ENVIRONMENT, EXAMPLE, Instance
from todoke.sites.postgres import Server, running_server


@click.group("database")
def database() -> None:
    """データベースサーバーと、インスタンスのデータベース。"""


@database.command("up")
@open_verb("サーバーの管理者がデータベースを起動する")
def up() -> None:
    """サーバーを起動し、Ctrl-C まで動かします。既に動いているときは場所だけを示します。"""
    from todoke.sites.entering import chosen_instance

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        place: Instance | Path = Instance.load(chosen_instance())
    except TodokeError:
        place = DEFAULT.parent
    with running_server(place) as server:
        if server.pid is None:
            click.echo(f"PostgreSQL は既に {server.host}:{server.port} で動いています。")
            return
        click.echo(f"PostgreSQL を {server.host}:{server.port} で起動しました。Ctrl-C で止まります。")
        while not stop.wait(0.5):
            _check_alive(server.pid)


@database.command("create")
@click.option("--name", default="demo", show_default=True, help="インスタンスの名前（英小文字・数字・_）")
@click.option(
    "--municipality", "codes", multiple=True, help="団体コード5桁。先頭が支給する市。何度でも指定可"
)
@open_verb("サーバーの管理者が空のデータベースを作る")
def create(name: str, codes: tuple[str, ...]) -> None:
    """インスタンスと、その全システムのデータベース・ロール・表を作ります。何度実行しても構いません。"""
    from todoke.sites.entering import enter_everything

    folder = Path(os.environ.get(ENVIRONMENT) or DEFAULT.with_name(name))
    try:
        instance = Instance.create(folder, name, municipalities=codes or EXAMPLE)
    except ValueError as error:
        raise click.UsageError(f"名前または団体コードが正しくありません（{error}）。") from error
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.provision import provision

        provision(instance, server)
        click.echo(f"{instance.name}: データベース {len(instance.walls())} 個を用意しました。")


@database.command("status")
@open_verb("大きさと版だけを示す")
def status() -> None:
    """サーバーの版と、データベースごとの大きさ・未適用の移行の数を示します。"""
    from todoke.sites.entering import chosen_instance, enter_everything

    instance = Instance.load(chosen_instance())
    with running_server(instance) as server:
        enter_everything(instance)
        _show(instance, server)


def _show(instance: Instance, server: Server) -> None:
    import psycopg

    from todoke.sites.migrations import pending
    from todoke.sites.realms import alias

    with psycopg.connect(server.admin_url) as admin:
        click.echo(f"PostgreSQL {admin.info.server_version // 10000} {server.host}:{server.port}")
        size = "SELECT pg_size_pretty(pg_database_size(oid)) FROM pg_database WHERE datname = %s"
        for wall in instance.walls():
            found = admin.execute(size, [instance.account(*wall).dbname]).fetchone()
            lacking = f"未適用 {pending(alias(*wall))}" if found else "「todoke database create」で作成"
            click.echo(f"{alias(*wall):<20} {found[0] if found else 'なし':>10}  {lacking}")


def _check_alive(pid: int) -> None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError as error:
        raise TodokeError(ErrorCode.PROCESS_STOPPED, what="PostgreSQL", code="?") from error
    except PermissionError:
        pass
