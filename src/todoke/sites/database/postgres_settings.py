"""How the embedded PostgreSQL is set (ADR 0002). A server elsewhere has its own settings; docs/deployment.md names those that matter."""

from __future__ import annotations

import os
from typing import Final

HOST: Final = "127.0.0.1"
_MIB: Final = 2**20


def _shared_buffers() -> str:
    """A quarter of the machine's memory, as PostgreSQL's manual advises, from 256 MiB to 1 GiB.

    300,000 payments with their guards touch some 800 MiB: with 256 MiB pages were written out twice on the way.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(max(memory // 4 // _MIB, 256), 1024)}MB"


SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "shared_buffers": _shared_buffers(),
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    # a checkpoint in the midst of a round's bulk work makes it write every page whole once more
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # a failing statement may hold a name or a number: neither it nor its parameters reach the log file
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
