"""Ports of the loopback that nobody listens on (空きポート)."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.realms import Realm

HOST = "127.0.0.1"

# below the range from which Linux (32768) and IANA (49152) take the ports of outgoing lines: a port that is
# free now could else belong to somebody's outgoing line when its server starts
_RANGE = range(20_000, 32_768)


def free_ports(count: int) -> list[int]:
    """So many different free ports, drawn at random: two runs on one machine seldom meet.

    Raises: TodokeError(SETUP_MISSING) if there are not so many.
    """
    with ExitStack() as held:
        found: list[int] = []
        for port in random.sample(_RANGE, len(_RANGE)):
            try:
                held.enter_context(socket.create_server((HOST, port)))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return found
    raise TodokeError(
        ErrorCode.SETUP_MISSING,
        detail="この端末に空いているポートがありません。",
        todo="使っていないプログラムを終えてから、もう一度始めてください。",
    )


def free_port() -> int:
    """One free port."""
    return free_ports(1)[0]


def realm_ports() -> dict[str, int]:
    """A free port for each realm's door."""
    return dict(zip((realm.value for realm in Realm), free_ports(len(Realm)), strict=True))
