"""Verbs that belong to no single system: demo, serve, road, bench, exchange."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from todoke.access.guard import open_verb
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
@open_verb("架空の市だけを扱い、空のインスタンスを自分で作る")
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
@open_verb("領域の鍵を読めるアカウントだけが動かせる")
def serve(site: str | None, door_only: bool) -> None:
    """サイトを動かします。サイトを指定しなければ三つとも動かします（Ctrl-C で止まります）。"""
    from todoke.sites import serve as serving

    if site is None:
        serving.serve_all(VAR, click.echo)
    else:
        serving.serve(Realm(site), screens=not door_only)


@click.command("screens", hidden=True)
@click.argument("site", type=click.Choice([realm.value for realm in Realm]))
@click.option("--port", type=click.IntRange(1, 65535), help="省略時はサイトの決まった番号")
@open_verb("serve が動かす画面のプロセス")
def screens(site: str, port: int | None) -> None:
    """サイトの画面を動かします（serve が使います）。"""
    from todoke.sites import serve as serving

    serving.serve_screens(Realm(site), port or serving.SCREENS[Realm(site)])


@click.command("public")
@click.option("--port", type=click.IntRange(1, 65535), help="省略時は 8404")
@open_verb("公開の鍵だけを読み、件数の制限された一つの問い合わせしかできない")
def public(port: int | None) -> None:
    """市民が番号と生年月日で手続きの状況を見る画面を動かします（職員の画面とは別の入口です）。"""
    from todoke.sites import serve as serving

    serving.serve_public(port or serving.PUBLIC_PORT)


@click.command("road", hidden=True)
@click.option("--input", "source", required=True, type=_FOLDER)
@click.option("--output", "out", required=True, type=_FOLDER)
@open_verb("demo が動かすプロセスで、各工程はサインインした職員として行う")
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
@open_verb("架空の市だけを扱う")
def bench_road(residents: int, as_json: bool) -> None:
    """全工程。工程ごとの秒数・毎秒件数・最大メモリを示します。"""
    from todoke.sites.demonstration import bench as benches

    found = benches.road(residents, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches.as_table(found))


@bench.command("decide")
@click.option(
    "--residents", default=3_770_000, show_default=True, type=click.IntRange(min=1_000), help="住民の人数"
)
@click.option(
    "--rounds", default=3, show_default=True, type=click.IntRange(min=1), help="測る回数（中央値を示します）"
)
@click.option("--growth", is_flag=True, help="37万人から3,770万人までの伸びも測ります（ディスク 3 GB）")
@click.option("--no-peer", is_flag=True, help="手書きの DuckDB とだけ比べます")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("架空の市の住民だけを使い、自分だけのデータベースで測って消す")
def bench_decide(residents: int, rounds: int, growth: bool, no_peer: bool, as_json: bool) -> None:
    """支給判定。手書きの Polars・DuckDB、OpenFisca、PostgreSQL の一文、ORM の繰り返しと、同じ結果になるまでを比べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration.bench_decide import run

    found = run.run(
        residents, rounds, VAR, lambda line: click.echo(line, err=True), growth=growth, peers=not no_peer
    )
    click.echo(benches.as_json(found) if as_json else run.as_table(found))


@bench.command("screens")
@click.option("--residents", default=20_000, show_default=True, type=click.IntRange(min=3_000))
@click.option("--users", default=50, show_default=True, type=click.IntRange(1, 500), help="使う人の数")
@click.option("--seconds", default=30.0, show_default=True, help="測る長さ")
@click.option("--think", default=10.0, show_default=True, help="一人が次の画面を開くまでの平均の秒数")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで測り、終わると消す")
def bench_screens(residents: int, users: int, seconds: float, think: float, as_json: bool) -> None:
    """給付の画面。答えを待たずに来る要求を、来るはずだった時から測ります。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_screens as screens_bench

    found = screens_bench.run(
        residents,
        screens_bench.Load(users=users, seconds=seconds, think=think),
        VAR,
        lambda line: click.echo(line, err=True),
    )
    click.echo(benches.as_json(found) if as_json else screens_bench.as_table(found))


@bench.command("convert")
@click.option("--megabytes", default=80, show_default=True, type=click.IntRange(min=10), help="文章の大きさ")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("架空の市の文章だけを使う")
def bench_convert(megabytes: int, as_json: bool) -> None:
    """データ変換。iconv と同じバイト列を交互に変換して比べ、固定長30万件の符号化・復号も測ります。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_convert

    found = bench_convert.run(megabytes, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else bench_convert.as_table(found))


