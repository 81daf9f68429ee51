"""自己点検・内部監査: the sheets with what waits to be mended, the questions of one, its answers, and who closes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance.actions.answer_item import answer_item
from todoke.assurance.actions.close_sheet import close_sheet
from todoke.assurance.actions.open_sheet import open_sheet
from todoke.assurance.findings import findings, open_findings
from todoke.assurance.flows import SheetState
from todoke.assurance.models import Answer, Sheet, SheetItem, SheetKind
from todoke.assurance.web.shared import READ, Crumbs, crumbs
from todoke.assurance.web.sheet_forms import AnswerForm, OpenForm
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Table, moment
from todoke.pages.tables import Kind as Shown
from todoke.pages.templatetags.parts import make_chip, make_link

ANSWER: Final = Permission.ASSURANCE_SHEET
CLOSE: Final = Permission.ASSURANCE_SHEET_CLOSE
TITLE: Final = "自己点検・内部監査"
_TONES: Final = {Answer.YES: "good", Answer.NO: "fail"}
_FOLLOW_UP: Final = {"": "", "改善済み": "good", "改善中": "wait", "期限を過ぎています": "fail"}


def _crumbs(*further: tuple[str, str]) -> Crumbs:
    return crumbs(TITLE, "assurance-sheets", *further)


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The sheets, newest first, and what they found and nobody has mended yet."""
    counted = Sheet.objects.using(directory.alias()).annotate(
        asked=Count("items"),
        left=Count("items", filter=Q(items__answer="")),
        wrong=Count("items", filter=Q(items__answer=Answer.NO)),
    )
    columns: list[Column[Any]] = [
        Column(key="title", title="票の名前", value=lambda one: one.title, heads_row=True,
               cell=lambda one: make_link(reverse("assurance-sheet", args=[one.pk]), one.title)),
        Column(key="kind", title="種類", value=lambda one: one.get_kind_display()),
        Column(key="opened", title="作った日時", value=lambda one: one.opened_at, kind=Shown.MOMENT),
        Column(key="asked", title="問", value=lambda one: one.asked, kind=Shown.NUMBER),
        Column(key="left", title="答えのない問", value=lambda one: one.left, kind=Shown.NUMBER),
        Column(key="wrong", title="いいえ", value=lambda one: one.wrong, kind=Shown.NUMBER),
        Column(key="state", title="状態", value=lambda one: one.get_state_display(), cell=_chip),
    ]  # fmt: skip
    table = Table(
        caption="票（新しい順）", columns=columns, rows=list(counted.order_by("-pk")), query=request.GET, empty="票はありません。"
    )  # fmt: skip
    ways = [("票を作る", reverse("assurance-sheet-new"))] if actor_of(request).may_somewhere(ANSWER) else []
    return lists.listing(
        request, table, permission=READ, heading=TITLE, file="assurance_sheets", actions=ways, crumbs=_crumbs(),
        template="assurance/sheets.html", findings=_to_mend(),
        lead="評価書の措置から問を作り、一つずつ答え、答えた人とは別の人が完了にします。どちらも年に1回以上行います。",
    )  # fmt: skip


def _to_mend() -> Table[SheetItem]:
    """Mended ones have left this list: they stand in their sheet and with their promise."""
    columns: list[Column[SheetItem]] = [
        Column(key="promise", title="措置", value=lambda one: one.promise, heads_row=True, sortable=False,
               cell=lambda one: make_link(reverse("assurance-promise", args=[one.promise]), one.promise)),
        Column(key="sheet", title="票", value=lambda one: f"{one.sheet.title} 問{one.number}", sortable=False),
        Column(key="remedy", title="改善策", value=lambda one: one.remedy, sortable=False),
        Column(key="due", title="改善の期限", value=lambda one: one.due_on, kind=Shown.DAY, sortable=False),
        Column(key="state", title="指摘の状態", value=_waiting, sortable=False,
               cell=lambda one: make_chip(_waiting(one), _FOLLOW_UP[_waiting(one)])),
    ]  # fmt: skip
    return Table(
        caption="改善を待つ指摘（期限の近い順）",
        columns=columns,
        rows=list(open_findings(directory.alias())),
        per_page=1_000,  # the page numbers of the address are those of the sheets
        empty="改善を待つ指摘はありません。",
    )


def _waiting(one: SheetItem) -> str:
    return "期限を過ぎています" if one.due_on and one.due_on < clock.today() else "改善中"


def _chip(one: Sheet) -> SafeString:
    return make_chip(one.get_state_display(), "wait" if one.state == SheetState.OPEN else "good")


