"""事故の記録: the register, one incident with its guided steps, what prevents the next one, the draft of the report."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import directory, lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance.actions.close_incident import close_incident
from todoke.assurance.actions.note_incident import do_step, write_prevention
from todoke.assurance.actions.register_incident import register_incident
from todoke.assurance.flows import IncidentState
from todoke.assurance.models import Incident, IncidentKind, IncidentStep
from todoke.assurance.promises import answers
from todoke.assurance.rules.incident_steps import StepRule, steps_of
from todoke.assurance.web.incident_forms import PreventionForm, RegisterForm, StepForm
from todoke.assurance.web.shared import READ, Crumbs, crumbs, standings_now, state_chip
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Table, moment
from todoke.pages.tables import Kind as Shown
from todoke.pages.templatetags.parts import make_chip, make_link

HANDLE: Final = Permission.ASSURANCE_INCIDENT
CLOSE: Final = Permission.ASSURANCE_INCIDENT_CLOSE
TITLE: Final = "事故の記録"
_ANNEX: Final = "別紙."


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The register, newest first."""
    found = list(
        Incident.objects.using(directory.alias()).prefetch_related("steps").order_by("-detected_at", "-pk")
    )
    columns = [
        Column[Incident](key="title", title="件名", value=lambda one: one.title, heads_row=True,
                         cell=lambda one: make_link(reverse("assurance-incident", args=[one.pk]), one.title)),
        Column[Incident](key="kind", title="種類", value=lambda one: one.get_kind_display()),
        Column[Incident](key="persons", title="本人の数", value=lambda one: one.persons, kind=Shown.NUMBER),
        Column[Incident](key="detected", title="知った日時", value=lambda one: one.detected_at, kind=Shown.MOMENT),
        Column[Incident](key="announced", title="公表年月日", value=lambda one: one.announced_on, kind=Shown.DAY),
        Column[Incident](key="state", title="状態", value=lambda one: one.get_state_display(), cell=_chip),
        Column[Incident](key="late", title="手順", value=_lateness, cell=lambda one: make_chip(_lateness(one), "fail") if _lateness(one) else "－"),
    ]  # fmt: skip
    table = Table(
        caption="事故（新しい順）",
        columns=columns,
        rows=found,
        query=request.GET,
        empty="事故の記録はありません。",
    )
    ways = [("10件の事故と措置", reverse("assurance-accidents"))]
    if actor_of(request).may_somewhere(HANDLE):
        ways.insert(0, ("事故を登録する", reverse("assurance-incident-new")))
    return lists.listing(
        request, table, permission=READ, heading=TITLE, file="assurance_incidents", actions=ways, crumbs=_crumbs(),
        lead="個人情報の事故と、その後の手順を記録します。公表するための記録なので、個人がわかることは書きません。",
    )  # fmt: skip


def _crumbs(*further: tuple[str, str]) -> Crumbs:
    return crumbs(TITLE, "assurance-incidents", *further)


def _chip(one: Incident) -> SafeString:
    return make_chip(one.get_state_display(), "warn" if one.state == IncidentState.OPEN else "good")


def _lateness(one: Incident) -> str:
    late = sum(row["late"] for row in _checklist(one))
    return f"期限を過ぎた手順 {late} 件" if late else ""


def _checklist(one: Incident) -> list[dict[str, Any]]:
    """Every step in its order: its deadline, whether that is past, and who did it."""
    done, now = {step.step: step for step in one.steps.all()}, clock.now()
    return [_step(rule, done.get(rule.key), one.detected_at, now) for rule in steps_of(one.kind)]


def _step(rule: StepRule, done: IncidentStep | None, detected_at: datetime, now: datetime) -> dict[str, Any]:
    due = rule.due(detected_at)
    late = due is not None and (done.done_at if done else now) > due
    words = ("済み（期限の後）" if late else "済み") if done else "期限を過ぎています" if late else "まだ"
    tone = ("warn" if late else "good") if done else "fail" if late else "wait"
    return {
        "rule": rule,
        "due": due,
        "done": done,
        "chip": make_chip(words, tone),
        "late": late and done is None,
    }


def _one(number: int) -> Incident:
    found = Incident.objects.using(directory.alias()).prefetch_related("steps").filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="事故の記録")
    return found


@screen(READ)
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """One incident, and what comes next."""
    found, actor = _one(number), actor_of(request)
    may = found.state == IncidentState.OPEN and actor.may_somewhere(HANDLE)
    steps = _checklist(found)
    names = naming.people(row["done"].done_by for row in steps if row["done"])
    for row in steps:
        row["by"] = names[row["done"].done_by] if row["done"] else ""
    context = {
        "heading": found.title, "chip": _chip(found), "incident": found, "facts": _facts(found), "steps": steps,
        "may": may, "actions": _actions(found, actor, may=may), "answers": _answering(found.answered_by_promises),
        "crumbs": _crumbs((found.title, "")),
    }  # fmt: skip
    return render(request, "assurance/incident.html", context)


def _facts(one: Incident) -> list[tuple[str, object]]:
    names = naming.people(filter(None, (one.registered_by, one.closed_by)))
    told: list[tuple[str, object]] = [
        ("事故の種類", one.get_kind_display()),
        ("事故の内容", one.content),
        ("本人の数", f"{one.persons:,} 人"),
        ("起きた日", wareki(one.happened_on) if one.happened_on else "わかっていません"),
        ("知った日時", moment(one.detected_at)),
        ("公表年月日", wareki(one.announced_on) if one.announced_on else "まだ公表していません"),
        ("登録した人", names[one.registered_by]),
    ]
    if one.closed_by and one.closed_at:
        told += [("終結した人", names[one.closed_by]), ("終結の日時", moment(one.closed_at))]
    return told


