"""`todoke database`: the server and the instance's databases."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.batch.progress import meter
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database.postgres import Server, running_server
from todoke.sites.instance import DEFAULT, ENVIRONMENT, EXAMPLE, Instance


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
@click.option("--nationwide", is_flag=True, help="指定した団体に続けて、全国の地方公共団体 1,788 を全て作る")
@click.option("--canary", help="先に一団体だけ用意して確かめる団体コード（なければ最初の団体）")
@open_verb("サーバーの管理者が空のデータベースを作る")
def create(name: str, codes: tuple[str, ...], nationwide: bool, canary: str | None) -> None:
    """インスタンスと、その全システムのデータベース・ロール・表を作ります。何度実行しても構いません。"""
    from todoke.identifiers import municipality_names
    from todoke.sites.entering import enter_everything

    folder = Path(os.environ.get(ENVIRONMENT) or DEFAULT.with_name(name))
    try:
        chosen = dict.fromkeys(
            [*(codes or EXAMPLE), *(municipality_names.nationwide() if nationwide else ())]
        )
        instance = Instance.create(folder, name, municipalities=list(chosen))
    except ValueError as error:
        raise click.UsageError(f"名前または団体コードが正しくありません（{error}）。") from error
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.database.provision import provision

        with meter("団体のデータベース") as seen:
            provision(instance, server, meter=seen, canary=canary)
        click.echo(f"{instance.name}: データベース {len(instance.walls())} 個を用意しました。")


@database.command("migrate")
@click.option("--canary", help="先に一団体だけ移行して確かめる団体コード（なければ最初の団体）")
@open_verb("サーバーの管理者が表の版を上げる")
def migrate(canary: str | None) -> None:
    """全データベースの表を今の版にします。基盤の団体は一団体で確かめてから進み、失敗したら残りに触れません。"""
    from todoke.sites.entering import chosen_instance, enter_everything

    instance = Instance.load(chosen_instance())
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.database.provision import provision, standings

        with meter("団体のデータベース") as seen:
            provision(instance, server, meter=seen, canary=canary)
        found = standings(instance, server)
        megabytes = sum(one.size for one in found) / 1e6
        click.echo(f"{instance.name}: {len(found):,} 団体、{megabytes:,.0f} MB。全て今の版です。")


@database.command("behind")
@open_verb("版の古い団体の番号だけを示す")
def behind() -> None:
    """データベースがないか、版が古い団体を示します。何も変えません。"""
    from todoke.sites.entering import chosen_instance, enter_everything

    instance = Instance.load(chosen_instance())
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.database.fleet import State
        from todoke.sites.database.provision import standings

        found = standings(instance, server)
        for one in found:
            if one.state is not State.CURRENT:
                click.echo(f"{one.municipality}  {one.state.value}")
        current = sum(one.state is State.CURRENT for one in found)
        click.echo(f"{len(found):,} 団体のうち {current:,} が最新です。")


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

    from todoke.sites.database.migrations import pending
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
