"""`todoke inquiry …`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from django.conf import settings

from todoke.access import cli_actor
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.batch.steps import StepReport
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.actions.expire_queries import expire_queries
from todoke.systems.inquiry.actions.read_original import read_original
from todoke.systems.inquiry.actions.take_reply import take_reply
from todoke.systems.inquiry.rules.answer_checks import REFUSE
from todoke.systems.inquiry.rules.asking_again import Scope

_order = click.option("--order", "order_id", required=True, help="依頼番号")
_out = click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="出力先")
_by = click.option("--by", required=True, help="職員ID")


@click.group(name="inquiry")
def group() -> None:
    """税情報一括照会"""


@group.command(name="request")
@_order
@_out
@_by
@verb(Permission.INQUIRY_OPERATE)
def request(order_id: str, out: Path, by: str) -> None:
    """照会送付ファイルと国外転入者の一覧を作成し、統合番号連携システムへ送付します。"""
    _show(jobs.write_requests(order_id, out, by=cli_actor.actor(by)))
    for batch_id in jobs.batches(order_id):
        click.echo(f"照会依頼 {batch_id}")


@group.command(name="collect")
@_order
@_out
@_by
@verb(Permission.INQUIRY_OPERATE)
def collect(order_id: str, out: Path, by: str) -> None:
    """照会結果を取り込み、他市転入者出力レコードを作成します。他市町村課税の人は課税地へ二次照会します。"""
    _show(jobs.collect(order_id, out, by=cli_actor.actor(by)))
    for batch_id in jobs.batches(order_id):
        click.echo(f"結果を待つ照会依頼 {batch_id}（todoke linkage exchange の後、もう一度実行してください）")


@group.command(name="status")
@_order
@open_verb("件数だけを示す")
def status(order_id: str) -> None:
    """照会の状態を件数で示します。"""
    for label, count in jobs.standing(order_id).items():
        click.echo(f"{label}: {count:,} 人")
    click.echo(jobs.completeness(order_id))


@group.command(name="reask")
@_order
@_out
@click.option("--provider", default="", help="提供者（5桁の団体コード）だけ")
@click.option("--error", default="", help="エラー理由だけ")
@click.option("--remedied", multiple=True, help="原因を取り除いたエラー理由（繰り返し可）")
@click.option("--count", "expected", type=int, help="再照会する件数の見込み。違えば何もしません")
@_by
@verb(Permission.INQUIRY_REASK)
def reask(order_id: str, out: Path, by: str, **chosen: Any) -> None:  # noqa: ANN401 - as click gives them
    """失敗した照会（エラー・期限切れ）だけを、新しいレコード識別番号で再照会します。"""
    scope = Scope(chosen["provider"], chosen["error"])
    remedied, expected = set(chosen["remedied"]), chosen["expected"]
    actor = cli_actor.actor(by)
    _show(jobs.reask(order_id, out, scope, remedied=remedied, expected=expected, by=actor))
    for batch_id in jobs.batches(order_id):
        click.echo(f"照会依頼 {batch_id}")


@group.command(name="expire")
@_order
@click.option("--answer-days", type=click.IntRange(min=0), help="照会中の期限（日）")
@click.option("--held-days", type=click.IntRange(min=0), help="提供者確認中の期限（日）")
@click.option("--reason", required=True, help="理由")
@_by
@verb(Permission.INQUIRY_EXPIRE)
def expire(order_id: str, answer_days: int | None, held_days: int | None, reason: str, by: str) -> None:
    """期限までに回答のない照会を期限切れとします。遅れて届いた回答は取り込みます。"""
    expired = expire_queries(
        order_id=order_id,
        answer_days=settings.TODOKE_ANSWER_DAYS if answer_days is None else answer_days,
        held_days=settings.TODOKE_HELD_DAYS if held_days is None else held_days,
        reason=reason,
        by=cli_actor.actor(by),
    )
    click.echo(f"期限切れ {expired:,} 件")


def _show(reports: list[StepReport]) -> None:
    for report in reports:
        totals = "／".join(f"{name} {value:,}" for name, value in report.counts.totals.items())
        click.echo(f"{totals}{'（済み）' if report.resumed else ''}")


@group.command(name="reply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--request", "number", type=int, required=True, help="照会送付ファイルの番号")
@_by
@verb(Permission.INQUIRY_OPERATE)
def reply(file: Path, number: int, by: str) -> None:
    """照会結果ファイル（区様式）を取り込み、内容を検査して保管します。"""
    changed = take_reply(number=number, path=file, by=cli_actor.actor(by))
    click.echo(f"{file.name}: 状態の変わった照会 {changed:,} 件")


@group.command(name="findings")
@_order
@open_verb("団体ごとの件数だけを示す")
def findings(order_id: str) -> None:
    """回答の検査結果を、団体と種類ごとの件数で示します。疑わしい団体には印が付きます。"""
    counts = queries.finding_counts(order_id)
    for found in counts:
        mark = "【疑わしい団体】" if found.suspect else ""
        kind = "回答エラー" if found.severity == REFUSE else "要確認"
        click.echo(
            f"{found.provider} {kind} {found.persons:,}／{found.answers:,} 人 {found.sentence}（{found.code}）{mark}"
        )
    if not counts:
        click.echo("検査で見つかったものはありません。")


@group.command(name="raw")
@click.option("--record", "record_id", required=True, help="レコード識別番号")
@click.option("--purpose", required=True, help="利用目的")
@_by
@verb(Permission.INQUIRY_ORIGINAL)
def raw(record_id: str, purpose: str, by: str) -> None:
    """封印した回答の原本を、届いたままの形で開きます（閲覧は記録されます）。"""
    for found in read_original(record_id=record_id, by=cli_actor.actor(by, purpose=purpose)):
        click.echo(f"{found.received_at:%Y-%m-%d %H:%M:%S} {found.source} 提供者 {found.provider}")
        click.echo(f"明細単位 {found.detail} {found.detail_message}")
        click.echo(f"特定個人情報名単位 {found.information} {found.information_message}")
        click.echo(f"SHA-256 {found.sha256}")
        for label, words in found.items:
            click.echo(f"  {label}: {words}")
        click.echo(found.text)
