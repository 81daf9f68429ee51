"""The databases allow exactly the steps of the flows, whoever writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connections

from tests.systems.inquiry.town import Town
from todoke.systems.inquiry import flows as inquiry_flows
from todoke.systems.linkage import flows as linkage_flows

pytestmark = pytest.mark.usefixtures("city_site")


@pytest.mark.parametrize(
    ("alias", "transitions"),
    [("linkage", linkage_flows.TRANSITIONS), ("inquiry", inquiry_flows.TRANSITIONS)],
)
def test_the_trigger_holds_the_table_of_the_flow(alias: str, transitions: Mapping[Any, Any]) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{alias}_query_state_step"])
        (source,) = cursor.fetchone()
    held = set(re.findall(r"\('(\w+)', '(\w+)'\)", source))
    assert held == {(old.value, new.value) for old, news in transitions.items() for new in news}


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "UPDATE inquiry_query SET state = 'asked', item_values = NULL, item_reasons = NULL",
            "may not follow",
        ),
        ("DELETE FROM inquiry_query", "rows stay"),
    ],
)
def test_an_answer_is_neither_taken_back_nor_removed(tmp_path: Path, statement: str, refusal: str) -> None:
    Town({1: "13112"}, tmp_path).road()
    with pytest.raises(IntegrityError, match=refusal), connections["inquiry"].cursor() as cursor:
        cursor.execute(statement)
