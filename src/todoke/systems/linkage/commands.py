"""`todoke linkage …`"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from django.utils import timezone

from todoke.access import cli_actor
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.contracts import registry
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage import file_commands, jobs, queries
from todoke.systems.linkage.actions.conversions.confirm_right import confirm_right
from todoke.systems.linkage.actions.conversions.declare_right import declare_right
from todoke.systems.linkage.actions.conversions.end_right import end_right
from todoke.systems.linkage.actions.conversions.hand_out_conversion import hand_out_conversion
from todoke.systems.linkage.actions.conversions.receive_conversion import receive_conversion
from todoke.systems.linkage.actions.conversions.register_system import register_system
from todoke.systems.linkage.actions.numbers.renew_forms import renew_forms
from todoke.systems.linkage.actions.queries.check_intermediary import check_intermediary
from todoke.systems.linkage.actions.registrations.take_request_file import take_request_file
from todoke.systems.linkage.actions.replicas.repair_replicas import repair_replicas
from todoke.systems.linkage.jobs import Exchanged
from todoke.systems.linkage.jobs import replicas as replica_jobs
from todoke.systems.linkage.models import ConsistencyRun
from todoke.systems.linkage.models.consistency import COUNTED
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.queries import codes as codes_read
from todoke.systems.linkage.queries import consistency, conversion_files
from todoke.systems.linkage.rules.conversions import Direction, Route

_from = click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), required=True, help="有効期間の初日"
)
_until = click.option("--until", "valid_until", type=click.DateTime(["%Y-%m-%d"]), help="有効期間の末日")
_by = click.option("--by", required=True, help="職員ID")


@click.group(name="linkage")
def group() -> None:
    """統合番号連携システム"""


group.add_command(file_commands.group)


@group.command(name="load")
@click.argument("file", type=click.Path(path_type=Path))
@_by
@verb(Permission.LINKAGE_OPERATE)
def load(file: Path, by: str) -> None:
    """個人番号・住基個人コード・4情報を取り込み、統合番号を付けます。"""
    (report,) = jobs.load(file, by=cli_actor.actor(by))
    minted = report.counts.totals.get("統合番号の付番", 0)
    click.echo(f"{file.name}: {report.counts.accepted:,} 人（付番 {minted:,} 人）")


@group.command(name="convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--system", required=True, help="既存業務システムの符号（welfare など）")
@click.option("--duty", required=True, help="事務コード（JM…）")
@click.option("--purpose", required=True, help="利用目的")
@_by
@verb(Permission.LINKAGE_CONVERSION_DOWNLOAD)
def convert(*, source: Path, target: Path, system: str, duty: str, purpose: str, by: str) -> None:
    """既存業務システムのために、IN の番号を変換して OUT に書きます。許可された変換だけを行い、止まったときは同じ命令で続けます。"""
    actor = cli_actor.actor(by, purpose=purpose)
    if not source.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=source.name)
    job = receive_conversion(
        data=source.read_bytes(), file_name=source.name, system=system, duty=duty, by=actor
    )
    report = jobs.convert_file(job_id=job.job_id, by=actor)
    digest = conversion_files.write(target, hand_out_conversion(job_id=job.job_id, by=actor))
    for outcome, count in report.counts.totals.items():
        click.echo(f"{outcome}: {count:,} 件")
    click.echo(f"{target.name}: {report.counts.taken:,} 件 SHA-256 {digest}")


@group.group(name="system")
def system_group() -> None:
    """既存業務システム。"""


@system_group.command(name="register")
@click.argument("code")
@click.option("--title", required=True, help="名称")
@click.option("--duty", "duties", multiple=True, required=True, help="担当する事務コード（JM…）")
@_from
@_until
@_by
@verb(Permission.LINKAGE_SYSTEM_REGISTER)
def register(
    *,
    code: str,
    title: str,
    duties: tuple[str, ...],
    valid_from: datetime,
    valid_until: datetime | None,
    by: str,
) -> None:
    """既存業務システムを登録します。登録しただけでは何も許可されません。"""
    register_system(
        code=code,
        title=title,
        duties=duties,
        valid_from=valid_from.date(),
        valid_until=valid_until.date() if valid_until else None,
        by=cli_actor.actor(by),
    )
    click.echo(f"{code}: {title} を登録しました。")


@group.group(name="right")
def right_group() -> None:
    """番号変換の許可。"""


@right_group.command(name="declare")
@click.option("--system", required=True, help="既存業務システム")
@click.option("--duty", required=True, help="事務コード（JM…）")
@click.option(
    "--direction", type=click.Choice([d.value for d in Direction]), required=True, help="変換の向き"
)
@click.option("--local-system", default="", help="業務固有番号のシステム（業務固有番号の変換のみ）")
@click.option("--law", required=True, help="根拠")
@_from
@_until
@_by
@verb(Permission.LINKAGE_RIGHT_DECLARE)
def declare(
    *, system: str, duty: str, direction: str, local_system: str, law: str,
    valid_from: datetime, valid_until: datetime | None, by: str,
) -> None:  # fmt: skip
    """番号変換の許可を申請します。別の人が確認するまで効力はありません。"""
    right = declare_right(
        system=system,
        duty=duty,
        route=Route(direction=Direction(direction), local_system=local_system),
        law=law,
        valid_from=valid_from.date(),
        valid_until=valid_until.date() if valid_until else None,
        by=cli_actor.actor(by),
    )
    click.echo(f"許可の申請 {right.pk}: 確認待ち")


@right_group.command(name="confirm")
@click.argument("right", type=int)
@_by
@verb(Permission.LINKAGE_RIGHT_CONFIRM)
def confirm(right: int, by: str) -> None:
    """申請された許可を確認し、有効にします。"""
    confirm_right(right_id=right, by=cli_actor.actor(by))
    click.echo(f"許可 {right}: 有効")


@right_group.command(name="end")
@click.argument("right", type=int)
@_by
@verb(Permission.LINKAGE_RIGHT_DECLARE)
def end(right: int, by: str) -> None:
    """許可をただちに終わらせます。"""
    end_right(right_id=right, by=cli_actor.actor(by))
    click.echo(f"許可 {right}: 終了")


@group.command(name="rotate-keys")
@_by
@verb(Permission.LINKAGE_KEYS_ROTATE)
def rotate_keys(by: str) -> None:
    """個人番号の鍵を新しくし、全件を封印し直して、古い鍵を廃棄します。業務は止まりません。"""
    report = jobs.rotate_keys(by=cli_actor.actor(by))
    destroyed = report.counts.totals.get("廃棄した鍵の世代", 0)
    click.echo(
        f"第 {report.key} 世代の鍵で {report.counts.accepted:,} 件を封印し直し、古い鍵 {destroyed} 世代を廃棄しました。"
    )


@group.command(name="forms")
@_by
@verb(Permission.LINKAGE_OPERATE)
def forms(by: str) -> None:
    """4情報の比較形を、今の規則で作り直します（規則の版が変わった後に一度）。"""
    click.echo(f"比較形の更新: {renew_forms(by=cli_actor.actor(by)):,} 人")


@group.command(name="codes")
@click.option("--all", "everybody", is_flag=True, required=True, help="符号のない全員について取得を要求する")
@click.option(
    "--organisation", default="", help="市長部局のほかの機関（教育委員会など）の符号なら、その機関コード"
)
@_by
@verb(Permission.LINKAGE_OPERATE)
def codes(everybody: bool, organisation: str, by: str) -> None:
    """符号の取得を要求します。"""
    actor = cli_actor.actor(by)
    transport = registry.need(Transport)
    report = jobs.acquire(batch_ids=None, by=actor, transport=transport, organisation=organisation)
    click.echo(f"符号取得の要求: {report.counts.accepted:,} 人")


@group.command(name="register-persons")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--system", required=True, help="依頼元の既存業務システムの符号")
@click.option("--duty", required=True, help="依頼元の事務")
@click.option("--purpose", required=True, help="利用目的")
@_by
@verb(Permission.LINKAGE_REGISTER_REQUEST)
def register_persons(file: Path, system: str, duty: str, purpose: str, by: str) -> None:
    """住登外者の登録をファイルで依頼します。誤りのある行があれば、ファイル全体を受け付けません。"""
    actor = cli_actor.actor(by)
    taken = take_request_file(file=file, system=system, duty=duty, purpose=purpose, by=actor)
    click.echo(
        f"{file.name}: {taken.rows:,} 件（確認待ち: 紐付け {taken.proposed_known:,}、新規 {taken.proposed_new:,}／"
        f"選択待ち {taken.undecided:,}）"
    )


@group.group(name="consistency")
def consistency_group() -> None:
    """住登外者の、住基ネットとの整合性確認"""


@consistency_group.command(name="run")
@_by
@verb(Permission.LINKAGE_COMPARE)
def consistency_run(by: str) -> None:
    """住登外者の4情報を住基ネットの一括提供で確かめ、差異の一覧を作ります。止まったときは同じ命令で続きから再開します。"""
    _show_run(jobs.check_consistency(by=cli_actor.actor(by), transport=registry.need(Transport)))


@consistency_group.command(name="status")
@open_verb("件数だけを示す")
def consistency_status() -> None:
    """これまでの整合性確認を、新しい順に件数で示します。"""
    for run in consistency.runs():
        _show_run(run)


@group.command(name="code-status")
@open_verb("件数だけを示す")
def code_status() -> None:
    """符号の取得状況を、状態とエラーの理由ごとの人数で示します。"""
    counted = codes_read.counts()
    click.echo("／".join(f"{state.label} {count:,}" for state, count in counted.by_state.items()))
    for reason, count in counted.by_reason.items():
        click.echo(f"  {reason} {count:,}")
    if counted.stuck:
        click.echo(f"要求から長く届かない符号 {counted.stuck:,}")


@group.command(name="intermediary")
@_by
@verb(Permission.LINKAGE_WATCH)
def intermediary(by: str) -> None:
    """中間サーバーの稼働状況を、今すぐ確かめます。"""
    seen = check_intermediary(transport=registry.need(Transport), by=cli_actor.actor(by))
    click.echo(f"中間サーバー: {seen.label}")


@group.command(name="exchange")
@click.option("--batch", "batch_ids", multiple=True, help="照会依頼の番号（省略時は結果を待つ全部）")
@click.option("--timeout", default=300.0, show_default=True, help="結果を待つ秒数")
@_by
@verb(Permission.LINKAGE_OPERATE)
def exchange(batch_ids: tuple[str, ...], timeout: float, by: str) -> None:
    """符号の取得、情報照会の送信、結果の取得を続けて行います。止まったときは同じ命令で続きから再開します。"""
    chosen = batch_ids or queries.unfinished_batches()
    jobs.exchange(
        chosen,
        by=cli_actor.actor(by),
        transport=registry.need(Transport),
        dispatcher=registry.need(Dispatcher),
        timeout=timeout,
    )
    _show(jobs.standing(chosen))


@group.command(name="poll")
@_by
@verb(Permission.LINKAGE_OPERATE)
def poll(by: str) -> None:
    """確認中だった照会の結果など、新しい結果を取得します。"""
    actor = cli_actor.actor(by)
    click.echo(f"状態の変わった照会: {jobs.poll(by=actor, transport=registry.need(Transport)):,} 件")


@group.group(name="replicas")
def replicas() -> None:
    """副本の登録と照合"""


@replicas.command(name="register")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--system", default=RESIDENTS, show_default=True, help="業務固有番号を付けた既存業務システム")
@_by
@verb(Permission.LINKAGE_REPLICA_OPERATE)
def register_masters(file: Path, system: str, by: str) -> None:
    """正本のファイルを検査し、副本として中間サーバーに登録します。止まったときは同じ命令で続きから再開します。"""
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    actor, line = cli_actor.actor(by), registry.need(Dispatcher)
    counts = replica_jobs.register(file, by=actor, dispatcher=line, system=system).counts
    words = "／".join(f"{name} {count:,}" for name, count in counts.totals.items())
    click.echo(f"{file.name}: {counts.accepted:,} 件（{words}／拒否 {counts.refused:,}）")


@replicas.command(name="reconcile")
@_by
@verb(Permission.LINKAGE_REPLICA_OPERATE)
def reconcile(by: str) -> None:
    """正本（登録した内容）と副本を件数と照合値で比べます。"""
    report = replica_jobs.reconcile(by=cli_actor.actor(by), transport=registry.need(Transport))
    words = "／".join(f"{name} {count:,}" for name, count in report.counts.totals.items())
    click.echo(f"正本の登録 {report.counts.taken:,} 件／違い {report.counts.refused:,} 件（{words}）")


@replicas.command(name="repair")
@click.argument("comparison", type=int)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--system", default=RESIDENTS, show_default=True, help="業務固有番号を付けた既存業務システム")
@_by
@verb(Permission.LINKAGE_REPLICA_OPERATE)
def repair(comparison: int, file: Path, system: str, by: str) -> None:
    """照合で違った副本だけを、正本のファイルから登録し直します。"""
    count = repair_replicas(reconciliation=comparison, file=file, system=system, by=cli_actor.actor(by))
    click.echo(f"再登録: {count:,} 件（送信は自動で続きます）")


@group.command(name="status")
@click.option("--batch", "batch_ids", multiple=True, required=True, help="照会依頼の番号")
@open_verb("件数だけを示す")
def status(batch_ids: tuple[str, ...]) -> None:
    """照会の状態を件数で示します。"""
    _show(jobs.standing(batch_ids))


def _show_run(run: ConsistencyRun) -> None:
    when = timezone.localtime(run.started_at)
    counts = "／".join(f"{title} {getattr(run, name) or 0:,}" for name, title in COUNTED.items())
    state = f"対象 {run.asked:,} 人: {counts}" if run.finished_at else "途中（consistency run で再開）"
    click.echo(f"第 {run.pk} 回 {when:%Y-%m-%d %H:%M} {state}")


def _show(stand: Exchanged) -> None:
    click.echo(
        f"回答あり {stand.answered:,}／該当なし {stand.no_record:,}／提供者確認中 {stand.held:,}／"
        f"提供不許可 {stand.release_refused:,}／照会エラー {stand.refused:,}／照会中 {stand.open:,}"
    )
