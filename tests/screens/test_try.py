import pytest
from todoke.sites.realms import Realm


@pytest.mark.parametrize("realm", Realm)
def test_front(databases, sites, page, examiner, realm):
    page.goto(sites.address(realm))
    examiner.check(page, f"front-{realm}")
