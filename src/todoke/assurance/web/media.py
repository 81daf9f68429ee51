"""媒体と搬送の台帳: which medium holds what and where it is; sealed and handed over, received by a third, destroyed before a second."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance.actions.end_medium import confirm_end, end_medium
from todoke.assurance.actions.media import hand_medium, receive_medium, register_medium
from todoke.assurance.models import Backup, Medium, MediumContent, MediumEnd, MediumEnding, Transport
from todoke.assurance.web.shared import READ, Crumbs, crumbs
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link

REGISTER: Final = Permission.ASSURANCE_MEDIUM
HAND: Final = Permission.ASSURANCE_MEDIUM_HAND
RECEIVE: Final = Permission.ASSURANCE_MEDIUM_RECEIVE
END: Final = Permission.ASSURANCE_MEDIUM_END
CONFIRM: Final = Permission.ASSURANCE_MEDIUM_END_CONFIRM
TITLE: Final = "媒体と搬送の台帳"


def _text(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=200, help_text=help_text, widget=widget)


class RegisterForm(forms.Form):
    """媒体の登録."""

    label = _text("媒体の札", "媒体に貼った番号。例：T-001")
    kind = _text("媒体の種類", "例：LTO-9、外付けディスク")
    content = forms.ChoiceField(
        label="入っているもの", choices=MediumContent.choices, widget=forms.RadioSelect
    )
    backup = forms.ChoiceField(label="控え")

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*args, **more)
        names = Backup.objects.using(directory.alias()).order_by("-began_at").values_list("name", flat=True)
        self.fields["backup"].choices = [("", "選んでください"), *((name, name) for name in names[:100])]  # type: ignore[attr-defined]  # a choice field; Django types all fields alike


class HandForm(forms.Form):
    """封印と発送."""

    seal = _text("封印の番号", "発送する人が封印し、その番号を書きます。")
    origin = _text("発送元")
    destination = _text("届け先")
    carried_by = _text("搬送する人", "職員ID、または搬送業者の人の氏名とID。")
    accompanied_by = _text("同行する人", "搬送する人とは別の人。")


class ReceiveForm(forms.Form):
    """受領."""

    seal = _text("封印の番号", "届いた媒体にある番号を、見て書きます。")


class EndForm(forms.Form):
    """廃棄・返却."""

    how = forms.ChoiceField(label="廃棄か返却か", choices=MediumEnding.choices, widget=forms.RadioSelect)
    method = _text("方法", "例：細断した、業者に溶解を委託した（証明書の番号）、貸与元に返した")


def _crumbs(*further: tuple[str, str]) -> Crumbs:
    return crumbs(TITLE, "assurance-media", *further)


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """Every medium, the newest first, and where it is."""
    found = Medium.objects.using(directory.alias()).select_related("backup", "end")
    columns: list[Column[Medium]] = [
        Column(key="label", title="媒体の札", value=lambda one: one.label, kind=Kind.CODE, heads_row=True,
               cell=lambda one: make_link(reverse("assurance-medium", args=[one.pk]), one.label)),
        Column(key="kind", title="種類", value=lambda one: one.kind),
        Column(key="content", title="入っているもの", value=lambda one: one.get_content_display()),
        Column(key="backup", title="控え", value=lambda one: one.backup.name),
        Column(key="where", title="いまある所", value=_where),
        Column(key="state", title="状態", value=lambda one: _state(one)[0], cell=_chip),
    ]  # fmt: skip
    table = Table(
        caption="媒体（新しい順）", columns=columns, query=request.GET, empty="媒体はありません。",
        rows=list(found.prefetch_related("transports").order_by("-pk")),
    )  # fmt: skip
    may = actor_of(request).may_somewhere(REGISTER)
    return lists.listing(
        request, table, permission=READ, heading=TITLE, file="assurance_media", crumbs=_crumbs(),
        actions=[("媒体を登録する", reverse("assurance-medium-new"))] if may else [],
        lead="控えを書いた媒体が、どこにあり、誰が封印し、誰が運び、誰が受け取ったかを残します。",
    )  # fmt: skip


def _newest(one: Medium) -> Transport | None:
    return max(one.transports.all(), key=lambda way: way.pk, default=None)


def _end(one: Medium) -> MediumEnd | None:
    found: MediumEnd | None = getattr(one, "end", None)
    return found


def _where(one: Medium) -> str:
    way = _newest(one)
    if _end(one):
        return "－"
    if way is None:
        return "登録した所"
    return way.destination if way.received_at else f"{way.origin}から{way.destination}へ"


def _state(one: Medium) -> tuple[str, str]:
    end, way = _end(one), _newest(one)
    if end:
        done = end.get_how_display()
        return (f"{done}済み", "good") if end.confirmed_at else (f"{done}の確認待ち", "warn")
    if way and not way.received_at:
        return "搬送中", "wait"
    return ("保管中", "good") if way else ("登録済み", "")


def _chip(one: Medium) -> SafeString:
    return make_chip(*_state(one))


def _one(number: int) -> Medium:
    found = Medium.objects.using(directory.alias()).select_related("backup", "end")
    one = found.prefetch_related("transports").filter(pk=number).first()
    if one is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="媒体")
    return one


def _facts(one: Medium) -> list[tuple[str, object]]:
    end = _end(one)
    names = naming.people([one.registered_by, *((end.done_by, end.confirmed_by or "") if end else ())])
    told: list[tuple[str, object]] = [
        ("種類", one.kind),
        ("入っているもの", one.get_content_display()),
        ("控え", one.backup.name),
        ("いまある所", _where(one)),
        ("登録した人", names[one.registered_by]),
    ]
    if end:
        seen = names[end.confirmed_by] if end.confirmed_by else "まだいません"
        told += [
            (f"{end.get_how_display()}の方法", end.method),
            ("行った人と日時", format_html("{}　{}", names[end.done_by], moment(end.done_at))),
            ("見届けた人", seen),
        ]
    return told


@screen(READ)
def medium(request: HttpRequest, number: int) -> HttpResponse:
    """One medium and every way that it went."""
    found = _one(number)
    ways = sorted(found.transports.all(), key=lambda way: -way.pk)
    names = naming.people(each for way in ways for each in _people(way))
    columns: list[Column[Transport]] = [
        Column(key="handed", title="発送", value=lambda way: way.handed_at, kind=Kind.MOMENT, heads_row=True),
        Column(key="origin", title="発送元", value=lambda way: way.origin),
        Column(key="destination", title="届け先", value=lambda way: way.destination),
        Column(key="seal", title="封印の番号", value=lambda way: way.seal, kind=Kind.CODE),
        Column(key="sealed", title="封印した人", value=lambda way: names[way.handed_by]),
        Column(key="carried", title="搬送した人", value=lambda way: f"{names[way.carried_by]}、{names[way.accompanied_by]}"),
        Column(key="received", title="受領", value=lambda way: way.received_at, kind=Kind.MOMENT),
        Column(key="by", title="受け取った人", value=lambda way: names[way.received_by] if way.received_by else "まだ"),
    ]  # fmt: skip
    table = Table(
        caption="搬送（新しい順）", columns=columns, rows=ways, query=request.GET, empty="搬送はありません。"
    )
    return lists.listing(
        request, table, permission=READ, heading=f"媒体 {found.label}", file="assurance_medium", chip=_chip(found),
        actions=_ways(found, actor_of(request)), template="assurance/facts_and_list.html", facts=_facts(found),
        crumbs=_crumbs((found.label, "")),
    )  # fmt: skip


def _people(way: Transport) -> tuple[str, ...]:
    return way.handed_by, way.carried_by, way.accompanied_by, way.received_by or ""


def _ways(one: Medium, actor: Actor) -> list[tuple[str, str]]:
    """What this person may do with it now."""
    end, way = _end(one), _newest(one)
    if end:
        open_ = (
            []
            if end.confirmed_at or actor.staff_id == end.done_by
            else [("廃棄・返却を見届けた", "confirm", CONFIRM)]
        )
    elif way and not way.received_at:
        carries = actor.staff_id in (way.carried_by, way.accompanied_by)
        open_ = [] if carries else [("受け取る", "receive", RECEIVE)]
    else:
        open_ = [("封印して発送する", "hand", HAND), ("廃棄・返却を記録する", "end", END)]
    return [
        (title, reverse(f"assurance-medium-{route}", args=[one.pk]))
        for title, route, permission in open_
        if actor.may_somewhere(permission)
    ]


@screen(REGISTER)
def new(request: HttpRequest) -> HttpResponse:
    """媒体の登録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        register_medium(by=by, **{**given, "content": MediumContent(given["content"])})

    return form_page(
        request, RegisterForm(request.POST or None), permission=REGISTER, heading="媒体を登録します", verb="登録する",
        back=reverse("assurance-media"), work=work, done="登録しました。", crumbs=_crumbs(("登録", "")),
        lead="データと鍵の控えは、同じ媒体に入れません。",
    )  # fmt: skip


