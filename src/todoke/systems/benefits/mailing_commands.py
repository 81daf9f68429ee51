"""`todoke benefits mailing …`: printed letters on their way to the post."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.confirm_dispatch import confirm_dispatch
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.actions.printing.reprint_letter import reprint_letter
from todoke.systems.benefits.queries.letters import mailings
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.mailing_state import PULL_TITLES, PullReason, SheetCount
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

_by = click.option("--by", "by", required=True, help="職員ID")
_number = click.argument("number", type=int)
_FIGURES = ("printed", "spoiled", "reprinted", "enclosed")


@click.group(name="mailing")
def group() -> None:
    """発送: 印刷所への引渡し、数の確認、発送前の照合、発送の確認"""


@group.command(name="print")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@click.option(
    "--kind",
    required=True,
    type=click.Choice([kind.value for kind in letter_kind.LATER]),
    help="手紙の種類",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="出力先のフォルダー")
@_by
@verb(Permission.BENEFITS_PRINT)
def print_(programme: str, kind: str, out: Path, by: str) -> None:
    """再発送・勧奨・不備・支給決定・不支給決定・返還・督促・振込不能・不服の申出の手紙を、今それを待つ世帯のすべてに印刷します。"""
    for report in jobs.print_kind(programme, LetterKind(kind), out, by=cli_actor.actor(by)):
        counts = report.counts
        click.echo(
            f"{report.name}: 対象 {counts.taken:,} 件、処理 {counts.accepted:,} 件、除外 {counts.refused:,} 件"
        )
        for name, value in counts.totals.items():
            click.echo(f"  {name}: {value:,}")


@group.command(name="hand-over")
@click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
@_by
@verb(Permission.BENEFITS_MAILING)
def hand(programme: str, by: str) -> None:
    """印刷したファイルのうち、まだ印刷所に渡していないものを、1つの発送にまとめます。"""
    made = hand_over(programme=programme, by=cli_actor.actor(by))
    click.echo(f"発送 {made.pk}：{made.letters:,} 通、{made.sheets:,} 枚を渡しました。")
    for one in mailings.held(made.pk):
        title = letter_kind.title(one.kind, one.route)
        click.echo(
            f"  {one.kind},{one.route} {title} {one.letters:,} 通 {one.sheets:,} 枚 {one.files} ファイル"
        )


@group.command(name="count")
@_number
@click.argument("file", type=click.Path(path_type=Path))
@_by
@verb(Permission.BENEFITS_MAILING)
def count(number: int, file: Path, by: str) -> None:
    """印刷所の数のファイル（kind,route,printed,spoiled,reprinted,enclosed）を取り込みます。"""
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    found = count_sheets(
        mailing_id=number, counts=_read(file), by=cli_actor.actor(by), source=snapshots.file_sha256(file)
    )
    for text in found:
        click.echo(f"  {text}")
    click.echo("数が合わないため、先へ進めません。" if found else "数が合いました。")


@group.command(name="match")
@_number
@_by
@verb(Permission.BENEFITS_MAILING)
def match(number: int, by: str) -> None:
    """最新の住民記録と照合し、抜き取る手紙を示します。"""
    pulled = match_register(mailing_id=number, office=SAMPLE_CITY, by=cli_actor.actor(by))
    mailing = mailings.one(number)
    click.echo(f"抜き取る手紙は {pulled:,} 通です。")
    for reason, letters in mailings.reasons(mailing).items():
        click.echo(f"  {PULL_TITLES[PullReason(reason)]} {letters:,} 通")
    for row in mailings.pulled(mailing):
        click.echo(f"  {row.file} {row.position} 通目 {row.case_number}")


@group.command(name="confirm")
@_number
@click.option("--taken-out", type=int, required=True, help="抜き取った通数")
@click.option("--posted", type=int, required=True, help="発送した通数")
@_by
@verb(Permission.BENEFITS_MAILING_CONFIRM)
def confirm(number: int, taken_out: int, posted: int, by: str) -> None:
    """二人目として、抜き取った通数と発送した通数を確認します。"""
    confirm_dispatch(
        mailing_id=number, taken_out=taken_out, posted=posted, office=SAMPLE_CITY, by=cli_actor.actor(by)
    )
    click.echo(f"発送 {number} を確認しました。")


def _read(file: Path) -> list[SheetCount]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    try:
        return [
            SheetCount(kind=row["kind"], route=row["route"], **{name: int(row[name]) for name in _FIGURES})
            for row in rows
        ]
    except (KeyError, TypeError, ValueError) as error:
        detail = "列は kind,route,printed,spoiled,reprinted,enclosed で、後の4つは数です"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from error


@group.command(name="reprint")
@_number
@click.option("--case", "case_number", required=True, help="給付管理番号")
@click.option("--reason", required=True, help="刷り直す理由")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="作るPDF")
@_by
@verb(Permission.BENEFITS_PRINT)
def reprint(number: int, case_number: str, reason: str, out: Path, by: str) -> None:
    """傷んだ手紙を1通、印刷したときのまま刷り直します。"""
    out.write_bytes(
        reprint_letter(mailing_id=number, case_number=case_number, reason=reason, by=cli_actor.actor(by))
    )
    click.echo(f"発送 {number}：1通を刷り直しました。")
