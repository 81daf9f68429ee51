"""命令: `todoke keys init`."""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.exchange import keys as key_files
from todoke.exchange.directory import FILE_NAME


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
