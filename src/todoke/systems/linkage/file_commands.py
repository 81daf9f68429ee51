"""`todoke linkage files …`"""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import verb
from todoke.access.permissions import Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.systems.linkage.actions.files.forget_contents import forget_contents
from todoke.systems.linkage.actions.files.repeat_file import repeat_file
from todoke.systems.linkage.actions.files.set_file_partner import set_file_partner
from todoke.systems.linkage.actions.files.set_file_queue import QueueLimits, set_file_queue
from todoke.systems.linkage.actions.files.stop_file_queue import resume_file_queue, stop_file_queue
from todoke.systems.linkage.flows import FileState, QueueState
from todoke.systems.linkage.jobs import files as jobs
from todoke.systems.linkage.queries import file_lists, file_places
from todoke.systems.linkage.rules import file_kinds, file_refusals
from todoke.systems.linkage.rules.file_kinds import Direction

_by = click.option("--by", required=True, help="職員ID")
_queue = click.argument("queue")
_reason = click.option("--reason", required=True, help="理由")


@click.group("files")
def group() -> None:
    """既存業務システムとのファイル連携"""


@group.command("run")
@click.option("--queue", "queues", multiple=True, help="待ち行列（省略時は全部。例: residents/in/numbers）")
@_by
@verb(Permission.LINKAGE_FILE_RUN)
def run(queues: tuple[str, ...], by: str) -> None:
    """全部の待ち行列を順に回り、届いたものを取り込み、送るものを送ります。止まったときは同じ命令で続きから再開します。"""
    walked = jobs.run_files(by=cli_actor.actor(by), queues=queues)
    for step in walked.steps:
        counts = step.counts
        totals = "".join(f"／{name} {value:,}" for name, value in counts.totals.items())
        click.echo(
            f"{step.key.rpartition(' ')[0]}号: 取込 {counts.accepted:,}／拒否 {counts.refused:,}{totals}"
        )
    click.echo(f"受付・送出・受領確認 {walked.arrived:,} 個、処理 {len(walked.steps):,} 個")
    if walked.troubled:
        what = "、".join(walked.troubled)
        raise TodokeError(ErrorCode.UNAVAILABLE, what=f"待ち行列 {what} の処理")


@group.command("list")
@_by
@verb(Permission.LINKAGE_FILE_READ)
def list_(by: str) -> None:
    """待ち行列ごとに、状態・最後の番号・待っている数を示します。"""
    cli_actor.actor(by)
    for one in file_lists.standings():
        state = QueueState(one.state).label
        waits = f"待ち {one.waiting:,} 個 {one.waiting_records:,} 件"
        click.echo(
            f"{one.name}  {one.title}  {state}  最後 {one.last_number or '－'}  {waits}  上限 {one.record_limit:,}"
        )
        for alarm in one.alarms:
            click.echo(f"  警報: {alarm}")


@group.command("alarms")
@_by
@verb(Permission.LINKAGE_FILE_READ)
def alarms(by: str) -> None:
    """人が確かめるべきことだけを示します。あれば終了コードは 4 です。"""
    cli_actor.actor(by)
    found = file_lists.alarms()
    for name, alarm in found:
        click.echo(f"{name}: {alarm}")
    if found:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"ファイル連携の警報 {len(found)} 件")


@group.command("show")
@_queue
@click.option("--last", default=20, show_default=True, help="新しいものから幾つ示すか")
@_by
@verb(Permission.LINKAGE_FILE_READ)
def show(queue: str, last: int, by: str) -> None:
    """待ち行列のファイルと、拒否の理由・誤りのある行を示します。"""
    cli_actor.actor(by)
    for file in file_lists.files(file_lists.queue_named(queue))[:last]:
        state, counts = FileState(file.state).label, f"{file.records:,} 件"
        click.echo(
            f"{file.pk}  第{file.number or '－'}号  {state}  {counts}  {file.sha256[:16]}  {file.file_name}"
        )
        if file.refusal:
            repeated = f"（{file.repeats.file_name}）" if file.repeats else ""
            click.echo(f"  {file_refusals.sentence(file.refusal)}{repeated}")
        for fault in file.faults.using("linkage").order_by("row", "pk")[:100]:
            click.echo(f"  {fault.row} 行 {fault.column}: {fault.rule}")


