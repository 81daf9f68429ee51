"""The last release's own code does its main round on today's tables, while today's code seals its log and watches it.

The release's code comes from the repository's history, at the commit that wrote `released.txt`: a clone without it fails here
and says so. Slow, since it is a whole demonstration.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from todoke.sites.database.postgres_home import remove
from todoke.sites.database.upgrade import BASELINE

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
RESIDENTS = 600
NEW = ROOT / "src"
_PREPARE = """
from pathlib import Path
from todoke.sites.demonstration.demo import Demo
from todoke.sites.demonstration.run_folder import RunFolder
from todoke.sites.database.postgres import running_server
demo = Demo(RunFolder(out=Path("var/out"), residents=RESIDENTS, seed=20211210), Path("var"), print)
with running_server(demo.home.parent) as server:
    demo._prepare(server)
print(demo.home.resolve())
""".replace("RESIDENTS", str(RESIDENTS))
"""Today's tables, keys and input files, and the mark of a run that was begun: any code goes on from there."""
_PROVE = """
import os, sys
from pathlib import Path
os.environ["TODOKE_INSTANCE"] = sys.argv[1]
from todoke.sites.instance import Instance
from todoke.sites.database.postgres import running_server
from todoke.sites.realms import Realm
with running_server(Instance.load()):
    from todoke.sites.entering import enter
    instance = enter(Realm.CITY)
    from todoke.oplog import verify
    from todoke.sites import log_keeping
    log_keeping.export(instance, Realm.CITY, Path("log"))
    proof = verify.verify(Path("log"), trusted=log_keeping.public_keys(instance), processes=0)
assert not proof.faults, proof.faults
assert sum(one.verified for one in proof.logs) > 100, proof.logs
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for old code, instance and server, which the server's account can reach."""
    found = Path(mkdtemp(prefix="todoke-upgrade-"))
    found.chmod(0o711)
    yield found
    remove(found / "var" / "postgres")
    shutil.rmtree(found, ignore_errors=True)


def git(*words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.fail(
            f"the last release's code is not in this clone (git fetch --unshallow): {done.stderr.decode()}"
        )
    return done.stdout


def released(folder: Path) -> Path:
    """The code at the commit that wrote down the last release; its `src`."""
    # a file that only moved (status R) says nothing new about the release
    wrote = git(
        "log", "--follow", "--diff-filter=AM", "-1", "--format=%H", "--", str(BASELINE.relative_to(ROOT))
    )
    commit = wrote.decode().strip()
    if not commit:
        pytest.fail("no commit of this clone wrote released.txt (git fetch --unshallow)")
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", commit, "src"))) as tar:
        tar.extractall(folder, filter="data")
    return folder / "src"


class Machine:
    """Where old and new code meet: one `var` with one server, whatever code runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Path()

    def begin(self, source: Path, *words: str, log: str = "said") -> subprocess.Popen[bytes]:
        """A process with the code below `source`."""
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("TODOKE_", "DJANGO_"))
        }
        with (self.folder / log).open("wb") as said:
            return subprocess.Popen(
                [sys.executable, *words], env=clean | {"PYTHONPATH": str(source)}, cwd=self.folder, stdout=said, stderr=said
            )  # fmt: skip

    def run(self, source: Path, *words: str) -> str:
        """The same to its end, which must be a good one; what it said."""
        code = self.begin(source, *words).wait()
        said = (self.folder / "said").read_text(encoding="utf-8")
        assert code == 0, said[-3000:]
        return said

    def todoke(self, *words: str) -> str:
        """A verb of today's code on the instance."""
        return self.run(NEW, "-m", "todoke.cli", "--instance", str(self.home), *words)


def migrations(source: Path) -> set[str]:
    return {str(path.relative_to(source)) for path in source.rglob("migrations/[0-9]*.py")}


def test_the_last_releases_code_runs_on_todays_tables(folder: Path) -> None:
    old, machine = released(folder / "old"), Machine(folder)
    assert migrations(old) < migrations(NEW)  # else there would be nothing to show
    machine.home = Path(machine.run(NEW, "-c", _PREPARE).split()[-1])
    server = machine.begin(
        NEW, "-m", "todoke.cli", "--instance", str(machine.home), "database", "up", log="server"
    )
    try:
        assert_runs(machine, old)
    finally:
        server.terminate()
        server.wait()


def assert_runs(machine: Machine, old: Path) -> None:
    """The release's round, with today's sealer beside it; then what both wrote is proved."""
    folder = machine.folder
    release = machine.begin(
        old, "-m", "todoke.cli", "demo", "--out", "var/out", "--residents", str(RESIDENTS), log="release"
    )
    seals = 0
    while release.poll() is None:
        if (machine.home / "platform.ready").exists():
            machine.todoke("oplog", "seal", "city", "--once")
            seals += 1
        time.sleep(0.2)
    assert release.returncode == 0, (folder / "release").read_text(encoding="utf-8")[-3000:]
    assert seals > 1
    found = json.loads((folder / "var/out/output/summary.json").read_text(encoding="utf-8"))
    assert found["paid_count"] > 0
    assert found["exchange_records"]["differences"] == 0
    machine.todoke("oplog", "seal", "city", "--once")
    machine.run(NEW, "-c", _PROVE, str(machine.home))
    lines = machine.todoke("oplog", "status", "city").splitlines()
    assert all("封印待ち       0" in line for line in lines if "区間" in line), lines
