"""kill -9, anywhere: no acknowledged entry is lost, none is sealed twice, and the verifier agrees."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.oplog.support import checked, seal
from todoke.kernel.errors import TodokeError
from todoke.oplog import sealing
from todoke.oplog.models import Operation
from todoke.sites.database.postgres import ENVIRONMENT as DATABASE_URL
from todoke.sites.database.postgres_home import remove
from todoke.sites.instance import Instance

ROOT = Path(__file__).parents[2]
ALIAS = "benefits"

WRITER = """
import sys
import django
django.setup()
from django.db import transaction
from todoke.oplog.record import record
from todoke.oplog.who import Who
count = 0
while True:
    subject = f"{sys.argv[1]}/{count}"
    with transaction.atomic(using="benefits"):
        record("benefits", by=Who(staff_id="c001"), verb="benefits:decision:decide", subject=subject)
    sys.stdout.write(subject + "\\n")
    sys.stdout.flush()
    count += 1
"""

SEALER = """
import django
django.setup()
from todoke.sites import log_keeping
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm
with log_keeping.sealers(Instance.load(), Realm.CITY, only=lambda name: name == "benefits") as found:
    while True:
        found["benefits"].seal()
"""


def start(script: str, *arguments: str, out: Path | None = None) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdout=out.open("wb") if out else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def wait_until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def sealed_all(instance: Instance) -> bool:
    """Whether a round leaves nothing waiting; the lock of a killed sealer may still be held."""
    try:
        return seal(instance, only=ALIAS)[ALIAS].waiting == 0
    except TodokeError:
        return False


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_writers_and_sealers_killed_again_and_again_lose_nothing(databases, tmp_path) -> None:
    writers = [start(WRITER, f"{n}", out=tmp_path / f"said-{n}") for n in range(4)]
    try:
        wait_until(lambda: all((tmp_path / f"said-{n}").stat().st_size for n in range(4)))
        for turn in range(4):
            sealer, before = start(SEALER), len(sealing.read_segments(ALIAS))
            wait_until(lambda before=before: len(sealing.read_segments(ALIAS)) > before + 2)
            time.sleep(0.03 * turn)  # somewhere else in its round each time
            sealer.send_signal(signal.SIGKILL)
            sealer.wait()
    finally:
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    wait_until(lambda: sealed_all(databases))  # the server takes a moment to notice that its clients are gone
    said = [line for n in range(4) for line in (tmp_path / f"said-{n}").read_text().splitlines()]
    there = set(Operation.objects.using(ALIAS).values_list("subject", flat=True))
    assert len(said) > 100
    assert not set(said) - there
    report = checked(databases, tmp_path / "out")
    assert report.faults == []
    assert report.verified == Operation.objects.using(ALIAS).count()
    assert {log.log: log for log in report.logs}[ALIAS].segments > 5


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get(DATABASE_URL)), reason="kills the embedded server")
def test_the_postmaster_killed_under_load_loses_no_acknowledged_entry() -> None:
    folder = Path(tempfile.mkdtemp(prefix="todoke-killed-"))
    folder.chmod(0o711)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("TODOKE_INSTANCE", "DJANGO_SETTINGS_MODULE")
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.oplog.postmaster_killed", str(folder)],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout.splitlines()[-1])
    finally:
        remove(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)
    assert found["acknowledged"] > 500
    assert found["lost"] == found["faults"] == 0
    assert found["verified"] == found["rows"] >= found["acknowledged"]
    assert found["reproduced"] == found["checkpoints"] > 3
