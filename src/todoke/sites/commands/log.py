"""`todoke oplog`: sealing, export, verification, retention and a look into a realm's operation logs."""

from __future__ import annotations

import json
import signal
import threading
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.kernel.clock import JAPAN
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from todoke.access.permissions import Actor
    from todoke.oplog.sealing import Sealed
    from todoke.oplog.verify import Report
    from todoke.sites.instance import Instance

_FOLDER = click.Path(path_type=Path, file_okay=False)
_realm = click.argument("realm", type=click.Choice([realm.value for realm in Realm]))
_by = click.option("--by", required=True, help="職員ID")
_purpose = click.option("--purpose", required=True, help="利用目的")
_day = click.DateTime(["%Y-%m-%d"])
_since = click.option("--since", type=_day, required=True, help="この日から")
_until = click.option("--until", type=_day, required=True, help="この日の前日まで")
_WITNESS_EVERY = 60.0


@click.group("oplog")
def group() -> None:
    """操作の記録の封印・検証・書出し・削除・閲覧。"""


@group.command("seal")
@_realm
@click.option("--once", is_flag=True, help="一度だけ封印して終わります")
@click.option("--interval", default=5.0, show_default=True, type=click.FloatRange(0.1, 10), help="間隔（秒）")
@open_verb("封印は人の操作ではなく、領域の署名鍵を読める処理だけが行える")
def seal(realm: str, once: bool, interval: float) -> None:
    """領域の記録を封印し続けます。封印が遅れたときは、それを示します。"""
    instance = _enter(realm)
    from todoke.sites import log_keeping, witnessing

    stop, sent_at = threading.Event(), 0.0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with log_keeping.sealers(instance, Realm(realm)) as sealers:
        while True:
            found = {name: one.seal() for name, one in sealers.items()}
            _show_seals(found, everything=once)
            if once or time.monotonic() - sent_at > _WITNESS_EVERY:
                witnessing.send_checkpoints(instance, Realm(realm))
                sent_at = time.monotonic()
            if once or stop.wait(interval):
                break
    late = {name: one for name, one in found.items() if one.alarming}
    for name, one in late.items():
        raise TodokeError(ErrorCode.LOG_LAGGING, log=name, seconds=round(one.lag_seconds))


@group.command("status")
@_realm
@open_verb("件数と遅れだけを示し、記録の中身は示さない")
def status(realm: str) -> None:
    """記録ごとの区間・封印待ち・遅れ（秒）を示します。監視に使えます。"""
    instance = _enter(realm)
    from todoke.sites import log_keeping

    for name, state in log_keeping.state(instance, Realm(realm)).items():
        click.echo(
            f"{name:<22} 区間 {state.segments:>7,}  封印待ち {state.waiting:>7,}  遅れ {state.lag_seconds:7.1f} 秒"
        )


@group.command("keys")
@open_verb("公開鍵だけを示す")
def public_keys() -> None:
    """検証に使う公開鍵を JSON で示します。書き出しとは別に、監査人に渡してください。"""
    from todoke.sites import log_keeping
    from todoke.sites.instance import Instance

    click.echo(json.dumps(log_keeping.public_keys(Instance.load()), indent=1))


@group.command("export")
@_realm
@click.option("--out", required=True, type=_FOLDER, help="書き出すフォルダー（空または無いもの）")
@_purpose
@_by
@verb(Permission.OPLOG_EXPORT)
def export(realm: str, out: Path, purpose: str, by: str) -> None:
    """領域の記録を、鍵もデータベースもない場所で検証できる形に書き出します。"""
    if out.exists() and any(out.iterdir()):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{out.name} は空ではありません")
    instance = _enter(realm)
    from todoke.sites import log_actions

    counts = log_actions.export(
        instance=instance,
        realm=Realm(realm),
        folder=out,
        by=_actor(by, purpose),
        progress=lambda log, rows: click.echo(f"  {log} {rows:,} 件", err=True),
    )
    click.echo(f"記録 {len(counts)} 本、{sum(counts.values()):,} 件を {out.name} に書き出しました。")


@group.command("verify")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--keys", "key_file", type=click.Path(path_type=Path), help="信頼する公開鍵（oplog keys の JSON）"
)
@click.option(
    "--witness", "witnesses", multiple=True, type=_FOLDER, help="他の領域の書き出し。何度でも指定可"
)
@click.option("--processes", type=click.IntRange(0), help="並列数（省略時は CPU の数）")
@open_verb("書き出しを持つ人が公開鍵だけで行う。データベースにもサイトにも触れない")
def verify(folder: Path, key_file: Path | None, witnesses: tuple[Path, ...], processes: int | None) -> None:
    """書き出した記録を公開鍵だけで検証します。改ざんがあれば、最初の一件を名指しします。"""
    from todoke.oplog import verify as verifier

    trusted = _trusted(key_file) if key_file else None
    _show_report(verifier.verify(folder, trusted=trusted, witnesses=witnesses, processes=processes))


