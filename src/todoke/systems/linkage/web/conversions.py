"""番号変換の処理: the list of jobs, a new one by upload, one job with its outcome, and its answer."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.records.layouts.number_conversion_v2026 import REQUEST
from todoke.systems.linkage.actions.conversions.hand_out_conversion import hand_out_conversion
from todoke.systems.linkage.actions.conversions.receive_conversion import receive_conversion
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models import ConversionCount, ConversionFault, ConversionJob
from todoke.systems.linkage.queries import conversion_lists as reads
from todoke.systems.linkage.queries import systems
from todoke.systems.linkage.rules.conversions import TITLES, WORDS, Direction
from todoke.systems.linkage.web import working
from todoke.systems.linkage.web.forms import offer

CONVERT, DOWNLOAD = Permission.LINKAGE_SYSTEM_CONVERT, Permission.LINKAGE_CONVERSION_DOWNLOAD
ALIAS: Final = "linkage"
TONES: Final = {
    JobState.RECEIVED: "wait",
    JobState.DONE: "good",
    JobState.REFUSED: "fail",
    JobState.FAILED: "fail",
    JobState.REAPED: "",
}
LEAD: Final = (
    "個人番号を持たない既存業務システムのために、番号を変換します。許可された変換だけを行い、4情報がすべて一致する人にだけ"
    "番号を返します。"
)


def _state(row: ConversionJob) -> tuple[str, str]:
    state = JobState(row.state)
    return state.label, TONES[state]


JOBS: Final = [
    Column[ConversionJob](
        key="asked", title="受付日時", value=lambda row: row.requested_at, kind=Kind.MOMENT, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-conversion", args=[row.job_id]), moment(row.requested_at)),
    ),
    Column[ConversionJob](key="system", title="システム", value=lambda row: row.system.title),
    Column[ConversionJob](key="purpose", title="利用目的", value=lambda row: row.purpose),
    Column[ConversionJob](
        key="state", title="状態", value=lambda row: _state(row)[0], cell=lambda row: make_chip(*_state(row))
    ),
    Column[ConversionJob](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
    Column[ConversionJob](
        key="given", title="変換済", value=lambda row: row.given, kind=Kind.NUMBER  # type: ignore[attr-defined]
    ),
    Column[ConversionJob](key="by", title="受付者", value=lambda row: row.requested_by, kind=Kind.CODE),
]  # fmt: skip
"""No personal value: the list may be taken away as a file."""

OUTCOMES: Final = [
    Column[ConversionCount](
        key="route", title="変換の向き", value=lambda row: _direction(row.direction), heads_row=True
    ),
    Column[ConversionCount](key="system", title="業務固有番号のシステム", value=lambda row: row.local_system),
    Column[ConversionCount](key="word", title="結果", value=lambda row: WORDS[row.word]),
    Column[ConversionCount](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
]
FAULTS: Final = [
    Column[ConversionFault](
        key="row", title="行", value=lambda row: row.row, kind=Kind.NUMBER, heads_row=True
    ),
    Column[ConversionFault](key="column", title="項目", value=lambda row: row.column),
    Column[ConversionFault](key="rule", title="誤り", value=lambda row: row.rule),
]


def _direction(word: str) -> str:
    try:
        return TITLES[Direction(word)]
    except ValueError:
        return word


class JobFilter(forms.Form):
    """一覧の条件."""

    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *JobState.choices])
    system = forms.ChoiceField(label="システム", required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        offer(self, "system", [("", "すべて"), *((one.code, one.title) for one in systems.in_use())])


class JobForm(forms.Form):
    """新しい番号変換."""

    asker = forms.ChoiceField(label="システムと事務")
    purpose = forms.CharField(label="利用目的", max_length=200, help_text="例：福祉システムの夜間照合")
    file = forms.FileField(
        label="依頼ファイル",
        help_text="様式「番号変換の依頼」の UTF-8 の CSV です。受け取ったまま、直さずに選んでください。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        used = systems.in_use()
        offer(
            self,
            "asker",
            [(f"{one.code} {duty}", f"{one.title}（{duty}）") for one in used for duty in one.duties],
        )


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the list, and where the page stands below it."""
    return [("ホーム", "/"), ("番号変換", reverse("linkage-conversions")), *further]


