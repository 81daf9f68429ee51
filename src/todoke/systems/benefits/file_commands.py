"""`todoke benefits import …`: files of other departments, step by step; counts and row numbers, never names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.kernel.errors import BadRow, InputRefused
from todoke.records.encodings import Encoding
from todoke.systems.benefits.actions.imports.cancel_file import cancel_file
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.actions.imports.propose_file import propose_file
from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
from todoke.systems.benefits.actions.imports.set_limit import set_limit
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules.imports import completeness
from todoke.systems.benefits.rules.imports.kinds import ImportKind

_by = click.option("--by", required=True, help="職員ID")
_id = click.argument("import_id", type=int)
_kind = click.option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in ImportKind]),
    help="ファイルの種類",
)


@click.group(name="import")
def group() -> None:
    """他部署のファイルの取込（検査、差分、二人目の確認、版の入替え）"""


@group.command(name="file")
@click.argument("file", type=click.Path(path_type=Path))
@_kind
@click.option(
    "--encoding",
    required=True,
    type=click.Choice([encoding.value for encoding in Encoding]),
    help="文字コード（推測しません）",
)
@click.option("--as-of", "as_of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="基準日または作成日")
@click.option("--rows", type=click.IntRange(min=0), help="送付票の件数（見出しを除く）")
@click.option("--tax-year", default="", help="ファイルの最も新しい課税年度（課税情報だけ）")
@click.option("--programme", default="", help="事業コード（事業ごとのファイルだけ）")
@_by
@verb(Permission.BENEFITS_IMPORT)
def file_(
    *,
    file: Path,
    kind: str,
    encoding: str,
    as_of: datetime,
    rows: int | None,
    tax_year: str,
    programme: str,
    by: str,
) -> None:
    """ファイルを受け付けて検査し、使用中の版との違いを示します。まだ何も入れ替えません。"""
    said = Said(
        kind=ImportKind(kind),
        encoding=Encoding(encoding),
        as_of=as_of.replace(tzinfo=UTC).date(),
        expected_rows=rows,
        tax_year=tax_year,
        programme=programme,
    )
    actor = cli_actor.actor(by)
    row = receive_file(file=file, said=said, by=actor)
    _show(importing.carry_on(row.pk, by=actor))


@group.command(name="show")
@_id
@_by
@verb(Permission.BENEFITS_IMPORT_READ)
def show(import_id: int, by: str) -> None:
    """一件の取込の状態と件数を示します。"""
    cli_actor.actor(by)
    _show(reads.one(import_id))


@group.command(name="list")
@_by
@verb(Permission.BENEFITS_IMPORT_READ)
def list_(by: str) -> None:
    """最近の取込を新しい順に示します。"""
    cli_actor.actor(by)
    for row in reads.every()[:50]:
        click.echo(_line(row))


@group.command(name="propose")
@_id
@_by
@verb(Permission.BENEFITS_IMPORT)
def propose(import_id: int, by: str) -> None:
    """検査の結果を確認して取込を進めます。変更が多いときは、二人目の確認を待ちます。"""
    actor = cli_actor.actor(by)
    propose_file(import_id=import_id, by=actor)
    _show(importing.carry_on(import_id, by=actor))


@group.command(name="confirm")
@_id
@_by
@verb(Permission.BENEFITS_IMPORT_CONFIRM)
def confirm(import_id: int, by: str) -> None:
    """二人目として確認し、取り込みます。渡した人と進めた人は確認できません。"""
    actor = cli_actor.actor(by)
    confirm_file(import_id=import_id, by=actor)
    _show(importing.carry_on(import_id, by=actor))


@group.command(name="continue")
@_id
@_by
@verb(Permission.BENEFITS_IMPORT)
def continue_(import_id: int, by: str) -> None:
    """途中で止まった検査または取込を続けます。"""
    _show(importing.carry_on(import_id, by=cli_actor.actor(by)))


@group.command(name="cancel")
@_id
@click.option("--reason", required=True, help="取りやめる理由")
@_by
@verb(Permission.BENEFITS_IMPORT)
def cancel(import_id: int, reason: str, by: str) -> None:
    """取込を取りやめ、受け取ったファイルを消します。使用中の版はそのままです。"""
    cancel_file(import_id=import_id, reason=reason, by=cli_actor.actor(by))
    _show(reads.one(import_id))


@group.command(name="limit")
@_kind
@click.option("--percent", required=True, type=int, help="この割合（%）を超える変更には二人目の確認が要る")
@click.option("--reason", required=True, help="理由")
@_by
@verb(Permission.BENEFITS_IMPORT_LIMIT)
def limit(kind: str, percent: int, reason: str, by: str) -> None:
    """二人目の確認が要る変更の割合を、種類ごとに決めます。"""
    set_limit(kind=ImportKind(kind), percent=percent, reason=reason, by=cli_actor.actor(by))
    for each, share, _ in reads.limits():
        click.echo(f"{each.value}: {share}% {each.label}")


@group.command(name="lacking")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@_by
@verb(Permission.BENEFITS_IMPORT_READ)
def lacking(programme: str, by: str) -> None:
    """課税の答えがない人を区ごとに数えます。"""
    cli_actor.actor(by)
    found = reads.standing(programme)
    if found is None:
        click.echo("住民記録がまだ取り込まれていません")
        return
    for ward in completeness.by_ward(found):
        parts = "、".join(f"{status} {count:,}" for status, count in sorted(ward["lacking"].items()))
        click.echo(
            f"{ward['ward']}: {ward['persons']:,} 人のうち答えがない人 {ward['total']:,} 人（{parts or 'なし'}）"
        )


def _line(row: FileImport) -> str:
    state = ImportState(row.state).label
    return f"{row.pk}: {ImportKind(row.kind).label} {row.as_of.isoformat()} {row.rows:,} 件 {state} {row.sha256[:16]}"


def _show(row: FileImport) -> None:
    """Where it stands; InputRefused for a refused one."""
    if row.state == ImportState.REFUSED:
        _, faults = reads.faults(row, limit=row.faults)
        raise InputRefused(row.file_name, [BadRow(file=row.file_name, **fault) for fault in faults])
    click.echo(_line(row))
    counts = (("追加", row.added), ("変更", row.changed), ("変化なし", row.same), ("消滅", row.removed))
    click.echo("  " + "、".join(f"{title} {count:,} 件" for title, count in counts))
    for total in reads.totals(row):
        before = "" if total.before is None else f"（使用中の版 {total.before:,}）"
        click.echo(f"  {total.name}: {total.value:,}{before}")
    if row.needs_second and row.state in (ImportState.CHECKED, ImportState.PROPOSED):
        click.echo(f"  変更が{row.limit_percent}%を超えるため、二人目の確認が要ります")
    following = {
        ImportState.CHECKED: "todoke benefits import propose",
        ImportState.PROPOSED: "todoke benefits import confirm",
        ImportState.RECEIVED: "todoke benefits import continue",
        ImportState.CONFIRMED: "todoke benefits import continue",
    }.get(ImportState(row.state))
    if following:
        click.echo(f"  次: {following} {row.pk} --by 職員ID")