@bench.command("letters")
@click.option("--letters", default=10_000, show_default=True, type=click.IntRange(min=400), help="手紙の通数")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("架空の市の住民だけを使い、手紙は測ってから消す")
def bench_letters(letters: int, as_json: bool) -> None:
    """手紙の組版。番号・バーコード・QR・カスタマバーコードの入った PDF を作り、中身のない同じ頁（下限）と比べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_letters

    found = bench_letters.run(letters, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else bench_letters.as_table(found))


@bench.command("printing")
@click.option(
    "--letters", default=100_000, show_default=True, type=click.IntRange(min=2_000), help="手紙の通数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の世帯に手紙を印刷し、終わると消す")
def bench_printing(letters: int, as_json: bool) -> None:
    """一つの印刷の処理。半分で止めて（kill -9）続け、印刷所の数と合わせます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_printing as benches_of_printing

    found = benches_of_printing.run(letters, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_printing.as_table(found))


@bench.command("oplog")
@click.option(
    "--rows", default=1_000_000, show_default=True, type=click.IntRange(min=1000), help="検証する件数"
)
@click.option(
    "--clients", default=16, show_default=True, type=click.IntRange(1, 64), help="同時に書く処理の数"
)
@click.option("--seconds", default=3.0, show_default=True, help="書込み一回の長さ")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで測り、終わると消す")
def bench_oplog(rows: int, clients: int, seconds: float, as_json: bool) -> None:
    """操作の記録。書込みの負担、封印・書出し・検証の速さ、一人の閲覧者の一覧。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_oplog as benches_of_log

    found = benches_of_log.oplog(rows, clients, seconds, VAR, lambda line: click.echo(line, err=True))
    found["machine"] = benches.machine()
    click.echo(benches.as_json(found) if as_json else benches_of_log.as_table(found))


@bench.command("matching")
@click.option(
    "--register", default=3_800_000, show_default=True, type=click.IntRange(min=1_000), help="登録のある人数"
)
@click.option(
    "--queries", default=300_000, show_default=True, type=click.IntRange(min=100), help="照会の件数"
)
@click.option("--no-peer", is_flag=True, help="Splink と比べません")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("架空の登録簿だけを使う")
def bench_matching(register: int, queries: int, no_peer: bool, as_json: bool) -> None:
    """4情報の突合。列の走査と Splink を同じ実行の中で測り、適合率と再現率を示します。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_matching

    found = bench_matching.run(
        register, queries, VAR, lambda line: click.echo(line, err=True), peer=not no_peer
    )
    click.echo(benches.as_json(found) if as_json else bench_matching.as_table(found))


@bench.command("search")
@click.option(
    "--residents", default=3_800_000, show_default=True, type=click.IntRange(min=1_000), help="人数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の人を検索し、終わると消す")
def bench_search(residents: int, as_json: bool) -> None:
    """住民の検索。ILIKE と pg_trgm を同じ実行の中で測り、探す人が最初に出る割合も示します。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_search as benches_of_search

    found = benches_of_search.run(residents, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_search.as_table(found))


@bench.command("replicas")
@click.option(
    "--persons", default=300_000, show_default=True, type=click.IntRange(min=100), help="副本の件数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで測り、終わると消す")
def bench_replicas(persons: int, as_json: bool) -> None:
    """副本の登録と照合。素の CSV 読みと一度の COPY を同じ実行の中で測り、違いが 0・10・1,000 件の照合を比べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_replicas

    found = bench_replicas.run(persons, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else bench_replicas.as_table(found))


