import pytest

from todoke.access.permissions import Role
from todoke.sites.realms import Realm


@pytest.mark.parametrize("route", ["home", "staff", "grants", "sessions", "alarms"])
def test_front(office, examiner, route):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    me = office.person(Role.ADMINISTRATOR)
    examiner.check(me.open(route), route)
