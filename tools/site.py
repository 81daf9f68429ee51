"""Builds the documentation site into output/site, without network: `make docs`. A broken link or anchor fails it.

The pages are those of docs/; the navigation is made here from their places, so that no page can be left out of it.
Zensical does the rest (ADR 0030). Look at it with `python -m http.server --directory output/site`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SECTIONS: dict[str, tuple[str, ...]] = {
    "届け": ("index.md",),
    "業務マニュアル": ("manual/*.md",),
    "役割ごとの一日": ("manual/roles/*.md",),
    "作業ごとの手引き": ("manual/tasks/*.md",),
    "事業と判定ルール": ("manual/programmes/*.md",),
    "The house": ("tour.md", "*.md"),
    "Made from the code": ("made/*.md",),
    "Decisions (ADR)": ("adr/*.md",),
}
"""Section of the navigation → its pages, in this order; what an earlier section holds is not repeated."""
CONFIGURATION = """
[project]
site_name = "届け Todoke"
site_description = "住民税非課税世帯等への給付"
docs_dir = "docs"
site_dir = "site"
use_directory_urls = false
copyright = "Apache-2.0"
nav = [NAVIGATION]

[project.theme]
language = "ja"
font = false
features = ["navigation.sections", "navigation.top", "search.highlight", "toc.follow"]

[project.plugins.search]
# an error code is one word
separator = '[\\s\\-,:!=\\[\\]()"`/]+|\\.(?!\\d)'

[project.markdown_extensions.tables]

[project.markdown_extensions.pymdownx.superfences]

[project.markdown_extensions.toc]
permalink = true
slugify = { object = "pymdownx.slugs.slugify", kwds = { case = "lower" } }
"""


def navigation(docs: Path) -> dict[str, list[str]]:
    """Every section with its pages, a README first. Raises ValueError for a page that no section holds."""
    left = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    sections = {}
    for title, patterns in SECTIONS.items():
        found = [path.relative_to(docs).as_posix() for each in patterns for path in sorted(docs.glob(each))]
        pages = [page for page in dict.fromkeys(found) if page in left]
        sections[title] = sorted(pages, key=lambda page: not page.endswith("README.md"))
        left -= set(pages)
    if left:
        raise ValueError(f"no section of tools/site.py holds {sorted(left)}")
    return sections


def build(into: Path) -> None:
    """Lay the pages and the configuration out in a folder, and build the site in it, strictly. Raises RuntimeError for a page it refuses."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(DOCS, into / "docs")
    configuration = into / "zensical.toml"
    configuration.write_text(CONFIGURATION.replace("NAVIGATION", _toml(navigation(DOCS))), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(configuration)]
    if subprocess.run(command, check=False).returncode:
        raise RuntimeError("zensical refused the pages: see above")


def _toml(sections: dict[str, list[str]]) -> str:
    # a JSON string is a TOML string
    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    return ", ".join(f"{{ {text(title)} = {text(pages)} }}" for title, pages in sections.items())


if __name__ == "__main__":
    build(ROOT / "output" / "docs")
    shutil.rmtree(ROOT / "output" / "site", ignore_errors=True)
    shutil.move(ROOT / "output" / "docs" / "site", ROOT / "output" / "site")
