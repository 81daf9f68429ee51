"""A database that acknowledges before it has written is refused, by name and with what to do."""

from __future__ import annotations

import pytest
from django.db import connections

from todoke.kernel.errors import TodokeError
from todoke.oplog import durable
from todoke.sites import log_keeping
from todoke.sites.realms import Realm


def test_commits_that_do_not_wait_for_the_disk_are_refused(databases) -> None:
    log_keeping.check_durable(databases, Realm.CITY)
    for value in ("off", "local", "remote_write"):
        with connections["inquiry"].cursor() as cursor:
            cursor.execute(f"SET synchronous_commit = {value}")
        with pytest.raises(TodokeError, match=f"LOG_UNSAFE: inquiry .*synchronous_commit={value}"):
            durable.check("inquiry")
        with (
            pytest.raises(TodokeError, match="LOG_UNSAFE"),
            log_keeping.sealers(databases, Realm.CITY, only=lambda name: name == "inquiry"),
        ):
            pass
    connections["inquiry"].close()
    durable.check("inquiry")
