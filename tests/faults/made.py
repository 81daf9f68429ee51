"""Writes the counterexamples of docs/faults.md: `python -m tests.faults.made` (a test keeps them fresh)."""

from __future__ import annotations

from pathlib import Path

from tests.faults.model import GUARDS, search

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- made: counterexamples -->\n", "<!-- end -->\n"
_CODE_UNKNOWN = "test_machines.py, with two threads"


def counterexamples(code: dict[str, str]) -> str:
    """A table: guard, the code it stands for, and the shortest way to a broken promise without it."""
    lines = ["| guard | in the code | without it, in the model |", "|---|---|---|"]
    for guard in GUARDS:
        found = search(frozenset({guard}), limit=150_000)
        way = " → ".join(found.trace)
        lines.append(f"| `{guard}` | `{code.get(guard, _CODE_UNKNOWN)}` | {way} → **{found.bad}** |")
    return "\n".join(lines) + "\n"


def page(text: str, code: dict[str, str]) -> str:
    """The page with its table made anew."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{counterexamples(code)}\n{END}{rest.partition(END)[2]}"


def code_of_guards() -> dict[str, str]:
    from tests.faults.guards import GUARDS as REAL

    return {guard.name: guard.code for guard in REAL} | {"mark_locked": "intermediary.queries.lock_replicas"}


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.sites.everything")
    django.setup()
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), code_of_guards()), encoding="utf-8")
