"""The city's process of a demonstration: it runs every step of the city, then counts what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from todoke.sites.demonstration import city_counts, city_road
from todoke.sites.demonstration.road import drive
from todoke.sites.demonstration.summary import FIGURES


def drive_city(source: Path, out: Path, say: Callable[[str], None]) -> None:
    """All stages in order; writes figures.json, counts.json and decisions.csv in `out`."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    drive(city_road.stages(source, out, city_road.Hands()), out / FIGURES, say)
    city_counts.write_decisions(out / "decisions.csv")
    counts = city_counts.collect()
    (out / "counts.json").write_text(json.dumps(counts), encoding="utf-8")
