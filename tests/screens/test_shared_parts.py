"""What many screens share: a page that renews itself, and a list that is taken away as a file."""

from __future__ import annotations

from contextlib import closing

from playwright.sync_api import Browser, expect

from tests.screens.office import Office
from tests.systems.world import World
from todoke.access.models import Session
from todoke.access.permissions import Role
from todoke.batch.models import StepRun, StepState
from todoke.contracts.intermediary import RESULTS, ResultsWanted
from todoke.exchange import client
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import HttpTransport
from todoke.kernel import clock
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm
from todoke.systems.linkage.models import Person

D = "directory_city"


def test_the_home_page_renews_itself_and_that_does_not_keep_the_session_awake(
    office: Office, chromium: Browser
) -> None:
    office.hire(Realm.CITY, {"s001": [Role.ADMINISTRATOR]})
    with chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo") as scripted:
        office.context = scripted
        page = office.seat(Realm.CITY, "s001").open("home")
        expect(page.locator("#steps")).to_contain_text("処理はまだありません")
        page.evaluate("document.getElementById('steps').dataset.live = '2'")
        seen = Session.objects.using(D).get(staff_id="s001").seen_at
        now = clock.now()
        StepRun.objects.using("residents").create(
            name="test",
            key="1",
            title="住民情報の取込",
            state=StepState.RUNNING,
            by="c001",
            started_at=now,
            taken=0,
        )
        expect(page.locator("#steps")).to_contain_text("住民情報の取込")
        assert Session.objects.using(D).get(staff_id="s001").seen_at == seen


def test_the_sample_city_stands_behind_the_screens(sample_city: World) -> None:
    """The doors of the platform and the nation answer over real mutual TLS, and both sides see one database."""
    assert Person.objects.using("linkage").count() > 500
    ring = KeyRing(Instance.load().path, "city")
    with closing(HttpTransport(ring)) as transport:
        answer = client.request(
            transport,
            sender="city:14100",
            receiver="platform:14100",
            kind=RESULTS,
            body=ResultsWanted(after=0, limit=10),
            key="test/1",
        )
    assert answer.records == []
