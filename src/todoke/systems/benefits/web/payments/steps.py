"""起案, 確定, 振込ファイル, 受取り: the figures restated before each, another person for each, the file once."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access.form_pages import form_page, refused, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.kernel import clock
from todoke.pages.tables import Column, Kind, Table
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.actions.payments.release_batch import release_batch
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.payments import batches as reads
from todoke.systems.benefits.queries.payments.payable import Payable, payable
from todoke.systems.benefits.rules.payments import held_back
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.batches import PREPARE, RELEASE, facts
from todoke.systems.benefits.web.payments.forms import PrepareForm, ReleaseForm

_ONCE: Final = "1つの支払単位からは1回しか作れません。紙の振込依頼書など、ほかの方法では銀行に依頼しません。"


@screen(PREPARE)
def prepare(request: HttpRequest, code: str) -> HttpResponse:
    """起案: who would be paid, what stays behind and why, on which day."""
    programme, found = find(code), payable(code)
    count = found.cases.num_rows
    form = PrepareForm(
        request.POST if request.method == "POST" else None, office=SAMPLE_CITY, seen=count,
        proposed=max(SAMPLE_CITY.earliest(clock.now()), programme.transfer_on),
    )  # fmt: skip

    def work(by: Actor, given: dict[str, Any]) -> None:
        prepare_batch(
            programme=programme, office=SAMPLE_CITY, by=by, transfer_on=given["transfer_on"], expected=given["seen"]
        )  # fmt: skip

    rows: list[tuple[str, object]] = [
        ("事業", programme.name),
        ("支払う件数", f"{count:,}件"),
        ("支払総額", words.yen(found.total_yen)),
        ("見送る件数", f"{sum(found.held_back.values()):,}件"),
        ("次の振込日", words.calendar(SAMPLE_CITY)),
    ]
    return form_page(
        request, form, permission=PREPARE, heading="支払を起案します", verb=f"{count:,} 件を起案する", work=work,
        done="起案しました。会計の確定を待ちます。", back=reverse("benefits-payments"), facts=rows,
        lead="承認済みの世帯だけを、最新の判定と住民記録でもう一度確かめて、支払単位に組み入れます。",
        template="benefits/payments/prepare.html", table=_left_out(found), count=count,
        crumbs=words.crumbs(("起案", "")),
    )  # fmt: skip


def _left_out(found: Payable) -> Table[tuple[str, int]]:
    columns = [
        Column[tuple[str, int]](
            key="why", title="見送る理由", value=lambda row: held_back.BY_CODE[row[0]].sentence, heads_row=True,
            sortable=False,
        ),
        Column[tuple[str, int]](
            key="count", title="件数", value=lambda row: row[1], kind=Kind.NUMBER, sortable=False
        ),
    ]  # fmt: skip
    return Table(
        caption="見送る世帯", columns=columns, rows=list(found.held_back.items()), empty="見送る世帯はありません。"
    )  # fmt: skip


@screen(RELEASE)
def release(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """確定: by a third person, with the totals of the sheet."""
    batch, programme = reads.one(code, number), find(code)
    form = ReleaseForm(request.POST if request.method == "POST" else None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        release_batch(
            programme=programme, number=number, by=by, expected=given["count"], expected_yen=given["total"]
        )

    return form_page(
        request, form, permission=RELEASE, heading=f"支払単位 {number} を確定します", verb="確定する", work=work,
        done="確定しました。振込ファイルを作れます。", back=words.place(code, number), facts=facts(batch),
        lead="審査・承認・起案のどれかを行った職員は確定できません。確定した支払単位は変えられません。",
        crumbs=words.below(code, number, "確定"),
    )  # fmt: skip


@screen(RELEASE)
def write(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """振込ファイルの作成, once."""
    batch, programme = reads.one(code, number), find(code)

    def work(by: Actor, _: dict[str, Any]) -> None:
        write_bank_file(programme=programme, office=SAMPLE_CITY, number=number, out=reads.folder(code), by=by)

    return form_page(
        request, sent(request), permission=RELEASE, heading=f"支払単位 {number} の振込ファイルを作ります",
        verb="振込ファイルを作る", work=work, done="作りました。ハッシュ値を控えてから受け取ってください。",
        back=words.place(code, number), facts=facts(batch), template="pages/confirm.html", warning=_ONCE,
        crumbs=words.below(code, number, "振込ファイル"),
    )  # fmt: skip


@screen(RELEASE)
def take(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """振込ファイルの受取り, once: the answer to the button is the file itself."""
    batch, programme, taken = reads.one(code, number), find(code), list[tuple[str, bytes]]()
    refusal = None
    if request.method == "POST":
        by = actor_of(request)
        refusal = refused(
            request, RELEASE, lambda: taken.append(take_bank_file(programme=programme, number=number, by=by))
        )
    if taken:
        name, data = taken[0]
        disposition = content_disposition_header(as_attachment=True, filename=name) or ""
        return HttpResponse(
            data, content_type="application/octet-stream", headers={"Content-Disposition": disposition}
        )
    context = {
        "form": sent(request), "refusal": refusal, "heading": f"支払単位 {number} の振込ファイルを受け取ります",
        "verb": "受け取る", "back": words.place(code, number),
        "facts": [*facts(batch), ("ファイル名", batch.file), ("SHA-256", batch.sha256)],
        "warning": "受け取れるのは1回だけで、受け取った職員として記録します。銀行への伝送が済んだら、手元の写しは消してください。",
        "crumbs": words.below(code, number, "受取り"),
    }  # fmt: skip
    return render(
        request, "pages/confirm.html", context, status=refusal.code.family.http_status if refusal else 200
    )
