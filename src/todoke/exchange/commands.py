"""命令: `todoke keys init`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from todoke.exchange import keys as key_files
from todoke.exchange.directory import FILE_NAME, Directory
from todoke.kernel.errors import ErrorCode, TodokeError


@click.group("keys")
def keys() -> None:
    """電文交換の鍵と証明書。"""


@keys.command("init")
@click.option(
    "--instance",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    envvar="TODOKE_INSTANCE",
    help="instance.toml のあるフォルダー",
    show_default=True,
)
@click.option("--host", default="127.0.0.1", show_default=True, help="窓口の名前またはIPアドレス")
def init(folder: Path, host: str) -> None:
    """足りない鍵と証明書を作り、名簿 directory.json を書く。既にある鍵は変えない。"""
    directory = init_instance(folder, host)
    click.echo(f"{folder.name}/{FILE_NAME}: 当事者 {len(directory.parties)} 件")


def init_instance(folder: Path, host: str = "127.0.0.1") -> Directory:
    """`keys init` for the instance described by `<folder>/instance.toml`; SETUP_MISSING without one."""
    file = folder / "instance.toml"
    if not file.is_file():
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"{folder.name}/{file.name} がありません",
            todo="先に todoke database create を実行してください。",
        )
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    urls = {realm: f"https://{host}:{port}" for realm, port in found["ports"].items()}
    owners = key_files.owners(
        city=found["city"],
        neighbours=[code for code in found["municipalities"] if code != found["city"]],
        urls=urls,
        hosts=dict.fromkeys((host, "127.0.0.1", "localhost")),
    )
    return key_files.init(folder, instance=found["name"], owners=owners)
