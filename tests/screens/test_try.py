import pytest

from todoke.access.permissions import Role
from todoke.sites.realms import Realm


@pytest.mark.parametrize("route", ["home", "staff", "grants", "sessions", "alarms","contracts","contract-new","training","terminals","terminal-new"])
def test_front(office, examiner, route):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    me = office.person(Role.ADMINISTRATOR)
    examiner.check(me.open(route), route)

def test_person(office, examiner):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    me = office.person(Role.ADMINISTRATOR)
    for r in ("staff-person","staff-password","staff-face","staff-passkey","staff-unlock"):
        examiner.check(me.open(r,"c001"), r)

def test_person2(office, examiner):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    me = office.person(Role.SECTION_MANAGER)
    for r in ("staff-person","grant-request"):
        examiner.check(me.open(r,"c001"), r)
    examiner.check(me.open("training-new"), "training-new")

def test_personnel(office, examiner):
    me = office.person(Role.PERSONNEL)
    examiner.check(me.open("personnel"), "personnel")

def test_sign_in(office, examiner,page):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    page.goto(office.sites.address(Realm.CITY))
    examiner.check(page, "sign-in")
    page.fill("#id_staff_id","c001")
    page.keyboard.press("Enter"); page.wait_for_selector("#id_password")
    examiner.check(page, "sign-in-proof")


def test_log(office, examiner):
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})
    me = office.person(Role.AUDITOR)
    examiner.check(me.open("log", status=422), "purpose")
    q="?purpose=%E7%82%B9%E6%A4%9C"
    for r in ("log","log-unusual","log-sheet","log-person"):
        examiner.check(me.open(r, query=q), r)
    for r in ("password","my-face","step-up", "matrix"):
        examiner.check(me.open(r), r)