@screen(ANSWER)
def new(request: HttpRequest) -> HttpResponse:
    """票を作る."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        open_sheet(by=by, kind=SheetKind(given["kind"]), title=given["title"])

    return form_page(
        request, OpenForm(request.POST or None), permission=ANSWER, heading="票を作ります", verb="作る", work=work,
        back=reverse("assurance-sheets"), done="作りました。票の名前を開いて答えます。", crumbs=_crumbs(("票を作る", "")),
        lead="今の措置の一つひとつが、最も新しい確認の結果とともに問になります。",
    )  # fmt: skip


def _one(number: int) -> Sheet:
    found = Sheet.objects.using(directory.alias()).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="票")
    return found


def _items(sheet: Sheet) -> QuerySet[SheetItem]:
    return SheetItem.objects.using(directory.alias()).filter(sheet=sheet).order_by("number")


def _facts(one: Sheet) -> list[tuple[str, object]]:
    names = naming.people(filter(None, (one.opened_by, one.closed_by)))
    told: list[tuple[str, object]] = [
        ("票の種類", one.get_kind_display()),
        ("作った人", names[one.opened_by]),
        ("作った日時", moment(one.opened_at)),
    ]
    if one.closed_by and one.closed_at:
        told += [("完了にした人", names[one.closed_by]), ("完了の日時", moment(one.closed_at))]
    return told


@screen(READ)
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The questions of one sheet."""
    found, actor = _one(number), actor_of(request)
    is_open = found.state == SheetState.OPEN
    table = Table(
        caption="問（評価書の順）", rows=list(_items(found)), query=request.GET,
        columns=_columns(found, may=is_open and actor.may_somewhere(ANSWER)),
    )  # fmt: skip
    ways = []
    if is_open and actor.may_somewhere(CLOSE) and actor.staff_id != found.opened_by:
        ways = [("完了にする", reverse("assurance-sheet-close", args=[number]))]
    return lists.listing(
        request, table, permission=READ, heading=found.title, file="assurance_sheet", actions=ways,
        template="assurance/facts_and_list.html", facts=_facts(found), chip=_chip(found), crumbs=_crumbs((found.title, "")),
    )  # fmt: skip


def _columns(found: Sheet, *, may: bool) -> list[Column[SheetItem]]:
    items = _items(found)
    names = naming.people(set(items.exclude(answered_by="").values_list("answered_by", flat=True)))
    wrong = set(findings(directory.alias()).filter(sheet=found).values_list("pk", flat=True))
    waiting = set(open_findings(directory.alias()).filter(sheet=found).values_list("pk", flat=True))

    def head(one: SheetItem) -> SafeString | str:
        address = reverse("assurance-sheet-item", args=[found.pk, one.number])
        return make_link(address, f"問{one.number}") if may else f"問{one.number}"

    def follow_up(one: SheetItem) -> str:
        if one.pk not in wrong:
            return ""
        return _waiting(one) if one.pk in waiting else "改善済み"

    return [
        Column(key="number", title="問", value=lambda one: one.number, heads_row=True, cell=head),
        Column(key="promise", title="措置", value=lambda one: one.promise,
               cell=lambda one: make_link(reverse("assurance-promise", args=[one.promise]), one.promise)),
        Column(key="question", title="問の文", value=lambda one: one.question, sortable=False),
        Column(key="checked", title="作った日の状態", value=lambda one: one.checked),
        Column(key="answer", title="答え", value=_answer, cell=lambda one: make_chip(_answer(one), _tone(one))),
        Column(key="note", title="見たもの・理由", value=lambda one: one.note, sortable=False),
        Column(key="remedy", title="改善策", value=lambda one: one.remedy, sortable=False),
        Column(key="due", title="改善の期限", value=lambda one: one.due_on, kind=Shown.DAY),
        Column(key="mended", title="指摘の状態", value=follow_up,
               cell=lambda one: make_chip(follow_up(one), _FOLLOW_UP[follow_up(one)])),
        Column(key="by", title="答えた人", value=lambda one: names.get(one.answered_by, "")),
    ]  # fmt: skip


def _answer(one: SheetItem) -> str:
    return one.get_answer_display() or "まだ"


def _tone(one: SheetItem) -> str:
    return _TONES.get(Answer(one.answer), "") if one.answer else "wait"


@screen(ANSWER)
def item(request: HttpRequest, number: int, question: int) -> HttpResponse:
    """問に答える; then the next one that has no answer."""
    found = _one(number)
    one = _items(found).filter(number=question).first()
    if one is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="問")
    following = _items(found).filter(answer="", number__gt=question).first()
    here = reverse("assurance-sheet", args=[number])

    def work(by: Actor, given: dict[str, Any]) -> None:
        answer_item(by=by, sheet_id=number, number=question, **{**given, "answer": Answer(given["answer"])})

    initial = {"answer": one.answer, "note": one.note, "remedy": one.remedy, "due_on": one.due_on}
    answered = form_page(
        request, AnswerForm(request.POST or None, initial=initial), permission=ANSWER,
        heading=f"問{question}に答えます", verb="答えを残す", back=here, work=work,
        done=f"問{question}の答えを残しました。", crumbs=_crumbs((found.title, here), (f"問{question}", "")),
        facts=[("措置", one.promise), ("問の文", one.question), ("作った日の状態", one.checked)],
    )  # fmt: skip
    if following and isinstance(answered, HttpResponseRedirect):
        return HttpResponseRedirect(reverse("assurance-sheet-item", args=[number, following.number]))
    return answered


@screen(CLOSE)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """完了."""
    found = _one(number)
    here = reverse("assurance-sheet", args=[number])
    left = _items(found).filter(answer="").count()
    return form_page(
        request, sent(request), permission=CLOSE, heading="票を完了にします", verb="完了にする", back=here,
        facts=[("票の名前", found.title), *_facts(found), ("答えのない問", f"{left:,} 問")], done="完了にしました。",
        work=lambda by, _: close_sheet(by=by, sheet_id=number), crumbs=_crumbs((found.title, here), ("完了", "")),
        lead="票を作った人でも、問に答えた人でもない人が完了にします。答えは、措置ごとの人による確認として残ります。",
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """What was found and not mended by its day."""
    if not actor.may_somewhere(READ):
        return
    late = open_findings(directory.alias()).filter(due_on__lt=clock.today()).count()
    if late:
        yield Card(
            title="改善の期限を過ぎた点検の指摘", count=late, link="見る", url=reverse("assurance-sheets")
        )