@screen(CONVERT)
def listed(request: HttpRequest) -> HttpResponse:
    """番号変換の一覧."""
    form = JobFilter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    return lists.listing(
        request,
        Table(
            caption="番号変換の一覧", columns=JOBS, rows=list(reads.jobs(wish)), query=request.GET,
            empty="番号変換はありません。",
        ),
        permission=CONVERT, heading="番号変換", file="conversions", filter=form, lead=LEAD,
        actions=[("新しく変換する", reverse("linkage-conversion-new"))],
    )  # fmt: skip


@screen(CONVERT, atomic=False)
def new(request: HttpRequest) -> HttpResponse:
    """Upload: taken on as a job, converted beside the screens."""
    form = JobForm(request.POST or None, request.FILES or None)
    refusal, kept = None, None
    if request.method == "POST" and form.is_valid():
        by, given = actor_of(request), form.cleaned_data
        system, _, duty = given["asker"].partition(" ")

        def work() -> None:
            nonlocal kept
            upload = given["file"]
            kept = receive_conversion(
                data=upload.read(), file_name=upload.name[-80:], system=system, duty=duty, by=by
            )

        refusal = form_pages.refused(request, CONVERT, work)
        if kept is not None:
            working.begin(kept.job_id, by=by)
            return HttpResponseRedirect(reverse("linkage-conversion", args=[kept.job_id]))
    context = {
        "form": form,
        "refusal": refusal,
        "columns": [(column.name, column.label, column.required) for column in REQUEST.columns],
        "directions": [(direction.value, title) for direction, title in TITLES.items()],
        "crumbs": crumbs(("新しい番号変換", "")),
    }
    status = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "linkage/conversion_new.html", context, status=status)


@screen(CONVERT, atomic=False)
def one(request: HttpRequest, job_id: str) -> HttpResponse:
    """一件の処理: where it stands, how its records ended, the bad rows of a refused file."""
    row, by = reads.job(job_id), actor_of(request)
    if request.method == "POST":
        with transaction.atomic(using=ALIAS):
            working.begin(job_id, by=by)
        return HttpResponseRedirect(reverse("linkage-conversion", args=[job_id]))
    done = row.state == JobState.DONE
    running = row.state == JobState.RECEIVED
    context = {
        "job": row,
        "state": _state(row),
        "running": running,
        "mine": row.requested_by == by.staff_id,
        "done": reads.processed(row) if running else row.records,
        "facts": [
            ("システム", row.system.title),
            ("事務", row.duty),
            ("利用目的", row.purpose),
            ("ファイル", row.file_name),
            ("件数", f"{row.records:,} 件"),
            ("受付", moment(row.requested_at)),
            ("受付者", row.requested_by),
            *(
                [("回答の SHA-256", row.answer_sha256), ("回答の期限", moment(row.expires_at))]
                if done
                else []
            ),
            *([("中断の理由", row.error)] if row.error else []),
        ],
        "outcomes": Table(caption="結果", columns=OUTCOMES, rows=reads.counts(row), query=request.GET),
        "faults": Table(caption="誤りのある行", columns=FAULTS, rows=reads.faults(row), query=request.GET),
        "refused": row.state == JobState.REFUSED,
        "download": done and by.may_somewhere(DOWNLOAD),
        "crumbs": crumbs(("処理", "")),
    }
    return render(request, "linkage/conversion.html", context)


@screen(DOWNLOAD)
def download(request: HttpRequest, job_id: str) -> HttpResponse:
    """回答ファイル, for a purpose."""
    data = hand_out_conversion(job_id=job_id, by=actor_of(request))
    name = content_disposition_header(as_attachment=True, filename=f"conversion_{job_id}.csv") or ""
    return HttpResponse(data, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
