"""評価書の版: drafted from today's facts, published by another person, compared with the one before (別添2), taken away as a file."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance import comparing, editions, gathering, queries
from todoke.assurance.actions.draft_edition import draft_edition
from todoke.assurance.actions.print_edition import print_edition
from todoke.assurance.actions.publish_edition import drop_edition, publish_edition
from todoke.assurance.comparing import Change
from todoke.assurance.flows import EditionState
from todoke.assurance.models import KeptEdition
from todoke.assurance.rendering import FORMATS, TYPES
from todoke.assurance.web.shared import Crumbs, crumbs
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link

PRINT: Final = Permission.ASSURANCE_PRINT
DRAFT: Final = Permission.ASSURANCE_DRAFT
PUBLISH: Final = Permission.ASSURANCE_PUBLISH
TITLE: Final = "評価書の版"
_TONES: Final = {EditionState.DRAFT: "wait", EditionState.PUBLISHED: "good", EditionState.DROPPED: ""}
_NAMES: Final = {"html": "HTML で保存", "pdf": "PDF で保存", "md": "Markdown で保存"}


class DraftForm(forms.Form):
    """下書き."""

    programme = forms.ChoiceField(
        label="事業", help_text="団体の記載（todoke pia texts）がある事業が出ます。"
    )

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*args, **more)
        self.fields["programme"].choices = [(one, one) for one in gathering.programmes()]  # type: ignore[attr-defined]  # a choice field; Django types all fields alike


def _crumbs(*further: tuple[str, str]) -> Crumbs:
    return crumbs(TITLE, "assurance-editions", *further)


@screen(PRINT)
def listed(request: HttpRequest) -> HttpResponse:
    """Every edition of every programme, newest first."""
    found = list(KeptEdition.objects.using(directory.alias()).defer("body").order_by("-pk"))
    names = naming.people(each for one in found for each in (one.drafted_by, one.published_by or ""))
    columns: list[Column[KeptEdition]] = [
        Column(key="edition", title="版", value=str, heads_row=True,
               cell=lambda one: make_link(reverse("assurance-edition", args=[one.pk]), str(one))),
        Column(key="state", title="状態", value=lambda one: one.get_state_display(), cell=_chip),
        Column(key="drafted", title="下書きの日時", value=lambda one: one.drafted_at, kind=Kind.MOMENT),
        Column(key="drafter", title="下書きした人", value=lambda one: names[one.drafted_by]),
        Column(key="published", title="公表の日時", value=lambda one: one.published_at, kind=Kind.MOMENT),
        Column(key="publisher", title="公表した人", value=lambda one: names.get(one.published_by or "", "")),
        Column(key="sha256", title="SHA-256", value=lambda one: one.sha256, kind=Kind.CODE, cell=lambda one: one.sha256[:12]),
    ]  # fmt: skip
    table = Table(
        caption="評価書の版（新しい順）",
        columns=columns,
        rows=found,
        query=request.GET,
        empty="版はありません。",
    )
    ways = (
        [("下書きを作る", reverse("assurance-edition-new"))] if actor_of(request).may_somewhere(DRAFT) else []
    )
    return lists.listing(
        request, table, permission=PRINT, heading=TITLE, file="assurance_editions", actions=ways, crumbs=_crumbs(),
        lead="今の事実から作った評価書を下書きし、下書きした人とは別の人が公表します。公表した版の区分を人数が外れると、警報が出ます。",
    )  # fmt: skip


def _chip(one: KeptEdition) -> SafeString:
    return make_chip(one.get_state_display(), _TONES[EditionState(one.state)])


@screen(DRAFT)
def new(request: HttpRequest) -> HttpResponse:
    """下書きを作る."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        broken = queries.broken_now(directory.alias(), directory.realm())
        edition, _ = gathering.edition_now(given["programme"], broken, by=by)
        draft_edition(by=by, programme=given["programme"], edition=edition)

    return form_page(
        request, DraftForm(request.POST or None), permission=DRAFT, heading="評価書の版を下書きします", verb="下書きを作る",
        back=reverse("assurance-editions"), work=work, done="下書きしました。別の人が見て公表します。",
        crumbs=_crumbs(("下書き", "")),
        lead="人数、取扱者数、事故、委託先は、いまのデータベースから数えます。守られていない措置があるリスクは「課題が残されている」になります。",
    )  # fmt: skip


