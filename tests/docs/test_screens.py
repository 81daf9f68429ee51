"""Every screen leads to its section of the manual; every word, key and code that the manual quotes exists."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path

import click
import pytest
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites import guide, public_urls
from todoke.sites.documents import reference_pages
from todoke.sites.screens import manual
from todoke.sites.verbs import VERBS

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "manual"
NO_SCREENS = {"health", "metrics", "sign-out"}
"""Measures for machines, and a button."""
WRITTEN = [page for page in guide.pages() if not page.startswith("programmes/") and page != "errors.md"]
"""The pages that people write; the others are made from the code and have tests of their own."""


def screens() -> set[str]:
    patterns = [*get_resolver().url_patterns, *public_urls.urlpatterns]
    return {str(each.name) for each in patterns if isinstance(each, URLPattern)} - NO_SCREENS


def text(page: str) -> str:
    return (MANUAL / page).read_text(encoding="utf-8")


def test_every_screen_has_its_section() -> None:
    missing = sorted(screens() - set(guide.table()))
    assert not missing, (
        "docs/manual explains no such screen. Write its section below docs/manual/tasks, with this line under the heading"
        f" (or add the names to the line of a section that explains them): <!-- 画面: {' '.join(missing)} -->"
    )


def test_no_section_names_a_screen_that_is_gone_or_that_another_one_explains() -> None:
    named = Counter(route for route, _ in guide.named())
    assert not set(named) - screens()
    assert not [route for route, times in named.items() if times > 1]


def test_every_section_that_a_screen_leads_to_is_there() -> None:
    for route, place in guide.table().items():
        assert place.anchor, route
        found = guide.find(place.page)
        assert found is not None, route
        assert f'id="{place.anchor}"' in guide.shown(found).html, route


def test_a_heading_occurs_once_on_its_page() -> None:
    for page in WRITTEN:
        headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
        assert len({guide.slug(each) for each in headings}) == len(headings), page


@pytest.mark.parametrize("page", WRITTEN)
def test_words_of_the_screen_stand_on_a_screen(page: str, on_screens: str) -> None:
    quoted = set(re.findall(r"\*\*「([^」]+)」\*\*", text(page)))
    assert not [words for words in quoted if words not in on_screens]


@pytest.fixture(scope="module")
def on_screens() -> str:
    """All that templates and code can put on a screen, without the marks between the parts of a sentence."""
    package = ROOT / "src" / "todoke"
    files = [*package.rglob("*.html"), *package.rglob("*.py"), *package.rglob("*.js")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("page", WRITTEN)
def test_codes_are_codes_of_the_closed_list(page: str) -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", text(page)))
    assert not named - {code.name for code in ErrorCode}


@pytest.mark.parametrize("page", WRITTEN)
def test_commands_are_written_as_they_are_typed(page: str) -> None:
    for line in re.findall(r"^    todoke (.+)$", text(page), re.MULTILINE):
        words = line.split()
        verb = VERBS[words[0]]
        command = getattr(importlib.import_module(verb.module), verb.attribute)
        while isinstance(command, click.Group):
            words = words[1:]
            command = command.commands[words[0]]
        options = {option for each in command.params for option in each.opts}
        assert not {word for word in words if word.startswith("--")} - options, line
        given = [word for word in words[1:] if not word.startswith("--")]
        values = sum(word.startswith("--") for word in words)
        needed = sum(isinstance(each, click.Argument) and each.required for each in command.params)
        assert len(given) - values >= needed, line


def test_the_list_of_errors_is_fresh() -> None:
    assert text("errors.md") == reference_pages.errors(), "run: make made"


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = {name for page in WRITTEN for name in re.findall(r"pictures/([\w-]+\.png)", text(page))}
    kept = {path.name: path.stat().st_size for path in (MANUAL / "pictures").glob("*.png")}
    assert shown == set(kept)
    assert max(kept.values()) <= 60 * 1024
    assert len(kept) <= 40


def test_a_page_is_shown_without_html_of_its_own(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# 題\n<!-- 画面: home -->\n\n<b>x</b>\n\n| a |\n| :-: |\n| b |\n", encoding="utf-8")
    html = guide.shown(page).html
    assert "画面" not in html
    assert "<b>" not in html
    assert "style" not in html
    assert html.count('class="table-wrap"') == 1


@pytest.mark.parametrize("path", ["../tour.md", "../../README.md", "no.md", "pictures", "/etc/hostname"])
def test_there_is_no_way_out_of_the_manual(path: str) -> None:
    assert guide.find(path) is None


def test_nobody_reads_it_without_a_session() -> None:
    with pytest.raises(TodokeError) as refused:
        manual.page(RequestFactory().get("/manual/README.md"), "README.md")
    assert refused.value.code is ErrorCode.SESSION_OVER
