"""What a demonstration run came to: `output/summary.json`, written last."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from todoke.sites.demonstration.run_folder import RunFolder

FIGURES = "figures.json"


@dataclass
class Summary:
    """Collected while the run goes; `write` makes the file that also marks the run as finished."""

    folder: RunFolder
    seconds: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)

    def write(self) -> dict[str, Any]:
        """Put everything together, from the city's counts and our own."""
        steps = json.loads((self.folder.output / FIGURES).read_text(encoding="utf-8"))
        counts = json.loads((self.folder.output / "counts.json").read_text(encoding="utf-8"))
        seconds = {**self.seconds, **{step["step"]: step["seconds"] for step in steps}}
        found = {
            **counts,
            "exchange_records": self.records,
            "seconds": seconds,
            "seconds_total": round(sum(seconds.values()), 1),
            "peak_mib": self.peaks | {f"city:{step['step']}": step["peak_mib"] for step in steps},
            "steps": steps,
        }
        path = self.folder.output / "summary.json"
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(path)
        return found