def _one(number: int) -> KeptEdition:
    found = KeptEdition.objects.using(directory.alias()).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="評価書の版")
    return found


def _facts(one: KeptEdition) -> list[tuple[str, object]]:
    names = naming.people([one.drafted_by, one.published_by or ""])
    told: list[tuple[str, object]] = [
        ("事業", one.programme),
        ("下書き", format_html("{}　{}", names[one.drafted_by], moment(one.drafted_at))),
        ("SHA-256", one.sha256),
    ]
    if one.published_by and one.published_at:
        told.append(("公表", format_html("{}　{}", names[one.published_by], moment(one.published_at))))
    return told


@screen(PRINT)
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """One edition and what it changes of the one published before (別添2)."""
    found = _one(number)
    before = editions.newest_published(directory.alias(), found.programme, before=found.number)
    changes = comparing.compare(editions.read(before), editions.read(found)) if before else []
    columns: list[Column[Change]] = [
        Column(key="item", title="項目", value=lambda one: one.item, heads_row=True, sortable=False),
        Column(key="before", title="変更前の記載", value=lambda one: one.before or "（なし）", sortable=False),
        Column(key="after", title="変更後の記載", value=lambda one: one.after or "（なし）", sortable=False),
        Column(key="submitted", title="提出時期", value=lambda one: one.submitted, sortable=False),
        Column(key="why", title="提出時期に係る説明", value=lambda one: one.why, sortable=False),
    ]  # fmt: skip
    table = Table(
        caption=f"変更箇所（別添2）：{before} との違い" if before else "変更箇所（別添2）", columns=columns, rows=changes,
        query=request.GET, empty="違いはありません。" if before else "前に公表した版がありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=PRINT, heading=str(found), file="assurance_changes", chip=_chip(found),
        actions=_ways(found, actor_of(request)), template="assurance/facts_and_list.html", facts=_facts(found),
        crumbs=_crumbs((str(found), "")),
    )  # fmt: skip


def _ways(one: KeptEdition, actor: Actor) -> list[tuple[str, str]]:
    ways = []
    if one.state == EditionState.DRAFT:
        if actor.may_somewhere(PUBLISH) and actor.staff_id != one.drafted_by:
            ways.append(("公表する", reverse("assurance-edition-publish", args=[one.pk])))
        if actor.may_somewhere(DRAFT):
            ways.append(("取りやめる", reverse("assurance-edition-drop", args=[one.pk])))
    return [
        *ways,
        *((name, reverse("assurance-edition-file", args=[one.pk, form])) for form, name in _NAMES.items()),
    ]


@screen(PUBLISH)
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """公表."""
    return _act(
        request, number, permission=PUBLISH, heading="評価書の版を公表します", verb="公表する", done="公表しました。",
        lead="下書きした人とは別の人が、内容と変更箇所を見て公表します。公表した版は変えられません。",
        work=lambda by, _: publish_edition(by=by, edition_id=number),
    )  # fmt: skip


@screen(DRAFT)
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """取りやめ."""
    return _act(
        request, number, permission=DRAFT, heading="下書きを取りやめます", verb="取りやめる", done="取りやめました。",
        work=lambda by, _: drop_edition(by=by, edition_id=number),
    )  # fmt: skip


def _act(request: HttpRequest, number: int, **of_page: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    found = _one(number)
    back = reverse("assurance-edition", args=[number])
    trail = _crumbs((str(found), back), (of_page["verb"], ""))
    return form_page(
        request, sent(request), back=back, facts=[("版", found), *_facts(found)], crumbs=trail, **of_page
    )


@screen(PRINT)
def file(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """The document as it was drafted."""
    if form not in FORMATS:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この形式の評価書")
    content = print_edition(by=actor_of(request), kept=_one(number), form=form)
    name = content_disposition_header(as_attachment=True, filename=f"assessment-{number}.{form}") or ""
    return HttpResponse(content, content_type=TYPES[form], headers={"Content-Disposition": name})