@group.command("check")
@_realm
@click.option("--witness", "witnesses", multiple=True, type=_FOLDER, help="他の領域の書き出し")
@_by
@verb(Permission.OPLOG_VERIFY)
def check(realm: str, witnesses: tuple[Path, ...], by: str) -> None:
    """いまの記録を検証し、検証したことも記録します。"""
    instance = _enter(realm)
    from todoke.sites import log_actions

    _show_report(log_actions.check(instance=instance, realm=Realm(realm), by=_actor(by), witnesses=witnesses))


@group.command("search")
@_realm
@click.option("--staff", default="", help="職員ID")
@click.option("--event", "verbs", multiple=True, help="操作（例 benefits:letter:print）。何度でも指定可")
@click.option("--outcome", type=click.Choice(["done", "refused", "failed"]), default=None, help="結果")
@click.option("--since", type=_day, help="この日から")
@click.option("--until", type=_day, help="この日の前日まで")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@_purpose
@_by
@verb(Permission.OPLOG_READ)
def search(  # noqa: PLR0917 - click passes by name
    realm: str, staff: str, verbs: tuple[str, ...], outcome: str | None, since: datetime | None,
    until: datetime | None, limit: int, purpose: str, by: str,
) -> None:  # fmt: skip
    """記録を検索し、新しいものから文で示します。"""
    instance = _enter(realm)
    from todoke.oplog.search import Criteria
    from todoke.sites import log_actions, log_keeping

    criteria = Criteria(
        actor=staff, verbs=verbs, outcome=outcome or "", since=_japan(since), until=_japan(until)
    )
    aliases = log_keeping.logs_of(instance, Realm(realm))
    page = log_actions.look(aliases=aliases, criteria=criteria, by=_actor(by, purpose), limit=limit)
    for entry in page.entries:
        click.echo(log_actions.said(entry))
    if page.following:
        click.echo(f"（{limit} 件まで示しました。期間を狭めてください）")


@group.command("unusual")
@_realm
@_since
@_until
@_purpose
@_by
@verb(Permission.OPLOG_READ)
def unusual(realm: str, since: datetime, until: datetime, purpose: str, by: str) -> None:
    """通常と異なる利用の一覧（本人・家族・同僚、支援措置対象者、件数の多い日、時間外、氏名だけの検索、拒否の連続）。"""
    instance = _enter(realm)
    from todoke.oplog.sentences import when
    from todoke.sites import log_actions, log_keeping, near_staff

    found = log_actions.unusual_accesses(
        aliases=log_keeping.logs_of(instance, Realm(realm)),
        since=_at(since),
        until=_at(until),
        by=_actor(by, purpose),
        relations=near_staff.relations,
        protected=near_staff.protected,
    )
    for one in found:
        click.echo(
            f"{one.rule.value} {one.alias} {one.actor} {one.note} {one.count:,}件 {when(one.first)}〜{when(one.last)}"
        )
    click.echo(f"{len(found)} 行")


@group.command("sheet")
@_realm
@_since
@_until
@_purpose
@_by
@verb(Permission.OPLOG_READ)
def sheet(realm: str, since: datetime, until: datetime, purpose: str, by: str) -> None:
    """自己点検票のもとになる件数。"""
    instance = _enter(realm)
    from todoke.sites import log_actions, log_keeping

    lines = log_actions.inspection_sheet(
        aliases=log_keeping.logs_of(instance, Realm(realm)),
        since=_at(since),
        until=_at(until),
        by=_actor(by, purpose),
    )
    for line in lines:
        mark = {True: "適", False: "要確認", None: "―"}[line.clean]
        click.echo(f"{line.found:>9,}  {mark:<4} {line.question}（{line.source}）")


