"""Verbs that belong to no single system: demo, serve, road, bench, exchange."""

from __future__ import annotations

import json
from pathlib import Path

import click

from todoke.sites.realms import Realm

VAR = Path("var")
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("demo")
@click.option(
    "--residents", default=20_000, show_default=True, type=click.IntRange(min=300), help="住民の人数"
)
@click.option("--seed", default=20211210, show_default=True, help="同じ値なら同じ市になります")
@click.option(
    "--out", default=VAR / "demo-run", show_default=True, type=_FOLDER, help="入力と結果を置くフォルダー"
)
def demo(residents: int, seed: int, out: Path) -> None:
    """架空の市が給付金を支給するまでを、三つの領域を別々のプロセスにして行います。"""
    from todoke.sites.demonstration import demo as demonstration
    from todoke.sites.demonstration.run_folder import RunFolder

    folder = RunFolder(out=out, residents=residents, seed=seed)
    found = demonstration.Demo(folder, VAR, click.echo).go()
    click.echo(demonstration.farewell(found, out))


@click.command("serve")
@click.argument("site", required=False, type=click.Choice([realm.value for realm in Realm]))
@click.option("--door-only", is_flag=True, help="電文の窓口だけを開き、画面は出しません")
def serve(site: str | None, door_only: bool) -> None:
    """サイトを動かします。サイトを指定しなければ三つとも動かします（Ctrl-C で止まります）。"""
    from todoke.sites import serve as serving

    if site is None:
        serving.serve_all(VAR, click.echo)
    else:
        serving.serve(Realm(site), screens=not door_only)


@click.command("screens", hidden=True)
@click.argument("site", type=click.Choice([realm.value for realm in Realm]))
def screens(site: str) -> None:
    """サイトの画面を動かします（serve が使います）。"""
    from todoke.sites import serve as serving

    serving.serve_screens(Realm(site), serving.SCREENS[Realm(site)])


@click.command("road", hidden=True)
@click.option("--input", "source", required=True, type=_FOLDER)
@click.option("--output", "out", required=True, type=_FOLDER)
def road(source: Path, out: Path) -> None:
    """市の側の全工程を順に行います（demo が使います）。"""
    from todoke.sites.demonstration.city_process import drive_city

    drive_city(source, out, click.echo)


@click.group("bench")
def bench() -> None:
    """速さを、同じ実行の中で測った下限や比較対象と並べて示します。"""


@bench.command("road")
@click.option("--residents", default=20_000, show_default=True, type=click.IntRange(min=300))
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
def bench_road(residents: int, as_json: bool) -> None:
    """全工程。工程ごとの秒数・毎秒件数・最大メモリを示します。"""
    from todoke.sites.demonstration import bench as benches

    found = benches.road(residents, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches.as_table(found))


@bench.command("convert")
@click.option("--megabytes", default=80, show_default=True, type=click.IntRange(min=10), help="文章の大きさ")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
def bench_convert(megabytes: int, as_json: bool) -> None:
    """データ変換。iconv と同じバイト列を交互に変換して比べ、固定長30万件の符号化・復号も測ります。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_convert

    found = bench_convert.run(megabytes, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else bench_convert.as_table(found))


@click.group("exchange")
def exchange() -> None:
    """情報提供等記録の突合など、領域をまたぐ確認。"""


@exchange.command("reconcile")
@click.option("--instance", "folder", type=_FOLDER, help="インスタンスのフォルダー（省略時は最後の demo）")
def exchange_reconcile(folder: Path | None) -> None:
    """照会側・提供側・ネットワークの情報提供等記録を一件ずつ突き合わせます。"""
    from todoke.kernel.errors import ErrorCode, TodokeError
    from todoke.sites.demonstration.run_folder import newest_instance
    from todoke.sites.instance import Instance
    from todoke.sites.postgres import running_server
    from todoke.sites.reconcile import reconcile

    instance = Instance.load(folder or newest_instance(VAR))
    with running_server(instance):
        found = reconcile(instance)
    click.echo(json.dumps(found, ensure_ascii=False))
    if found["differences"]:
        raise TodokeError(ErrorCode.RECORDS_DIFFER, count=found["differences"])
