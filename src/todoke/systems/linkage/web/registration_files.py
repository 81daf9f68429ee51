"""住登外者の登録: many requests from a file, and their confirmation in one go."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.systems.linkage.actions.registrations.confirm_registrations import confirm_registrations
from todoke.systems.linkage.actions.registrations.take_request_file import FileTaken, take_request_file
from todoke.systems.linkage.queries import request_lists as reads
from todoke.systems.linkage.web.registration_forms import Expected, RequestFileForm
from todoke.systems.linkage.web.registrations import CONFIRM, REQUEST, crumbs


@screen(REQUEST)
def from_file(request: HttpRequest) -> HttpResponse:
    """一括の依頼: the whole file or nothing."""
    by = actor_of(request)
    form = RequestFileForm(request.POST or None, request.FILES or None, by=by)
    taken: list[FileTaken] = []
    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = form_pages.refused(request, REQUEST, lambda: taken.append(_take(form.cleaned_data, by)))
        if refusal is None:
            said = taken[0]
            messages.success(
                request,
                f"{said.rows:,} 件を受け付けました。一致する人への紐付け {said.proposed_known:,} 件、新しい人 "
                f"{said.proposed_new:,} 件が確認待ち、残り {said.undecided:,} 件は一件ずつ選んでください。",
            )
            return HttpResponseRedirect(reverse("linkage-registrations"))
    context = {
        "form": form, "refusal": refusal, "heading": "ファイルで登録を依頼します", "verb": "検査して依頼する",
        "back": reverse("linkage-registrations"), "crumbs": crumbs(("ファイルで依頼", "")),
        "lead": "誤りのある行が一つでもあれば、ファイル全体を受け付けず、すべての誤りを示します。",
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)


def _take(given: dict[str, Any], by: Actor) -> FileTaken:
    """The upload lies in a private folder only while it is read."""
    upload: UploadedFile[bytes] = given.pop("file")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requests.csv"
        file.write_bytes(upload.read())
        return take_request_file(file=file, **given, by=by)


@screen(CONFIRM)
def confirm_file(request: HttpRequest, sha: str) -> HttpResponse:
    """一括の確認: the count that the person saw is the count that is registered."""
    waiting = reads.waiting_of_file(sha)
    known = sum(choice == "person" for _, choice in waiting)

    def work(by: Actor, given: dict[str, Any]) -> None:
        reads.refuse_other_count(len(waiting), given["count"])
        confirm_registrations(request_ids=[request_id for request_id, _ in waiting], by=by)

    form = Expected(request.POST or None, initial={"count": len(waiting)})
    return form_pages.form_page(
        request, form, permission=CONFIRM, heading=f"{len(waiting):,} 件の登録をまとめて確認します",
        verb=f"{len(waiting):,} 件を登録する", back=reverse("linkage-registrations"), work=work,
        done=f"{len(waiting):,} 件を登録しました。",
        facts=[("4情報がすべて一致する人への紐付け", f"{known:,} 件"), ("新しい人", f"{len(waiting) - known:,} 件")],
        template="linkage/step.html", crumbs=crumbs(("まとめて確認", "")),
        warning="登録すると取り消せません。一覧で依頼の内容を確かめてから登録してください。",
    )  # fmt: skip
