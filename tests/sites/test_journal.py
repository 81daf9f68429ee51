"""The machine's log holds a closed list of fields, and no name or number gets through, however it is handed in."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import todoke
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.monitoring.journal import FIELDS, HIDDEN, LOGGERS, Journal

NAME, NUMBER, BORN = "架空 太郎", "123456789018", "19800401"
SECRETS = (
    NAME,
    NUMBER,
    BORN,
    "YAMADA",
    "yamada.taro",
    "KakuuTaroError",
    "system:14100:yamada",
    "090-1234-5678",
)
CONSTANT = "%s の処理を見送りました: %s"


def line(
    message: object, *values: object, logger: str = "todoke.sites", error: bool = False
) -> dict[str, object]:
    info = sys.exc_info() if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, values, info)
    return json.loads(Journal().format(record))


def whole(found: dict[str, object]) -> str:
    assert set(found) <= set(FIELDS)
    return json.dumps({name: value for name, value in found.items() if name != "at"}, ensure_ascii=False)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_never_written(secret) -> None:
    ways = (
        line(CONSTANT, secret, secret),
        line(CONSTANT, [secret], {"name": secret}),
        line(f"{secret} の処理を見送りました"),
        line(f"{secret}: %s", "x"),
        line("joined " + secret),
        line(CONSTANT, secret, logger=f"todoke.{secret}"),
        line(secret, logger="django.request"),
        line(ValueError(secret)),
        line(CONSTANT, ValueError(secret), type(secret, (Exception,), {})("x")),
    )
    assert not any(secret in whole(one) for one in ways)


@pytest.mark.parametrize("secret", SECRETS)
def test_nor_is_the_text_of_an_error(secret) -> None:
    try:
        raise type("KakuuTaroError", (ValueError,), {})(f"row {secret}")
    except ValueError:
        found = line(CONSTANT, "benefits", error=True)
    assert secret not in whole(found)
    assert found["error"] == HIDDEN
    assert found["where"].startswith("test_journal.py:")


@given(st.text(min_size=1, max_size=30))
def test_no_text_of_any_kind(text) -> None:
    values = line(CONSTANT, text)["values"]
    assert values == [HIDDEN] or len(text) <= 5 or text.isascii()


@given(st.integers(min_value=100_000))
def test_no_number_that_could_be_a_persons(number) -> None:
    assert line(CONSTANT, number, str(number))["values"] == [HIDDEN, HIDDEN]


def test_every_logger_of_the_code_is_on_the_list() -> None:
    used = {
        name
        for path in Path(todoke.__file__).parent.rglob("*.py")
        for name in re.findall(r'getLogger\("(todoke[^"]*)"\)', path.read_text(encoding="utf-8"))
    }
    assert used == LOGGERS


def test_what_helps_stays() -> None:
    refused = TodokeError(ErrorCode.RECORD_INVALID, detail=NAME)
    found = line(CONSTANT, "platform:14100", refused, 12, "OperationalError", "UNAVAILABLE")
    assert found["event"] == CONSTANT
    assert found["values"] == ["platform:14100", "RECORD_INVALID", "12", "OperationalError", "UNAVAILABLE"]
    assert list(found) == list(FIELDS[:5])
