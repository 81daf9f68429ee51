"""`todoke residents …`"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.systems.residents import jobs


@click.group(name="residents")
def group() -> None:
    """住民記録システム（この事務で使う範囲）"""


@group.command(name="import")
@click.option("--base", type=click.Path(path_type=Path), required=True, help="基準日時点の住民記録 (CSV)")
@click.option("--latest", type=click.Path(path_type=Path), required=True, help="最新の住民記録 (CSV)")
@click.option("--latest-as-of", "latest_as_of", required=True, help="最新の住民記録の時点 (YYYY-MM-DD)")
@click.option("--by", required=True, help="職員ID")
@verb(Permission.RESIDENTS_IMPORT)
def import_(base: Path, latest: Path, latest_as_of: str, by: str) -> None:
    """基準日時点と最新の住民記録を取り込みます。誤りのある行が1件でもあれば、そのファイルは取り込みません。"""
    actor = cli_actor.actor(by)
    reports = jobs.load(base, latest, _day(latest_as_of, "--latest-as-of"), by=actor)
    for file, report in zip((base, latest), reports, strict=True):
        click.echo(f"{file.name}: {report.counts.accepted:,} 人{'（取込済み）' if report.resumed else ''}")


@group.command(name="import-changes")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as-of", "as_of", required=True, help="異動ファイルの時点 (YYYY-MM-DD)")
@click.option("--by", required=True, help="職員ID")
@verb(Permission.RESIDENTS_IMPORT)
def import_changes(file: Path, as_of: str, by: str) -> None:
    """日次の異動ファイルを取り込み、最新の住民記録を更新します。通番の順に、誤りのある行が1件もないときだけ取り込みます。"""
    report = jobs.import_changes(file=file, as_of=_day(as_of, "--as-of"), by=cli_actor.actor(by))
    again = "（取込済み）" if report.resumed else ""
    click.echo(f"{file.name}: 異動 {report.counts.accepted:,} 件{again}")
    for name, value in report.counts.totals.items():
        click.echo(f"  {name}: {value:,}")


def _day(text: str, hint: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise click.BadParameter("YYYY-MM-DD で指定してください", param_hint=hint) from error
