"""A question that got no answer is asked again with the same key, for as long as the transport is patient."""

import pytest

from tests.exchange.parts import CITY, PLATFORM
from todoke.contracts import intermediary
from todoke.exchange import client
from todoke.kernel.errors import ErrorCode, TodokeError


class _Silent:
    """Answers nobody, and counts how often it was asked."""

    def __init__(self, ring, patience: float) -> None:
        self.ring, self.patience, self.asked = ring, patience, 0

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        self.asked += 1
        raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)


@pytest.mark.parametrize(("patience", "least"), [(0.0, 1), (0.7, 3)])
def test_how_often_it_asks(ring, patience: float, least: int) -> None:
    transport = _Silent(ring, patience)
    wanted = intermediary.ResultsWanted(after=0, limit=1)
    with pytest.raises(TodokeError) as unknown:
        client.request(
            transport, sender=CITY, receiver=PLATFORM, kind=intermediary.RESULTS, body=wanted, key="k"
        )
    assert unknown.value.code is ErrorCode.UNAVAILABLE
    assert transport.asked == least
