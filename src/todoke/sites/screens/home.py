"""ホーム: what waits for me today, and how the steps of this site are going."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, standing
from todoke.access.guard import actor_of, open_screen
from todoke.access.models import Alarm, FaceTemplate, Grant, GrantState, Session, TemplateStage, Training
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.shell import Card
from todoke.sites import system_webs
from todoke.sites.monitoring import status
from todoke.sites.realms import Realm, systems_of

ALARM_DAYS = 30
_OVERDUE_SOON = timedelta(days=30)


@open_screen("サインインした本人のホーム。表示は件数だけで、サインインは画面の中で確かめる")
def home(request: HttpRequest) -> HttpResponse:
    """今日の仕事. Anybody who is signed in."""
    actor = actor_of(request)
    context = {
        "cards": [*system_webs.cards(actor), *_cards(actor)],
        "last": _last_session(actor),
        "training": _training(actor),
        "paused": actor.paused,
        "face_waits": _face_waits(actor),
        "systems": [status.SYSTEM_TITLES[name] for name in systems_of(Realm(settings.TODOKE_REALM))],
        "steps": status.steps(request.GET),
    }
    return render(request, "screens/home.html", context)


def _cards(actor: Actor) -> list[Card]:
    alias, found = directory.alias(), []
    grants = Grant.objects.using(alias)
    if actor.may_somewhere(Permission.ACCESS_GRANT_SET):
        count = grants.filter(state=GrantState.REQUESTED).count()
        found.append(
            Card(title="設定を待つ権限", count=count, link="設定する", url=_grants(GrantState.REQUESTED))
        )
    if actor.may_somewhere(Permission.ACCESS_GRANT_CONFIRM):
        count = grants.filter(state=GrantState.SET).exclude(staff_id=actor.staff_id).count()
        found.append(Card(title="確認を待つ権限", count=count, link="確認する", url=_grants(GrantState.SET)))
    if actor.may_somewhere(Permission.ACCESS_SESSION_LIST):
        since = clock.now() - timedelta(days=ALARM_DAYS)
        count = Alarm.objects.using(alias).filter(at__gte=since).count()
        found.append(
            Card(title=f"警報（{ALARM_DAYS}日以内）", count=count, link="内容を見る", url=reverse("alarms"))
        )
        live = Session.objects.using(alias).filter(ended_at__isnull=True).count()
        found.append(Card(title="サインイン中の人", count=live, link="一覧を見る", url=reverse("sessions")))
    return found


def _grants(state: GrantState) -> str:
    return f"{reverse('grants')}?state={state.value}"


def _last_session(actor: Actor) -> Session | None:
    """The sign-in before this one: so that a person notices one that was not theirs."""
    return (
        Session.objects.using(directory.alias())
        .select_related("terminal")
        .filter(staff_id=actor.staff_id)
        .exclude(pk=int(actor.session_id))
        .order_by("-begun_at")
        .first()
    )


def _face_waits(actor: Actor) -> bool:
    """Whether an administrator linked a new picture that replaces a confirmed one once the person shows that face."""
    mine = FaceTemplate.objects.using(directory.alias()).filter(staff_id=actor.staff_id)
    return set(mine.values_list("stage", flat=True)) >= {TemplateStage.LINKED, TemplateStage.CONFIRMED}


def _training(actor: Actor) -> tuple[object, bool]:
    """The day until which the last training counts, and whether that is near."""
    held = (
        Training.objects.using(directory.alias())
        .filter(staff_id=actor.staff_id, kind=standing.TRAINING)
        .order_by("-held_on")
        .values_list("held_on", flat=True)
        .first()
    )
    if held is None:
        return None, True
    until = held + standing.TRAINING_LIFE[directory.realm()]
    return until, until - clock.today() <= _OVERDUE_SOON
