"""The manual's pages on programmes are what the definitions and the golden cases say."""

import pytest

from todoke.sites.documents import programme_pages


@pytest.mark.parametrize("name", programme_pages.pages())
def test_the_page_is_fresh(name: str) -> None:
    found = (programme_pages.FOLDER / name).read_text(encoding="utf-8")
    assert found == programme_pages.pages()[name], "run: make made"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in programme_pages.FOLDER.iterdir()} == set(programme_pages.pages())