@group.command("stop")
@_queue
@_reason
@_by
@verb(Permission.LINKAGE_QUEUE_STOP)
def stop(queue: str, reason: str, by: str) -> None:
    """待ち行列を止めます。届くファイルは封印して待たせます。"""
    stop_file_queue(queue=file_lists.queue_named(queue), reason=reason, by=cli_actor.actor(by))
    click.echo(f"{queue} を停止しました。")


@group.command("resume")
@_queue
@_reason
@_by
@verb(Permission.LINKAGE_QUEUE_STOP)
def resume(queue: str, reason: str, by: str) -> None:
    """止めた待ち行列を再開します。"""
    resume_file_queue(queue=file_lists.queue_named(queue), reason=reason, by=cli_actor.actor(by))
    click.echo(f"{queue} を再開しました。")


@group.command("repeat")
@click.argument("file", type=int)
@click.option("--corrected", type=click.Path(path_type=Path), help="直した内容（省略時は元の内容）")
@_by
@verb(Permission.LINKAGE_FILE_RUN)
def repeat(file: int, corrected: Path | None, by: str) -> None:
    """相手が拒んだファイル（show の先頭の番号）を、新しい番号で送り直します。"""
    if corrected is not None and not corrected.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=corrected.name)
    new = repeat_file(file=file_lists.file(file), corrected=corrected, by=cli_actor.actor(by))
    click.echo(f"第{new.number}号として送り直します。")


@group.command("forget")
@_by
@verb(Permission.LINKAGE_FILE_FORGET)
def forget(by: str) -> None:
    """保管日数を過ぎたファイルの内容を消します（番号・要約値・件数は残ります）。"""
    click.echo(f"内容を消したファイル: {forget_contents(by=cli_actor.actor(by)):,} 個")


@group.command("partner")
@click.argument("system")
@click.option("--signing-key", required=True, help="相手の署名の公開鍵（Ed25519、16進64桁）")
@click.option("--recipient", default="", help="相手に封入して送るときの公開鍵（age1…）")
@click.option("--account", default="", help="フォルダーの持ち主になるOSのアカウント")
@_by
@verb(Permission.LINKAGE_QUEUE_SET)
def partner(system: str, signing_key: str, recipient: str, account: str, by: str) -> None:
    """相手のシステムの鍵を登録し、こちらの公開鍵を示します。"""
    actor = cli_actor.actor(by)
    set_file_partner(system=system, signing_key=signing_key, recipient=recipient, account=account, by=actor)
    vault = file_places.vault()
    click.echo(f"{system} を登録しました。相手に渡す鍵: 署名 {vault.public_key}／封入 {vault.recipient}")


@group.command("queue")
@click.argument("system")
@click.argument("direction", type=click.Choice([way.value for way in Direction]))
@click.argument("kind")
@click.option("--layout", required=True, help="様式の名前")
@click.option("--edition", required=True, help="様式の版")
@click.option("--format", "form", required=True, type=click.Choice([one.value for one in Format]))
@click.option("--charset", required=True, help="文字集合")
@click.option("--profile", default="", help="波ダッシュ系の字の読み方")
@click.option("--limit", default=200_000, show_default=True, help="一回の件数の上限")
@click.option("--cut", is_flag=True, help="上限を超えたら分けて送る（送る側だけ）")
@click.option("--keep-days", default=7, show_default=True, help="済んだ内容を残す日数")
@_by
@verb(Permission.LINKAGE_QUEUE_SET)
def queue_(
    system: str,
    direction: str,
    kind: str,
    *,
    layout: str,
    edition: str,
    form: str,
    charset: str,
    profile: str,
    limit: int,
    cut: bool,
    keep_days: int,
    by: str,
) -> None:
    """待ち行列を作るか、その様式・文字集合・上限を変えます。"""
    made = set_file_queue(
        system=system,
        direction=Direction(direction),
        kind=kind,
        form=FileForm(layout=layout, edition=edition, form=Format(form), charset=charset, profile=profile),
        limits=QueueLimits(records=limit, cut=cut, keep_days=keep_days),
        by=cli_actor.actor(by),
    )
    folder = file_places.root() / made.system_id / made.direction / made.kind
    click.echo(f"{made.name}: {file_kinds.title(direction, kind)}  {folder}")
