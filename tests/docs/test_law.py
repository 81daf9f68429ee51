"""docs/law.md names the rooms in which the law stands."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")


def test_every_rule_stands_where_the_page_says_and_says_how_it_was_checked() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+\.py)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert len(rows) >= 20
    for what, article, place, checked in rows:
        assert (ROOT / "src" / "todoke" / place).is_file(), what
        assert article.strip(), what
        assert checked.strip(), what
