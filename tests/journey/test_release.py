"""A held answer (自動応答不可): two officers release it, the city takes it in, and the household is judged again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journey import demo
from todoke.sites.database.postgres import running_server
from todoke.sites.instance import Instance

ORDER = "r3-nontaxable-first"
pytestmark = pytest.mark.slow


def test_two_officers_release_and_the_city_decides_again() -> None:
    with demo.workplace() as folder:
        demo.finish(folder, residents=2000, seed=7)
        (home,) = folder.glob("var/demo_*")
        instance = Instance.load(home)
        with running_server(instance), _site(instance, "national"), _site(instance, "platform"):
            todoke = _Command(folder, instance)
            for realm, staff in (
                ("platform", "p002"),
                ("platform", "p003"),
                ("city", "c001"),
                ("city", "c004"),
            ):
                todoke("sign-in", staff, "--realm", realm, "--sample")
            town, permit = todoke("intermediary", "held", "--by", "p002").split()[:2]
            options = (permit, "--municipality", town, "--by")
            todoke("intermediary", "release", "--reason", "照会元に電話で確認した", *options, "p002")
            with pytest.raises(AssertionError, match="SAME_PERSON"):
                todoke("intermediary", "confirm", *options, "p002")
            todoke("intermediary", "confirm", *options, "p003")
            assert permit not in todoke("intermediary", "held", "--by", "p003")
            assert _soon(lambda: "1 件" in todoke("linkage", "poll", "--by", "c004"))
            out = str(folder / "out" / "output")
            todoke("inquiry", "collect", "--order", ORDER, "--out", out, "--by", "c004")
            todoke("benefits", "import-answers", "--round", "first", "--by", "c001")
            todoke("benefits", "decide", "--round", "third", "--by", "c001")
            assert json.loads(todoke("exchange", "reconcile"))["differences"] == 0
            assert "×" not in todoke("exchange", "check", "--minutes", "0")


class _Command:
    """`todoke …` as a person types it."""

    def __init__(self, folder: Path, instance: Instance) -> None:
        self.folder, self.environment = folder, _environment(instance)

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "todoke.cli", *words], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def _environment(instance: Instance) -> dict[str, str]:
    return {**os.environ, "TODOKE_INSTANCE": str(instance.path), "PYTHONPATH": str(demo.ROOT / "src")}


@contextmanager
def _site(instance: Instance, name: str) -> Iterator[None]:
    ready = instance.path / f"{name}.ready"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "todoke.cli", "serve", name, "--door-only"]
    process = subprocess.Popen(command, env=_environment(instance))
    try:
        assert _soon(ready.exists)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _soon(holds, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False
