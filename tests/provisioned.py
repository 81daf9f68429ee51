"""A made instance with its empty databases, kept between test runs when $TODOKE_TEST_CACHE names a folder for it.

Making all databases takes most of the time of a short run. What is kept is bound to the migrations, to the code that
provisions and to the day (partitions), and is only copied; `provision` runs over every copy all the same. Without the
variable, as in CI, each run makes its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from todoke.sites.instance import ENVIRONMENT, EXAMPLE, Instance
from todoke.sites.ports import realm_ports

CACHE = "TODOKE_TEST_CACHE"
NAME = "test_kept"
_SOURCE = Path(__file__).resolve().parent.parent / "src" / "todoke"


def copy_into(folder: Path) -> bool:
    """Put the kept instance into `folder`, made first if need be; false when nothing is to be kept."""
    cache = os.environ.get(CACHE)
    if not cache:
        return False
    kept = Path(cache) / _key()
    Path(cache).mkdir(parents=True, exist_ok=True)
    with (Path(cache) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept)
    if (kept / "postgres" / "where.json").exists():  # its data lie in a state folder bound to one place
        return False
    subprocess.run(["cp", "-a", "--reflink=auto", f"{kept}/.", str(folder)], check=True)
    return True


def _key() -> str:
    """Of everything that decides what stands in a new database."""
    digest = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    for file in sorted(
        [
            *_SOURCE.rglob("migrations/*.py"),
            *(_SOURCE / "sites").glob("*.py"),
            *(_SOURCE / "sites" / "database").glob("*.py"),
        ]
    ):
        digest.update(str(file.relative_to(_SOURCE)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _make(kept: Path) -> None:
    """In a process of its own: here no database may be open, and Django stands on the instance of the run."""
    unfinished = Path(tempfile.mkdtemp(dir=kept.parent))
    unfinished.chmod(0o711)
    subprocess.run([sys.executable, "-m", "tests.provisioned", str(unfinished)], check=True)
    for passing in ("address.json", "lock", "postgres.log"):
        (unfinished / "postgres" / passing).unlink(missing_ok=True)
    for old in kept.parent.glob("[0-9a-f]" * 16):
        shutil.rmtree(old)
    unfinished.rename(kept)


def _main(folder: Path) -> None:
    instance = Instance.create(folder / "instance", NAME, municipalities=EXAMPLE, ports=realm_ports())
    os.environ[ENVIRONMENT] = str(instance.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    import django

    django.setup()
    from todoke.sites.database.postgres import running_server
    from todoke.sites.database.provision import provision

    with running_server(instance) as server:
        provision(instance, server)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
