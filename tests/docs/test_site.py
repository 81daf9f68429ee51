"""The documentation site: built strictly and offline, every link and anchor leads somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LOADING = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
"""Elements that make a browser fetch something by themselves."""


class Reader(HTMLParser):
    """What one page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in LOADING and (address := found.get(LOADING[tag])):
            self.loaded.append(address)
        if tag == "img" and len(found.get("alt", "")) < 10 and "pictures/" in found.get("src", ""):
            self.silent.append(found.get("src", ""))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_tool", ROOT / "tools" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("docs")
    tool.build(into)
    return into / "site"


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Reader]:
    found = {}
    for path in built.rglob("*.html"):
        reader = Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        found[path.relative_to(built).as_posix()] = reader
    return found


def test_every_page_of_docs_is_built_and_in_the_navigation(
    tool: ModuleType, pages: dict[str, Reader]
) -> None:
    listed = [page for each in tool.navigation(tool.DOCS).values() for page in each]
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.relative_to(tool.DOCS).as_posix() for path in tool.DOCS.rglob("*.md")}
    linked = {unquote(urlsplit(urljoin("index.html", link)).path) for link in pages["index.html"].links}
    for page in listed:
        html = page.replace("README.md", "index.html").replace(".md", ".html")
        assert html in pages, page
        assert html in linked, f"{page} is not in the menu of the first page"


def test_every_link_and_every_anchor_leads_somewhere(built: Path, pages: dict[str, Reader]) -> None:
    lost = defaultdict(list)
    for page, reader in pages.items():
        for link in [*reader.links, *reader.loaded]:
            address = urlsplit(urljoin(page, link))
            if address.scheme or address.netloc or page == "404.html":
                continue
            target, anchor = unquote(address.path), unquote(address.fragment)
            if (built / target).is_dir():
                target = f"{target}/index.html".lstrip("/").replace("//", "/")
            if not (built / target).is_file() or (
                target in pages and anchor and anchor not in pages[target].anchors
            ):
                lost[page].append(link)
    assert not lost


def test_nothing_is_loaded_from_elsewhere(built: Path, pages: dict[str, Reader]) -> None:
    outside = {link for reader in pages.values() for link in reader.loaded if urlsplit(link).netloc}
    assert not outside
    for sheet in built.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "fonts.googleapis" not in text
        assert "@import" not in text


def test_every_picture_says_what_it_shows(pages: dict[str, Reader]) -> None:
    assert not [src for reader in pages.values() for src in reader.silent]
    shown = [src for reader in pages.values() for src in reader.loaded if "pictures/" in src]
    assert len(shown) >= 20


def test_the_anchors_are_those_to_which_the_screens_lead(pages: dict[str, Reader]) -> None:
    from todoke.sites import guide

    for route, place in guide.table().items():
        html = f"manual/{place.page}".replace("README.md", "index.html").replace(".md", ".html")
        assert place.anchor in pages[html].anchors, route


def test_a_broken_link_stops_the_build(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Start\n\n[gone](nowhere.md)\n", encoding="utf-8")
    monkeypatch.setattr(tool, "DOCS", docs)
    with pytest.raises(RuntimeError, match="zensical"):
        tool.build(tmp_path / "out")