@bench.command("exchange")
@click.option(
    "--rate", "rates", multiple=True, type=float, default=(125, 250), show_default=True, help="毎秒の件数"
)
@click.option("--seconds", default=20.0, show_default=True, help="一つの率で測る秒数")
@click.option(
    "--bulk",
    "bulks",
    multiple=True,
    type=click.IntRange(min=100),
    default=(300_000,),
    show_default=True,
    help="一括の件数",
)
@click.option("--no-bulk", is_flag=True, help="一括を測りません")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の人を照会し、終わると消す")
def bench_exchange(
    rates: tuple[float, ...], seconds: float, bulks: tuple[int, ...], no_bulk: bool, as_json: bool
) -> None:
    """情報連携。20団体の間の単件（到着は回答を待たない）と一括を測り、三者の記録を一件ずつ突き合わせます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_exchange as benches_of_exchange

    found = benches_of_exchange.run(
        list(rates), seconds, [] if no_bulk else list(bulks), VAR, lambda line: click.echo(line, err=True)
    )
    click.echo(benches.as_json(found) if as_json else benches_of_exchange.as_table(found))


@bench.command("numbers")
@click.option(
    "--register", default=400_000, show_default=True, type=click.IntRange(min=1_000), help="登録のある人数"
)
@click.option(
    "--count", default=300_000, show_default=True, type=click.IntRange(min=100), help="変換する件数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の人の番号を変換し、終わると消す")
def bench_numbers(register: int, count: int, as_json: bool) -> None:
    """番号変換。各方向をファイルと電文で行い、素の結合と暗号を下限として並べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_numbers as benches_of_numbers

    found = benches_of_numbers.run(register, count, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_numbers.as_table(found))


@bench.command("registration")
@click.option("--persons", default=3_800_000, show_default=True, type=click.IntRange(min=1_000), help="人数")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の人を登録し、終わると消す")
def bench_registration(persons: int, as_json: bool) -> None:
    """一斉登録。同じ表への検査・暗号・索引なしの COPY を下限として並べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_registration as benches_of_registration

    found = benches_of_registration.run(persons, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_registration.as_table(found))


@bench.command("import")
@click.option("--rows", default=3_800_000, show_default=True, type=click.IntRange(min=10_000), help="件数")
@click.option(
    "--kind", default="tax", show_default=True, type=click.Choice(["tax", "register_latest"]), help="種類"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空のファイルを取り込み、終わると消す")
def bench_import(rows: int, kind: str, as_json: bool) -> None:
    """他部署のファイルの取込。同じ行の検査・封印・差分なしの COPY を下限として並べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_import as benches_of_import

    found = benches_of_import.run(rows, kind, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_import.as_table(found))


@bench.command("payments")
@click.option(
    "--rows", default=300_000, show_default=True, type=click.IntRange(1_000, 999_999), help="世帯数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の世帯に支払い、終わると消す")
def bench_payments(rows: int, as_json: bool) -> None:
    """審査・承認から振込ファイルまで。同じ行を書き出すだけの COPY を下限として並べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_payments as benches_of_payments

    found = benches_of_payments.run(rows, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_payments.as_table(found))


@bench.command("scan")
@click.option("--stations", default=50, show_default=True, type=click.IntRange(1, 200), help="読み取る席の数")
@click.option("--rate", default=25.0, show_default=True, help="全部の席で一秒に読み取る枚数")
@click.option("--seconds", default=60.0, show_default=True, help="測る長さ")
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の様式を読み取り、終わると消す")
def bench_scan(stations: int, rate: float, seconds: float, as_json: bool) -> None:
    """連続スキャン受付。答えを待たずに来る紙を、来るはずだった時から測ります。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_scan as benches_of_scan

    load = benches_of_scan.Scanning(stations=stations, rate=rate, seconds=seconds)
    found = benches_of_scan.run(load, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_scan.as_table(found))


