"""The verbs `sample` (input files of an invented city) and `neighbours` (the other towns' part of the exchange)."""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access.guard import open_verb


@click.command()
@click.option(
    "--residents",
    type=click.IntRange(min=100),
    default=20_000,
    show_default=True,
    help="基準日に住民登録のある人数",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="同じ値からは同じファイルができます",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="書き込むディレクトリ"
)
@open_verb("架空の市のファイルを作る")
def sample(residents: int, seed: int, out: Path) -> None:
    """架空の市と近隣市区町村の入力ファイルを作ります。

    実在の人は一人も含みません。ファイルと列の説明は docs/data.md にあります。
    """
    from rich.console import Console
    from rich.progress import Progress

    from todoke.sample import city

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("架空の市", total=None)
        counts = city.write(
            residents, seed, out, lambda done, total: bar.update(task, completed=done, total=total)
        )
    for name, rows in counts.items():
        click.echo(f"{rows:>10,}  {name}")


@click.group(name="neighbours")
def neighbours() -> None:
    """近隣市区町村の統合番号連携システムの役をします。"""


@neighbours.command("enrol")
@click.option("--input", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@open_verb("架空の近隣団体だけを扱う（demo が使う）")
def enrol(folder: Path) -> None:
    """各団体の符号を取得し、副本を登録します（neighbours/<code>/ のファイルから）。"""
    import os

    from todoke.batch.progress import meter
    from todoke.exchange.ring import KeyRing
    from todoke.exchange.transport import HttpTransport
    from todoke.sample import neighbours as towns

    codes = sorted(path.name for path in folder.iterdir() if path.is_dir())
    owners = [f"neighbours/{code}" for code in codes]
    transport = HttpTransport(KeyRing(Path(os.environ["TODOKE_INSTANCE"]), *owners))
    for code in codes:
        with meter(f"近隣 {code}") as shown:
            counts = towns.enrol(transport, folder / code, code, shown)
        click.echo(f"{code}  符号 {counts.codes:,}  副本 {counts.replicas:,}")
