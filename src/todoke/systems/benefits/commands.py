"""Verbs of 給付管理システム: thin over its jobs. Counts only, never a name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from django.conf import settings

from todoke.access import staff
from todoke.access.permissions import Actor
from todoke.batch.steps import StepReport
from todoke.systems.benefits import jobs, queries

_BY = click.option("--by", "staff_id", required=True, help="職員ID")
_PROGRAMME = click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
_ROUND = click.option("--round", "round_name", required=True, help="判定の回（first, second …）")
_FILE = click.Path(path_type=Path, dir_okay=False)
_OUT = click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="出力先")


@click.group("benefits")
def group() -> None:
    """給付管理システム。"""


@group.command("load", help="課税情報と付帯状況を取り込む")
@click.option("--tax", required=True, type=_FILE)
@click.option("--assistance", required=True, type=_FILE)
@_BY
def load(tax: Path, assistance: Path, staff_id: str) -> None:
    _tell(jobs.load(tax, assistance, by=_actor(staff_id)))


@group.command("decide", help="全世帯の支給判定を行う")
@_PROGRAMME
@_ROUND
@_BY
def decide(programme: str, round_name: str, staff_id: str) -> None:
    _tell(jobs.decide(programme, round_name, by=_actor(staff_id)))


@group.command("ask", help="他市町村に照会する人を抽出し、一括照会に渡す")
@_PROGRAMME
@_ROUND
@_BY
def ask(programme: str, round_name: str, staff_id: str) -> None:
    _tell(jobs.ask(programme, round_name, by=_actor(staff_id)))


@group.command("import-answers", help="他市転入者出力レコードを取り込み、4情報を突合する")
@click.argument("files", nargs=-1, type=_FILE)
@_PROGRAMME
@_ROUND
@_BY
def import_answers(files: tuple[Path, ...], programme: str, round_name: str, staff_id: str) -> None:
    _tell(jobs.import_answers(programme, round_name, by=_actor(staff_id), files=files))


@group.command("number", help="給付管理番号を付番する")
@_PROGRAMME
@_BY
def number(programme: str, staff_id: str) -> None:
    _tell(jobs.number_cases(programme, by=_actor(staff_id)))


@group.command("letters", help="確認書を作成する（100世帯ごとの PDF）")
@_PROGRAMME
@_OUT
@_BY
def letters(programme: str, out: Path, staff_id: str) -> None:
    _tell(jobs.print_letters(programme, out, by=_actor(staff_id)))


@group.command("receive", help="返送された確認書を受け付ける")
@click.argument("file", type=_FILE)
@_PROGRAMME
@_BY
def receive(file: Path, programme: str, staff_id: str) -> None:
    _tell(jobs.receive(programme, file, by=_actor(staff_id)))


@group.command("examine", help="受け付けた確認書を審査する")
@_PROGRAMME
@_BY
def examine(programme: str, staff_id: str) -> None:
    _tell(jobs.examine(programme, by=_actor(staff_id)))


@group.command("approve", help="審査した人とは別の職員として承認する")
@click.option("--expected", type=int, help="承認する件数（違っていれば承認しません）")
@_PROGRAMME
@_BY
def approve(expected: int | None, programme: str, staff_id: str) -> None:
    _tell(jobs.approve(programme, by=_actor(staff_id), expected=expected))


@group.group("pay")
def pay() -> None:
    """支払の起案・確定・総合振込ファイル。"""


@pay.command("prepare", help="承認済みの世帯を一つの支払にまとめる")
@_PROGRAMME
@_BY
def prepare(programme: str, staff_id: str) -> None:
    _tell(jobs.prepare_payment(programme, by=_actor(staff_id)))


@pay.command("release", help="会計の職員として支払を確定する")
@_PROGRAMME
@_BY
def release(programme: str, staff_id: str) -> None:
    _tell(jobs.release_payment(programme, by=_actor(staff_id)))


@pay.command("file", help="確定した支払の総合振込ファイルを一度だけ書き出す")
@_PROGRAMME
@_OUT
@_BY
def file(programme: str, out: Path, staff_id: str) -> None:
    _tell(jobs.write_bank_files(programme, out, by=_actor(staff_id)))


@group.command("status", help="世帯と支払の件数を示す")
@_PROGRAMME
def status(programme: str) -> None:
    for state, count in queries.states(programme).items():
        click.echo(f"{count:>10,}  {state.value}")
    ledger = queries.ledger(programme)
    click.echo(f"{ledger.ordered_payments:>10,}  件の振込を指示　計 {ledger.ordered_yen:,} 円")


def _actor(staff_id: str) -> Actor:
    return staff.load(Path(settings.TODOKE_STAFF_FILE), staff_id)


def _tell(reports: Sequence[StepReport]) -> None:
    for report in reports:
        counts = report.counts
        note = "（済み）" if report.resumed else f"{report.seconds:.1f} 秒"
        click.echo(
            f"{report.name} {note} 対象 {counts.taken:,} 処理 {counts.accepted:,} 除外 {counts.refused:,}"
        )
        for name, value in counts.totals.items():
            click.echo(f"    {name} {value:,}")