def _actions(one: Incident, actor: Actor, *, may: bool) -> list[tuple[str, str]]:
    ways = [("再発防止策を書く", reverse("assurance-incident-prevention", args=[one.pk]))] if may else []
    if one.state == IncidentState.OPEN and actor.may_somewhere(CLOSE) and actor.staff_id != one.registered_by:
        ways.append(("終結する", reverse("assurance-incident-close", args=[one.pk])))
    return [*ways, ("速報の下書き", reverse("assurance-incident-report", args=[one.pk]))]


def _answering(wanted: list[str]) -> list[dict[str, Any]]:
    """The promises of these ids, with how they stand here; one of another realm without."""
    chips = {one.promise.id: state_chip(one.state) for one in standings_now()}
    every = {one.id: one for answer in answers().values() for one in answer.promises}
    return [{"it": every[name], "chip": chips.get(name)} for name in wanted if name in every]


@screen(HANDLE)
def new(request: HttpRequest) -> HttpResponse:
    """事故の登録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        register_incident(by=by, **{**given, "kind": IncidentKind(given["kind"])})

    return form_page(
        request, RegisterForm(request.POST or None), permission=HANDLE, heading="事故を登録します", verb="登録する",
        back=reverse("assurance-incidents"), work=work, done="登録しました。件名を開くと、次にすることが出ます。",
        crumbs=_crumbs(("登録", "")), lead="まず、わかっていることだけで登録します。後の手順と期限がすぐに出ます。",
    )  # fmt: skip


def _act(request: HttpRequest, number: int, form: Any, **of_page: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    found = _one(number)
    back = reverse("assurance-incident", args=[number])
    facts = [("件名", found.title), *of_page.pop("facts", _facts(found))]
    trail = _crumbs((found.title, back), (of_page["verb"], ""))
    return form_page(request, form, back=back, facts=facts, crumbs=trail, **of_page)


@screen(HANDLE)
def step(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """手順を済ませる."""
    found = _one(number)
    rule = next((one for one in steps_of(found.kind) if one.key == key), None)
    if rule is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="手順")
    due = rule.due(found.detected_at)
    return _act(
        request, number, StepForm(request.POST or None), permission=HANDLE, heading=rule.title, verb="済ませたと記録する",
        facts=[("すること", rule.what), ("根拠", rule.law), ("期限", moment(due) if due else "定まった日はありません")],
        done="記録しました。", work=lambda by, given: do_step(by=by, incident_id=number, step=key, note=given["note"]),
    )  # fmt: skip


@screen(HANDLE)
def prevention(request: HttpRequest, number: int) -> HttpResponse:
    """再発防止策を書く."""
    found = _one(number)
    initial = {
        "prevention": found.prevention,
        "answered_by": found.answered_by_promises,
        "announced_on": found.announced_on,
    }
    return _act(
        request, number, PreventionForm(request.POST or None, initial=initial), permission=HANDLE,
        heading="再発防止策を書きます", verb="書き残す", done="書き残しました。",
        work=lambda by, given: write_prevention(by=by, incident_id=number, **given),
    )  # fmt: skip


@screen(CLOSE)
def close(request: HttpRequest, number: int) -> HttpResponse:
    """終結."""
    found = _one(number)
    facts = [*_facts(found), ("再発防止策", found.prevention or "まだありません")]
    return _act(
        request, number, sent(request), permission=CLOSE, heading="事故の対応を終結します", verb="終結する", facts=facts,
        lead="登録した人とは別の人が、再発防止策とそれに当たる措置を確かめて終結します。", done="終結しました。",
        work=lambda by, _: close_incident(by=by, incident_id=number),
    )  # fmt: skip


@screen(READ)
def report(request: HttpRequest, number: int) -> HttpResponse:
    """速報の下書き: the items that the rules of the commission name, from what stands here."""
    found = _one(number)
    done = {one.step: one.note for one in found.steps.all()}
    unknown = "調査中"
    told: list[tuple[str, object]] = [
        ("概要", f"{found.title}。{found.content}"),
        ("事態の種類", found.get_kind_display()),
        ("発生日", wareki(found.happened_on) if found.happened_on else unknown),
        ("発覚日時", moment(found.detected_at)),
        ("本人の数", f"{found.persons:,} 人" if found.persons else unknown),
        ("個人データの項目", unknown),
        ("原因", done.get("find_out", unknown)),
        ("二次被害又はそのおそれの有無及びその内容", unknown),
        ("本人への対応の実施状況", done.get("notify_persons", "これから行います")),
        ("公表の実施状況", wareki(found.announced_on) if found.announced_on else done.get("announce", "これから行います")),
        ("再発防止のための措置", found.prevention or "検討中"),
        ("その他参考となる事項", f"被害の拡大の防止：{contained}" if (contained := done.get("contain")) else "なし"),
    ]  # fmt: skip
    back = reverse("assurance-incident", args=[number])
    context = {
        "heading": "個人情報保護委員会への速報（下書き）", "facts": told, "today": clock.today(), "back": back,
        "crumbs": _crumbs((found.title, back), ("速報の下書き", "")),
    }  # fmt: skip
    return render(request, "assurance/report.html", context)


@screen(READ)
def accidents(request: HttpRequest) -> HttpResponse:
    """別紙: each of the accidents that the assessment names, with the promises that answer it."""
    told = [
        {"number": key.removeprefix(_ANNEX), "cause": one.cause, "answers": _answering([each.id for each in one.promises])}
        for key, one in answers().items() if key.startswith(_ANNEX)
    ]  # fmt: skip
    context = {
        "heading": "評価書の別紙の事故と、それに当たる措置",
        "accidents": told,
        "crumbs": _crumbs(("別紙の事故", "")),
    }
    return render(request, "assurance/accidents.html", context)
