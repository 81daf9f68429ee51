"""ファイル連携の監視: queues, their files, what was refused and why; stopping, resuming, sending again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import JAPAN
from todoke.pages.forms import DateField
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.files.repeat_file import repeat_file
from todoke.systems.linkage.actions.files.stop_file_queue import resume_file_queue, stop_file_queue
from todoke.systems.linkage.flows import FileState, QueueState
from todoke.systems.linkage.models import ExchangedFile, FileFault, FileQueue
from todoke.systems.linkage.models.file_queue import OverLimit
from todoke.systems.linkage.queries import file_lists
from todoke.systems.linkage.queries.file_lists import Standing
from todoke.systems.linkage.rules import file_kinds, file_refusals

READ, STOP, RUN = (
    Permission.LINKAGE_FILE_READ,
    Permission.LINKAGE_QUEUE_STOP,
    Permission.LINKAGE_FILE_RUN,
)
WAYS = {"in": "受け取る", "out": "送る"}
_TONES = {
    FileState.TAKEN: "good",
    FileState.ACKNOWLEDGED: "good",
    FileState.REFUSED: "fail",
    FileState.ERROR: "fail",
}
LISTED = 10_000
"""The newest files, or the first bad rows; the filter and the acknowledgement have the rest."""
CRUMBS = [("ホーム", "/"), ("ファイル連携", "")]


def _queue_chip(state: str) -> str:
    return make_chip(QueueState(state).label, "good" if state == QueueState.RUNNING else "warn")


def _file_chip(file: ExchangedFile) -> str:
    state = FileState(file.state)
    return make_chip(state.label, _TONES.get(state, "wait"))


QUEUES = [
    Column[Standing](
        key="queue", title="待ち行列", heads_row=True,
        value=lambda row: f"{row.system} {row.title}",
        cell=lambda row: make_link(reverse("linkage-files-queue", args=[row.id]), f"{row.system} {row.title}"),
    ),
    Column[Standing](key="way", title="方向", value=lambda row: WAYS[row.direction]),
    Column[Standing](
        key="state", title="状態", value=lambda row: QueueState(row.state).label,
        cell=lambda row: _queue_chip(row.state),
    ),
    Column[Standing](
        key="alarms", title="警報", value=lambda row: "、".join(row.alarms),
        cell=lambda row: make_chip(f"{len(row.alarms)} 件", "fail") if row.alarms else "なし",
    ),
    Column[Standing](key="last", title="最後の番号", value=lambda row: row.last_number, kind=Kind.NUMBER),
    Column[Standing](key="waiting", title="待ち個数", value=lambda row: row.waiting, kind=Kind.NUMBER),
    Column[Standing](key="records", title="件数", value=lambda row: row.waiting_records, kind=Kind.NUMBER),
    Column[Standing](key="oldest", title="最も古い待ち", value=lambda row: row.oldest_at, kind=Kind.MOMENT),
    Column[Standing](key="limit", title="上限", value=lambda row: row.record_limit, kind=Kind.NUMBER),
    Column[Standing](key="refused", title="拒否", value=lambda row: row.refused, kind=Kind.NUMBER),
]  # fmt: skip

FILES = [
    Column[ExchangedFile](
        key="name", title="ファイル", heads_row=True, value=lambda row: row.file_name,
        cell=lambda row: make_link(reverse("linkage-files-file", args=[row.pk]), row.file_name),
    ),
    Column[ExchangedFile](key="number", title="番号", value=lambda row: row.number, kind=Kind.NUMBER),
    Column[ExchangedFile](
        key="state", title="状態", value=lambda row: FileState(row.state).label, cell=_file_chip
    ),
    Column[ExchangedFile](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
    Column[ExchangedFile](key="accepted", title="取込", value=lambda row: row.accepted, kind=Kind.NUMBER),
    Column[ExchangedFile](
        key="reason", title="拒否の理由",
        value=lambda row: file_refusals.sentence(row.refusal) if row.refusal else "",
    ),
    Column[ExchangedFile](key="bad", title="誤りのある箇所", value=lambda row: row.bad_rows, kind=Kind.NUMBER),
    Column[ExchangedFile](key="arrived", title="到着・作成", value=lambda row: row.arrived_at, kind=Kind.MOMENT),
    Column[ExchangedFile](key="changed", title="今の状態の日時", value=lambda row: row.state_at, kind=Kind.MOMENT),
]  # fmt: skip

FAULTS = [
    Column[FileFault](key="row", title="行", value=lambda row: row.row, heads_row=True),
    Column[FileFault](key="column", title="項目", value=lambda row: row.column, kind=Kind.CODE),
    Column[FileFault](key="rule", title="規則", value=lambda row: row.rule),
]


class FileFilter(forms.Form):
    """State, and the days on which files arrived or were made."""

    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *FileState.choices])
    since = DateField(label="この日から", required=False)
    until = DateField(label="この日まで", required=False)


class ReasonForm(forms.Form):
    """Why a queue is stopped or resumed."""

    reason = forms.CharField(label="理由", max_length=200)


@screen(READ)
def queues(request: HttpRequest) -> HttpResponse:
    """待ち行列の一覧, with its alarms and the files that are being taken."""
    standings = file_lists.standings()
    table = Table(
        caption="待ち行列の一覧",
        columns=QUEUES,
        rows=standings,
        query=request.GET,
        empty="待ち行列はまだありません。",
    )
    running = ExchangedFile.objects.using("linkage").filter(state=FileState.TAKING)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading="ファイル連携",
        file="file_queues",
        lead="既存業務システムごと、種類ごとに待ち行列を分けています。一つの誤りや大きなファイルが、ほかを待たせることはありません。",
        template="linkage/file_queues.html",
        actions=[("データ変換の一覧", reverse("linkage-files-conversions"))],
        alarms=[(one, alarm) for one in standings for alarm in one.alarms],
        running=list(running.select_related("queue__system")),
    )


@screen(READ)
def queue(request: HttpRequest, queue_id: int) -> HttpResponse:
    """One queue: its settings, its files."""
    found = file_lists.queue(queue_id)
    standing = next(one for one in file_lists.standings() if one.id == found.pk)
    filled = FileFilter(request.GET if {"state", "since", "until"} & set(request.GET) else None)
    table = Table(caption="ファイルの一覧", columns=FILES, rows=_chosen(found, filled), query=request.GET)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=f"{standing.system} {standing.title}",
        file=f"files_{found.system_id}_{found.direction}_{found.kind}",
        filter=filled,
        template="linkage/file_queue.html",
        facts=_facts(standing, found),
        alarms=standing.alarms,
        actions=_queue_actions(actor_of(request), found),
        crumbs=[*CRUMBS[:1], ("ファイル連携", reverse("linkage-files")), (standing.title, "")],
    )


def _chosen(of: FileQueue, filled: FileFilter) -> Sequence[ExchangedFile]:
    files = file_lists.files(of)
    if not filled.is_valid():
        return list(files[:LISTED])
    given = filled.cleaned_data
    if given["state"]:
        files = files.filter(state=given["state"])
    if given["since"]:
        files = files.filter(arrived_at__gte=datetime.combine(given["since"], time(), JAPAN))
    if given["until"]:
        end = datetime.combine(given["until"], time(), JAPAN) + timedelta(days=1)
        files = files.filter(arrived_at__lt=end)
    return list(files[:LISTED])


def _facts(standing: Standing, of: FileQueue) -> list[tuple[str, object]]:
    over = OverLimit(of.over_limit).label
    return [
        ("方向", WAYS[of.direction]),
        ("状態", QueueState(of.state).label + (f"（{of.state_reason}）" if of.state_reason else "")),
        ("次の番号", f"第{of.next_number}号"),
        ("一回の上限", f"{of.record_limit:,}件（超えたら{over}）"),
        ("様式", f"{of.layout} {of.edition}版、{of.form}、{of.charset}"),
        ("待っているファイル", f"{standing.waiting:,}個（{standing.waiting_records:,}件）"),
        ("内容を残す日数", f"済んでから{of.keep_days}日"),
        ("最後に巡回した日時", of.served_at),
    ]


def _queue_actions(actor: Actor, of: FileQueue) -> list[tuple[str, str]]:
    if not actor.may_somewhere(STOP):
        return []
    stopped = of.state == QueueState.STOPPED
    route, title = ("linkage-files-resume", "再開する") if stopped else ("linkage-files-stop", "停止する")
    return [(title, reverse(route, args=[of.pk]))]


@screen(READ)
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file, and where it is wrong: row, column and rule, never a value."""
    found = file_lists.file(file_id)
    faults = FileFault.objects.using("linkage").filter(file=found).order_by("row", "pk")
    table = Table(
        caption="誤りのある箇所",
        columns=FAULTS,
        rows=list(faults[:LISTED]),
        query=request.GET,
        empty="誤りのある箇所はありません。",
    )
    may_repeat = found.state == FileState.ERROR and actor_of(request).may_somewhere(RUN)
    title = file_kinds.title(found.direction, found.queue.kind)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=found.file_name,
        file=f"faults_{found.pk}",
        template="linkage/file.html",
        found=found,
        chip=(FileState(found.state).label, _TONES.get(FileState(found.state), "wait")),
        running=found.state == FileState.TAKING,
        facts=_file_facts(found),
        actions=[("送り直す", reverse("linkage-files-repeat", args=[found.pk]))] if may_repeat else [],
        crumbs=[
            *CRUMBS[:1],
            ("ファイル連携", reverse("linkage-files")),
            (f"{found.queue.system.title} {title}", reverse("linkage-files-queue", args=[found.queue_id])),
            (found.file_name, ""),
        ],
    )