@bench.command("restore")
@click.option(
    "--residents", default=400_000, show_default=True, type=click.IntRange(min=30_000), help="住民の人数"
)
@click.option("--json", "as_json", is_flag=True, help="結果を一つの JSON で出します")
@open_verb("自分だけのインスタンスで架空の市の控えを作って復元し、終わると消す")
def bench_restore(residents: int, as_json: bool) -> None:
    """控えの作成と、何もないサーバーへの復元。同じデータベースの pg_dump と pg_restore を下限として並べます。"""
    from todoke.sites.demonstration import bench as benches
    from todoke.sites.demonstration import bench_restore as benches_of_restore

    found = benches_of_restore.run(residents, VAR, lambda line: click.echo(line, err=True))
    click.echo(benches.as_json(found) if as_json else benches_of_restore.as_table(found))


@click.group("exchange")
def exchange() -> None:
    """情報提供等記録の突合など、領域をまたぐ確認。"""


@exchange.command("reconcile")
@click.option("--instance", "folder", type=_FOLDER, help="インスタンスのフォルダー（省略時は最後の demo）")
@click.option("--platform-by", default="p001", show_default=True, help="中間サーバーの記録を書き出す職員ID")
@click.option("--network-by", default="n001", show_default=True, help="ネットワークの記録を書き出す職員ID")
@open_verb("書き出しは各領域でサインインした職員として行い、ここでは件数だけを示す")
def exchange_reconcile(folder: Path | None, platform_by: str, network_by: str) -> None:
    """照会側・提供側・ネットワークの情報提供等記録を一件ずつ突き合わせます。"""
    from todoke.kernel.errors import ErrorCode, TodokeError
    from todoke.sites.database.postgres import running_server
    from todoke.sites.demonstration.run_folder import newest_instance
    from todoke.sites.instance import Instance
    from todoke.sites.reconcile import reconcile

    instance = Instance.load(folder or newest_instance(VAR))
    with running_server(instance):
        found = reconcile(instance, {"platform": platform_by, "network": network_by})
    click.echo(json.dumps(found, ensure_ascii=False))
    if found["differences"]:
        raise TodokeError(ErrorCode.RECORDS_DIFFER, count=found["differences"])


@exchange.command("check")
@click.option("--instance", "folder", type=_FOLDER, help="インスタンスのフォルダー（省略時は最後の demo）")
@click.option("--platform-by", default="p001", show_default=True, help="中間サーバーの記録を書き出す職員ID")
@click.option("--network-by", default="n001", show_default=True, help="ネットワークの記録を書き出す職員ID")
@click.option(
    "--minutes", default=60, show_default=True, type=click.IntRange(0), help="記録がそろうまで待つ分数"
)
@open_verb("書き出しは各領域でサインインした職員として行い、ここでは許可証番号だけを示す")
def exchange_check(folder: Path | None, platform_by: str, network_by: str, minutes: int) -> None:
    """どの障害の後でも守られるべき約束（許可証なしの提供がない、など）を全ての記録で確かめます。"""
    from todoke.kernel.errors import ErrorCode, TodokeError
    from todoke.sites.database.postgres import running_server
    from todoke.sites.demonstration.run_folder import newest_instance
    from todoke.sites.instance import Instance
    from todoke.sites.invariants import RULES
    from todoke.sites.reconcile import check

    instance = Instance.load(folder or newest_instance(VAR))
    with running_server(instance):
        by = {"platform": platform_by, "network": network_by}
        found = check(instance, by, grace=timedelta(minutes=minutes))
    broken = [breach.rule.name for breach in found.breaches]
    for rule in RULES:
        click.echo(f"{'×' if rule.name in broken else '○'}  {rule.sentence}  {broken.count(rule.name):,} 件")
    for breach in found.breaches:
        click.echo(f"{breach.rule.name}  {breach.subject}  {breach.what}")
    if found.breaches:
        raise TodokeError(ErrorCode.RECORDS_DIFFER, count=len(found.breaches))


@exchange.command("openapi")
@click.argument("site", type=click.Choice([realm.value for realm in Realm]))
@open_verb("公開の文書だけを示す")
def exchange_openapi(site: str) -> None:
    """サイトの窓口の OpenAPI 3.1 文書を示します。"""
    from todoke.sites.documents import openapi

    click.echo(openapi.page(Realm(site)), nl=False)
