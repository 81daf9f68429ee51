"""docs/made is what the code says today."""

from pathlib import Path

import pytest

from todoke.sites.documents import made

FOLDER = Path(__file__).parents[2] / "docs" / "made"


@pytest.mark.parametrize("name", sorted(made.PAGES))
def test_the_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == made.PAGES[name](), "run: make made"


def test_no_other_page_lies_there() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(made.PAGES)