def _file_facts(of: ExchangedFile) -> Sequence[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("待ち行列", f"{of.queue.system.title} {file_kinds.title(of.direction, of.queue.kind)}"),
        ("番号", f"第{of.number}号" if of.number else "（読み取れません）"),
        ("件数", f"{of.records:,}件（取込 {of.accepted:,}件、個別に拒否 {of.rejected:,}件）"),
        ("要約値（SHA-256）", of.sha256),
        ("大きさ", f"{of.size:,}バイト"),
        ("到着・作成", of.arrived_at),
        ("今の状態になった日時", of.state_at),
        ("操作した職員", of.state_by),
        ("内容", "封印して保管しています" if of.sealed else "保管していません"),
    ]
    if of.refusal:
        facts.insert(1, ("拒否の理由", file_refusals.sentence(of.refusal)))
    if of.repeats:
        facts.insert(2, ("繰り返し・訂正の元", of.repeats.file_name))
    return facts


@screen(STOP)
def stop(request: HttpRequest, queue_id: int) -> HttpResponse:
    """停止."""
    return _reasoned(
        request, queue_id, heading="待ち行列を停止します", verb="停止する", done="待ち行列を停止しました。",
        work=stop_file_queue,
        warning="停止中は取込も送出もしません。届いたファイルは封印して待たせます。ほかの待ち行列は動き続けます。",
    )  # fmt: skip


