"""Our side: `python -m … DATA OUT`, the statement of r3-nontaxable by DuckDB within 2 GB; `--sealed`: with the digests that a run is sealed with."""

from __future__ import annotations

import sys
from pathlib import Path

from todoke.systems.benefits.rules.deciding.judging import Inputs, judge
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE

FILES = ("base", "latest", "tax", "assistance", "answers")


def main(data: Path, out: Path, *, sealed: bool = False) -> None:
    """Write persons.parquet and households.parquet."""
    inputs = Inputs(
        **{name: data / f"{name}.parquet" for name in FILES if (data / f"{name}.parquet").is_file()}
    )
    households, persons = out / "households.parquet", out / "persons.parquet"
    judge(R3_NONTAXABLE, inputs, households=households, persons=persons)
    if sealed:
        from todoke.engine import rows

        rows.digest(households)
        rows.digest(persons)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sealed="--sealed" in sys.argv)
