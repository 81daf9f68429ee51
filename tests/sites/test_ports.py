"""Free ports of the loopback."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from todoke.sites.ports import HOST, free_ports, realm_ports


def test_they_differ_are_free_and_lie_below_those_of_outgoing_lines() -> None:
    found = free_ports(40)
    assert len(set(found)) == 40
    assert all(1024 < port < 32_768 for port in found)
    with ExitStack() as held:
        for port in found:
            held.enter_context(socket.create_server((HOST, port)))


def test_each_realm_has_its_own() -> None:
    assert sorted(realm_ports()) == ["city", "national", "platform"]
    assert len(set(realm_ports().values())) == 3
