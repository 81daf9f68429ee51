"""kill -9 and a full disk at random moments of a payment: none lost, none doubled, the totals equal, the log verifies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POINTS = "TODOKE_KILLS"
"""How many times; 500 take about half an hour of an idle core."""
SEED = "TODOKE_KILLS_SEED"


@pytest.mark.slow
def test_payments_killed_at_random_points(tmp_path: Path) -> None:
    points, seed = (os.environ.get(name, usual) for name, usual in ((POINTS, "25"), (SEED, "1")))
    environment = {name: value for name, value in os.environ.items() if name != "TODOKE_DATABASE_URL"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.payments_killed", str(tmp_path), points, seed],
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)}, cwd=ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    seen = json.loads(ended.stdout.splitlines()[-1])
    sys.stdout.write(f"{seen}\n")
    assert seen["wrong"] == []
    assert (seen["lost"], seen["log_faults"], seen["sums"]) == (0, 0, [True, True])
    assert seen["cases"] == seen["paid"] == 5 * int(points)
    assert seen["log_verified"] > 10 * int(points)
    assert sum(count for name, count in seen.items() if name.endswith(" struck")) >= int(points) // 4
