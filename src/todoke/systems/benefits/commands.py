"""`todoke benefits …`"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Actor, Permission
from todoke.batch.steps import StepReport
from todoke.engine import engines, snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import (
    aftermath_commands,
    approval_commands,
    bank_commands,
    file_commands,
    form_commands,
    jobs,
    mailing_commands,
    queries,
)
from todoke.systems.benefits.actions.deciding import repeat_decision as repeating
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.jobs import editions
from todoke.systems.benefits.queries.editions.proposals import find

_programme = click.option("--programme", default="r3-nontaxable", show_default=True, help="事業コード")
_by = click.option("--by", "by", required=True, help="職員ID")
_round = click.option("--round", "round_name", required=True, help="判定の回（first, second など）")
_out = click.option("--out", type=click.Path(path_type=Path), required=True, help="出力先のフォルダー")

_SHOWN_ROWS = 50


@click.group(name="benefits")
def group() -> None:
    """給付管理システム"""


group.add_command(file_commands.group)
group.add_command(bank_commands.group)
group.add_command(mailing_commands.group)
group.add_command(form_commands.group)
group.add_command(aftermath_commands.group)
group.add_command(approval_commands.group)


@group.command(name="load")
@click.option("--tax", required=True, type=click.Path(path_type=Path))
@click.option("--assistance", required=True, type=click.Path(path_type=Path))
@_by
@verb(Permission.BENEFITS_IMPORT)
def load(tax: Path, assistance: Path, by: str) -> None:
    """課税情報と付帯状況を取り込みます。一行でも誤りがあれば、どちらも受け付けません。"""
    _show(jobs.load(tax, assistance, by=_actor(by)))


@group.command(name="continue")
@_by
@verb(Permission.BENEFITS_PROGRAMME_TRY)
def continue_(by: str) -> None:
    """途中で止まっている試算と判定のやり直しを、終わりまで続けます（画面のサイトは1分ごとに自分で続けます）。"""
    for work in editions.carry_on_all(by=_actor(by)):
        click.echo(
            f"{work.edition.programme} {work.edition.edition} {work.kind}: {work.state} {work.failure}"
        )


@group.command(name="take-registers")
@_by
@verb(Permission.BENEFITS_IMPORT)
def take_registers(by: str) -> None:
    """住民記録システムの基準日と最新の住民記録を取り込み、違う人だけを書き換えます。検索と世帯の画面が使います。"""
    _show(jobs.take_registers(by=_actor(by)))


_engine = click.option(
    "--engine", default="duckdb", show_default=True, type=click.Choice(engines.NAMES), help="判定を行うもの"
)
_master = click.option("--master", help="Spark の所在（spark://ホスト:ポート）")


@group.group(name="decide", invoke_without_command=True)
@_programme
@click.option("--round", "round_name", help="判定の回（first, second など）")
@_engine
@_master
@click.option("--by", "by", help="職員ID")
@verb(Permission.BENEFITS_DECIDE)
def decide(
    programme: str,
    round_name: str | None,
    engine: str,
    master: str | None,
    by: str | None,
) -> None:
    """全世帯の支給判定を行います。decide repeat は、過去の判定を封印された規則と入力でやり直します。"""
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is not None:
        return
    if round_name is None or by is None:
        detail = "--round と --by を指定してください"
        raise TodokeError(ErrorCode.USAGE_INVALID, detail=detail, command=ctx.command_path)
    _show(jobs.decide(programme, round_name, by=_actor(by), engine=engines.engine(engine, master)))
    _show(jobs.overview(programme, by=_actor(by)))
    run = queries.decision_run(programme, round_name)
    click.echo(
        f"判定番号 {run.pk}（{run.engine} {run.engine_version}）規則 {run.rules_sha256[:16]} 結果 {run.outcome_sha256[:16]}"
    )


@decide.command(name="repeat")
@click.argument("run", type=int)
@_engine
@_master
@_by
@verb(Permission.BENEFITS_DECIDE)
def repeat(run: int, engine: str, master: str | None, by: str) -> None:
    """判定番号 RUN を、封印された規則と入力でやり直し、結果が同じかを示します（異なれば終了コード 4）。"""
    chosen = engines.engine(engine, master)
    if not repeating.repeat_decision(run_id=run, by=_actor(by), engine=chosen):
        versions = queries.versions_of(run, f"{chosen.name} {chosen.version}")
        raise TodokeError(ErrorCode.DECISION_DIFFERS, run=run, versions=versions)
    click.echo(f"判定 {run} は、封印された規則と入力から同じ結果になりました。")


@group.command(name="overview")
@_programme
@_by
@verb(Permission.BENEFITS_DECIDE)
def overview(programme: str, by: str) -> None:
    """最新の判定から、区ごとの一覧と集計を作ります。"""
    _show(jobs.overview(programme, by=_actor(by)))


@group.command(name="ask")
@_programme
@_round
@_by
@verb(Permission.BENEFITS_ASK)
def ask(programme: str, round_name: str, by: str) -> None:
    """回答によって結果が変わり得る人だけを、一括照会に渡します。"""
    _show(jobs.ask(programme, round_name, by=_actor(by)))


@group.command(name="import-answers")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_programme
@_round
@_by
@verb(Permission.BENEFITS_IMPORT)
def import_answers(files: tuple[Path, ...], programme: str, round_name: str, by: str) -> None:
    """他市転入者出力レコードを取り込み、4情報を突合します。ファイルを省略すると一括照会の結果を使います。"""
    _show(jobs.import_answers(programme, round_name, by=_actor(by), files=files))


@group.command(name="number")
@_programme
@_by
@verb(Permission.BENEFITS_PRINT)
def number(programme: str, by: str) -> None:
    """支給対象世帯に給付管理番号を付けます。"""
    _show(jobs.number_cases(programme, by=_actor(by)))


@group.command(name="letters")
@_programme
@_out
@_by
@verb(Permission.BENEFITS_PRINT)
def letters(programme: str, out: Path, by: str) -> None:
    """お知らせ・確認書・申請書を印刷します（100世帯で1つのPDF）。支援措置・死亡・転出などは除き、件数を示します。"""
    _show(jobs.print_letters(programme, out, by=_actor(by)))


@group.command(name="notices")
@_programme
@_by
@verb(Permission.BENEFITS_RECEIVE)
def notices(programme: str, by: str) -> None:
    """届出の期限を過ぎたお知らせのうち、辞退も口座の変更もなかった世帯を、審査に進めます。"""
    _show(jobs.close_notices(programme, by=_actor(by)))


@group.command(name="receive")
@click.argument("file", type=click.Path(path_type=Path))
@_programme
@_by
@verb(Permission.BENEFITS_RECEIVE)
def receive(file: Path, programme: str, by: str) -> None:
    """返送された確認書のファイルを受け付けます。1世帯につき1件だけで、重複は理由とともに残します。"""
    _show(jobs.receive(programme, file, by=_actor(by)))
    refused = queries.refused_rows(programme, snapshots.file_sha256(file))
    for row, reason in refused[:_SHOWN_ROWS]:
        click.echo(f"  {file.name}:{row} {reason}")
    if len(refused) > _SHOWN_ROWS:
        click.echo(f"  ほか {len(refused) - _SHOWN_ROWS:,} 件")


@group.command(name="examine")
@_programme
@_by
@verb(Permission.BENEFITS_EXAMINE)
def examine(programme: str, by: str) -> None:
    """受け付けた確認書を審査します。"""
    _show(jobs.examine(programme, by=_actor(by)))


@group.command(name="approve")
@click.option("--count", type=int, help="承認する件数。異なるときは承認しません")
@click.option("--yen", type=int, help="承認する支給総額（円）。異なるときは承認しません")
@_programme
@_by
@verb(Permission.BENEFITS_APPROVE)
def approve(count: int | None, yen: int | None, programme: str, by: str) -> None:
    """審査を通った世帯を承認します。審査した職員は承認できません。"""
    _show(jobs.approve(programme, by=_actor(by), expected=count, expected_yen=yen))


@group.group(name="pay")
def pay() -> None:
    """支払: 起案、確定、総合振込ファイル"""


pay.add_command(bank_commands.cancel)


@pay.command(name="prepare")
@click.option(
    "--on",
    "transfer_on",
    help="振込指定日 (YYYY-MM-DD)。省略時は事業の定めた日、過ぎていれば銀行が間に合う最初の日",
)
@_programme
@_by
@verb(Permission.BENEFITS_PAY)
def prepare(transfer_on: str | None, programme: str, by: str) -> None:
    """承認済みの世帯を支払単位に組み入れます。"""
    _show(jobs.prepare_payment(programme, by=_actor(by), transfer_on=_day(transfer_on)))
    _show_batches(programme)


@pay.command(name="release")
@click.option("--yen", type=int, help="確定する支払総額（円）。異なるときは確定しません")
@_programme
@_by
@verb(Permission.BENEFITS_RELEASE)
def release(yen: int | None, programme: str, by: str) -> None:
    """起案された支払単位を確定します。審査・承認・起案した職員は確定できません。"""
    _show(jobs.release_payment(programme, by=_actor(by), expected_yen=yen))
    _show_batches(programme)


@pay.command(name="file")
@_programme
@_out
@_by
@verb(Permission.BENEFITS_RELEASE)
def file_(programme: str, out: Path, by: str) -> None:
    """確定した支払単位の総合振込ファイルを作ります。1つの支払単位から作れるのは1回だけです。"""
    lines = [line for line in queries.batches(programme) if not line.cancelled]
    if lines and all(line.bank_file for line in lines):
        numbers = "・".join(str(line.number) for line in lines)
        raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"支払単位 {numbers} の振込ファイルは作成済み")
    _show(jobs.write_bank_files(programme, out, by=_actor(by)))
    _show_batches(programme)


@pay.command(name="list")
@_programme
@_by
@verb(Permission.BENEFITS_PAYMENT_READ)
def list_(programme: str, by: str) -> None:
    """支払単位ごとの件数・金額・状態を示します。"""
    _actor(by)
    _show_batches(programme)


@pay.command(name="take")
@click.option("--number", type=int, required=True, help="支払単位")
@_programme
@_out
@_by
@verb(Permission.BENEFITS_RELEASE)
def take(number: int, programme: str, out: Path, by: str) -> None:
    """画面で作った総合振込ファイルを受け取ります。受け取れるのは1回だけです。"""
    name, data = take_bank_file(programme=find(programme), number=number, by=_actor(by))
    out.mkdir(parents=True, exist_ok=True)
    with (out / name).open("xb") as file:
        file.write(data)
    click.echo(f"{name} を受け取りました。")


def _actor(staff_id: str) -> Actor:
    return cli_actor.actor(staff_id)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise click.BadParameter("YYYY-MM-DD で指定してください", param_hint="--on") from error


def _show(reports: Sequence[StepReport]) -> None:
    for report in reports:
        counts = report.counts
        again = "（実行済み）" if report.resumed else ""
        click.echo(
            f"{report.name}: 対象 {counts.taken:,} 件、処理 {counts.accepted:,} 件、除外 {counts.refused:,} 件{again}"
        )
        for name, value in counts.totals.items():
            click.echo(f"  {name}: {value:,}")


def _show_batches(programme: str) -> None:
    amounts = queries.batch_amounts(programme)
    for line in queries.batches(programme):
        state = line.bank_file or (
            "取消し済み" if line.cancelled else "確定済み" if line.released else "未確定"
        )
        click.echo(
            f"支払単位 {line.number}: {line.payments:,} 件 {line.total_yen:,} 円 振込指定日 {line.transfer_on} {state}"
        )
        for amount, count in amounts.get(line.number, []):
            click.echo(f"  1件 {amount:,} 円: {count:,} 件 {amount * count:,} 円")