def _act(request: HttpRequest, number: int, form: forms.Form, **of_page: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    found = _one(number)
    back = reverse("assurance-medium", args=[number])
    label = ("媒体の札", found.label)
    trail = _crumbs((found.label, back), (of_page["verb"], ""))
    return form_page(request, form, back=back, facts=[label, *_facts(found)], crumbs=trail, **of_page)


@screen(HAND)
def hand(request: HttpRequest, number: int) -> HttpResponse:
    """封印し、搬送する二人に渡す."""
    return _act(
        request, number, HandForm(request.POST or None), permission=HAND, heading="封印して発送します", verb="発送する",
        done="発送を記録しました。", work=lambda by, given: hand_medium(by=by, label=_one(number).label, **given),
    )  # fmt: skip


@screen(RECEIVE)
def receive(request: HttpRequest, number: int) -> HttpResponse:
    """封印を確かめて受け取る."""
    return _act(
        request, number, ReceiveForm(request.POST or None), permission=RECEIVE, heading="封印を確かめて受け取ります",
        verb="受け取る", done="受領を記録しました。", lead="搬送した二人とは別の人が受け取ります。",
        work=lambda by, given: receive_medium(by=by, label=_one(number).label, **given),
    )  # fmt: skip


@screen(END)
def end(request: HttpRequest, number: int) -> HttpResponse:
    """廃棄・返却."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        end_medium(by=by, label=_one(number).label, how=MediumEnding(given["how"]), method=given["method"])

    return _act(
        request, number, EndForm(request.POST or None), permission=END, heading="廃棄・返却を記録します", verb="記録する",
        done="記録しました。見届けた別の人が確かめます。", work=work,
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """見届けた."""
    return _act(
        request, number, sent(request), permission=CONFIRM, heading="廃棄・返却を見届けたことを記録します",
        verb="見届けたと記録する", done="記録しました。", work=lambda by, _: confirm_end(by=by, label=_one(number).label),
        lead="廃棄・返却を行った人とは別の、その場にいた人が記録します。",
    )  # fmt: skip
