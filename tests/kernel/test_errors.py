"""Errors cross processes whole: a pool that cannot take one waits for ever."""

from __future__ import annotations

import pickle

import pytest

from todoke.exchange.refusals import NotNowError, RefusedError
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.faults import RecordError

ROW = BadRow(file="税.csv", row=3, column="所得割額", shown="十二", rule="数字だけです")


@pytest.mark.parametrize(
    "error",
    [
        TodokeError(ErrorCode.INPUT_MISSING, file="税.csv"),
        InputRefused("税.csv", [ROW]),
        RefusedError(ErrorCode.PERMISSION_DENIED, "network"),
        NotNowError(ErrorCode.SERVICE_CLOSED, "network"),
        RecordError((ROW, ROW)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_a_worker_process_arrives_as_it_is(error: TodokeError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
