"""kill -9 at every step that lasts (commit, flush, rename, removal): each file is taken and sent once, and the totals are equal."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.systems.linkage import filing
from tests.systems.linkage.filing import System, number_rows, run, states
from todoke.batch.models import StepRun
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.systems.linkage.actions.files.forget_contents import forget_contents
from todoke.systems.linkage.models import ExchangedFile, LocalNumber, NumberNotice, Person
from todoke.systems.linkage.queries import file_places
from todoke.systems.linkage.rules.file_kinds import Direction

NOTICES = FileForm(layout="number_notices", edition="2022", form=Format.CSV, charset="utf-8")


@pytest.mark.usefixtures("city_site")
def test_kill_9_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    residents = System.joined("residents")
    queue = residents.queue()
    out = residents.queue("number-notices", Direction.OUT, NOTICES, records=15, cut=True)
    residents.drop(1, *number_rows(0, 20))
    residents.drop(2, b"nothing of this\n", 1)
    residents.drop(3, *number_rows(20, 30))
    file_places.vault()
    received: dict[str, bytes] = {}
    kills = 0
    for left in itertools.cycle(range(1, 8)):
        status = _in_a_child(left)
        _receive(residents, received)
        if status == 0 and _nothing_left():
            break
        # a walk may also pass over a queue whose lock the server has not yet taken from the dead process
        assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
        kills += status != 0
    assert kills > 15
    run()
    _receive(residents, received)
    run()
    assert states(queue) == [(1, "taken", ""), (2, "refused", "bad_rows"), (3, "taken", "")]
    assert Person.objects.using("linkage").count() == 30
    assert LocalNumber.objects.using("linkage").count() == 30
    files = ExchangedFile.objects.using("linkage").filter(queue=out).order_by("number")
    assert [file.number for file in files] == list(range(1, len(files) + 1))
    assert {file.state for file in files} == {"acknowledged"}
    assert [file.file_name for file in files] == sorted(received)
    told = [
        line.split(b",")[0] for name in sorted(received) for line in received[name].split(b"\n")[1:] if line
    ]
    assert len(told) == len(set(told)) == 30
    assert NumberNotice.objects.using("linkage").filter(file=None).count() == 0
    runs = StepRun.objects.using("linkage").filter(name="linkage:file:run").order_by("key")
    counts = [(step.state, step.taken, step.accepted, step.refused) for step in runs]
    assert counts == [("done", 20, 20, 0), ("done", 1, 0, 1), ("done", 10, 10, 0)]
    assert len(list(residents.folder().joinpath("ack").iterdir())) == 3
    left_over = [path for path in residents.folder().parent.parent.rglob("*") if path.is_file()]
    assert [path for path in left_over if path.parent.name != "ack"] == []
    forget_contents(by=filing.operator())
    assert not list(file_places.vault().folder.joinpath("work").iterdir())


def _nothing_left() -> bool:
    files = ExchangedFile.objects.using("linkage")
    return files.count() >= 5 and not files.exclude(state__in=["taken", "refused", "acknowledged"]).exists()


def _receive(system: System, received: dict[str, bytes]) -> None:
    """The other side: takes what is complete, the same whenever it is there again, and says so."""
    folder = system.folder("number-notices", "out")
    for note in folder.glob("*.manifest"):
        name = note.name.removesuffix(".manifest")
        content = (folder / name).read_bytes()
        assert received.setdefault(name, content) == content
        file = ExchangedFile.objects.using("linkage").get(file_name=name)
        system.acknowledge(file)


def _in_a_child(left: int) -> int:
    """Run the walk in a process that kills itself at its `left`-th lasting step; 0 when it came to its end before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            _deadly(left)
            run()
        except BaseException:
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _deadly(left: int) -> None:
    counter = itertools.count(1)

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            number = next(counter)
            if number == left and left % 2:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **kwargs)
            if number == left:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return step

    DatabaseWrapper._commit = guarded(DatabaseWrapper._commit)  # type: ignore[attr-defined]
    os.fsync = guarded(os.fsync)
    Path.replace = guarded(Path.replace)  # type: ignore[method-assign]
    Path.unlink = guarded(Path.unlink)  # type: ignore[method-assign]
