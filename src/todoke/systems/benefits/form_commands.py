"""`todoke benefits form …`: forms that came back, by the folder."""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.systems.benefits.jobs import pictures
from todoke.systems.benefits.rules.intake.pictures import SAID, Left


@click.group(name="form")
def group() -> None:
    """返送された様式"""


@group.command(name="pictures")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--by", "by", required=True, help="職員ID")
@verb(Permission.BENEFITS_RECEIVE)
def pictures_(folder: Path, by: str) -> None:
    """スキャナーのフォルダーの画像を、受け付けた様式に結び付けて登録します。止まっても、同じ命令で続きます。

    ファイル名の給付管理番号（例：1010000000013-2.png の2面目）か、画像のコードで結び付けます。結び付かないファイルは
    フォルダーの picture-report.csv に名前と理由が残ります。
    """
    counts = pictures.keep(folder, by=cli_actor.actor(by)).counts
    before = counts.totals["before"]
    click.echo(
        f"画像 {counts.taken:,} 枚、登録 {counts.accepted:,} 枚（うち登録済み {before:,} 枚）、残り {counts.refused:,} 枚"
    )
    for reason in Left:
        if number := counts.totals.get(reason.value):
            click.echo(f"  {SAID[reason]}：{number:,} 枚")
    if counts.refused:
        click.echo(f"残りのファイルの一覧：{folder / pictures.REPORT}")