@group.command("drop-request")
@_realm
@click.argument("log")
@click.argument("month")
@click.option("--legal-basis", required=True, help="削除の根拠（保存期間の定め）")
@_by
@verb(Permission.OPLOG_DROP_REQUEST)
def drop_request(realm: str, log: str, month: str, legal_basis: str, by: str) -> None:
    """保存期間を過ぎた月（例 2019-04）の削除を申請します。"""
    instance = _enter(realm)
    from todoke.sites import log_actions

    n, root = log_actions.request_drop(
        alias=_log_of(instance, realm, log), month=_month(month), legal_basis=legal_basis, by=_actor(by)
    )
    click.echo(
        f"{log} {month}：{n:,} 件（根 {root.hex()[:16]}…）の削除を申請しました。別の職員が確認してください。"
    )


@group.command("drop-month")
@_realm
@click.argument("log")
@click.argument("month")
@_by
@verb(Permission.OPLOG_DROP_APPROVE)
def drop_month(realm: str, log: str, month: str, by: str) -> None:
    """申請された月を、申請者とは別の職員が確認して削除します。根と削除の記録は残ります。"""
    instance = _enter(realm)
    from todoke.sites import log_actions

    alias = _log_of(instance, realm, log)
    count = log_actions.confirm_drop(alias=alias, month=_month(month), by=_actor(by))
    click.echo(f"{log} {month}：{count:,} 件を削除しました。")


@group.command("erase-request")
@_realm
@click.argument("log")
@click.argument("operation", type=int)
@click.option("--legal-basis", required=True, help="消去の根拠")
@_by
@verb(Permission.OPLOG_ERASE_REQUEST)
def erase_request(realm: str, log: str, operation: int, legal_basis: str, by: str) -> None:
    """一件の記録の、個人に関する部分の消去を申請します。"""
    instance = _enter(realm)
    from todoke.sites import log_actions

    alias = _log_of(instance, realm, log)
    log_actions.request_erasure(alias=alias, operation_id=operation, legal_basis=legal_basis, by=_actor(by))
    click.echo("消去を申請しました。別の職員が確認してください。")


@group.command("erase")
@_realm
@click.argument("log")
@click.argument("operation", type=int)
@_by
@verb(Permission.OPLOG_ERASE_APPROVE)
def erase(realm: str, log: str, operation: int, by: str) -> None:
    """申請された消去を、申請者とは別の職員が確認して行います。記録の他の部分は検証できるまま残ります。"""
    instance = _enter(realm)
    from todoke.sites import log_actions

    log_actions.confirm_erasure(alias=_log_of(instance, realm, log), operation_id=operation, by=_actor(by))
    click.echo("個人に関する部分を消去しました。")


def _enter(realm: str) -> Instance:
    from todoke.sites.entering import enter_for_command
    from todoke.sites.instance import Instance

    enter_for_command(click.get_current_context(), Realm(realm))
    return Instance.load()


def _actor(staff_id: str, purpose: str = "") -> Actor:
    from todoke.access import cli_actor

    return cli_actor.actor(staff_id, purpose=purpose)


def _log_of(instance: Instance, realm: str, log: str) -> str:
    from todoke.sites import log_keeping

    if log not in log_keeping.logs_of(instance, Realm(realm)):
        raise TodokeError(ErrorCode.NOT_FOUND, what="この領域の記録")
    return log


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.UsageError("月は 2019-04 のように書いてください。") from None


def _at(day: datetime) -> datetime:
    return day.replace(tzinfo=JAPAN)


def _japan(day: datetime | None) -> datetime | None:
    return _at(day) if day else None


def _trusted(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): str(key) for name, key in found.items() if bytes.fromhex(key)}
    except (OSError, ValueError, AttributeError, TypeError):
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name) from None


def _show_seals(found: dict[str, Sealed], *, everything: bool) -> None:
    for name, one in found.items():
        if everything or one.alarming:
            late = "  遅れています" if one.alarming else ""
            click.echo(
                f"{name:<22} 封印 {one.rows:>7,} 件  待ち {one.waiting:>6,} 件  {one.lag_seconds:.1f} 秒{late}"
            )


def _show_report(report: Report) -> None:
    for log in report.logs:
        click.echo(
            f"{log.log:<22} 検証済 {log.verified:>10,}  適法に削除 {log.deleted:>9,}  欠落 {log.missing:>7,}"
            f"  未封印 {log.unsealed:>6,}  区間 {log.segments:>6,}  証人 {log.witnessed:>5,}"
        )
    if not report.trusted:
        click.echo("注意：書き出しに入っている公開鍵で確かめました。別に受け取った鍵は --keys で指定します。")
    for fault in report.faults[:20]:
        click.echo(str(fault))
    if report.first is not None:
        raise TodokeError(ErrorCode.LOG_DAMAGED, log=report.first.log, reason=str(report.first))
    click.echo("すべて検証できました。")