@screen(STOP)
def resume(request: HttpRequest, queue_id: int) -> HttpResponse:
    """再開."""
    return _reasoned(
        request, queue_id, heading="待ち行列を再開します", verb="再開する", done="待ち行列を再開しました。",
        work=resume_file_queue, warning="待っているファイルを、番号の順に処理します。",
    )  # fmt: skip


def _reasoned(
    request: HttpRequest,
    queue_id: int,
    *,
    heading: str,
    verb: str,
    done: str,
    work: Callable[..., None],
    warning: str,
) -> HttpResponse:
    found = file_lists.queue(queue_id)
    title = f"{found.system.title} {file_kinds.title(found.direction, found.kind)}"
    back = reverse("linkage-files-queue", args=[found.pk])

    def act(by: Actor, given: dict[str, Any]) -> None:
        work(queue=found, reason=given["reason"], by=by)

    return form_pages.form_page(
        request, ReasonForm(request.POST or None), permission=STOP, heading=heading, verb=verb, back=back,
        work=act, done=done, facts=[("待ち行列", title), ("方向", WAYS[found.direction])],
        template="pages/confirm.html", warning=warning,
        crumbs=[*CRUMBS[:1], ("ファイル連携", reverse("linkage-files")), (title, back), (verb, "")],
    )  # fmt: skip


@screen(RUN)
def repeat(request: HttpRequest, file_id: int) -> HttpResponse:
    """送り直し of what was there, under a new number."""
    found = file_lists.file(file_id)
    back = reverse("linkage-files-queue", args=[found.queue_id])

    def act(by: Actor, _: dict[str, Any]) -> None:
        repeat_file(file=found, by=by)

    return form_pages.form_page(
        request, form_pages.sent(request), permission=RUN, heading="ファイルを送り直します", verb="送り直す",
        back=back, work=act, done="新しい番号で送り直します。次の巡回で送出します。", facts=_file_facts(found),
        template="pages/confirm.html",
        warning="同じ内容を新しい番号で送ります。内容を直して送るときは、todoke linkage files repeat --corrected を使ってください。",
        crumbs=[*CRUMBS[:1], ("ファイル連携", reverse("linkage-files")), (found.file_name, reverse("linkage-files-file", args=[file_id])), ("送り直す", "")],
    )  # fmt: skip


def cards(actor: Actor) -> Iterable[Card]:
    """警報 that somebody should look into."""
    if actor.may_somewhere(READ):
        yield Card(
            title="ファイル連携の警報",
            count=len(file_lists.alarms()),
            link="確かめる",
            url=reverse("linkage-files"),
        )
