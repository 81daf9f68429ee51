"""Our own servers keep every rule of the conformance kit, and a server without one guard breaks exactly its rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sites.conformance import served
from todoke.sites.conformance.run import rules_of
from todoke.sites.conformance.trial import Role

pytestmark = pytest.mark.usefixtures("databases")


@pytest.mark.parametrize("role", Role)
def test_our_server_keeps_every_rule(tmp_path: Path, role: Role) -> None:
    found = served.findings(tmp_path, role)
    assert {number: said for number, said in found.items() if said} == {}
    assert list(found) == [rule.number for rule in rules_of(role)]
