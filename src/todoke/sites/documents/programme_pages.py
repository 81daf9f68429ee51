"""The manual's pages on programmes: values and rules from the definitions, judged examples from the golden cases of the tests.

`make made` writes them; a test refuses a page that is no longer what the code and the cases say.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding.push import FACT_WORDS
from todoke.systems.benefits.rules.editions import changes as edition_changes
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.programme import Programme, Unit

FOLDER = Path("docs/manual/programmes")
CASES = Path("tests/systems/benefits/programmes")
_NOTE = "<!-- `make made` が作るページです。直接書き換えないでください。 -->\n"


def pages() -> dict[str, str]:
    """File name → text."""
    every = programmes.every()
    limits = (CASES / "limits.md").read_text(encoding="utf-8")
    return {
        "README.md": _index(every),
        "limits.md": f"{_NOTE}# 非課税限度額の表\n\n{limits}",
        **{f"{programme.code}.md": _page(programme) for programme in every},
    }


def write(folder: Path) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _index(every: list[Programme]) -> str:
    rows = [
        [
            f"[{one.name}]({one.code}.md)",
            wareki(one.base_date),
            f"{one.amount:,}円",
            wareki(one.deadline),
            one.edition,
        ]
        for one in every
    ]
    text = (
        "この市が判定できる事業の一覧です。値と判定ルールは日付のある版で定め、改定は画面「事業と判定ルール」で提案・試算し、"
        "別の職員が承認します。限度額は[非課税限度額の表](limits.md)にあります。"
    )
    return f"{_NOTE}# 事業と判定ルール\n\n{text}\n\n{_table(['事業', '基準日', '支給額', '申請期限', '版'], rows)}"


def _page(programme: Programme) -> str:
    parts = [
        f"{_NOTE}# {programme.name}\n",
        f"事業コード `{programme.code}`、版 {programme.edition}、定義のハッシュ値 `{definition.digest(programme)[:16]}`。\n",
        "## 値\n",
        _values(programme),
        "## 判定ルール\n",
        "上から順に確かめ、最初に当てはまったルールが結果になります。\n",
        _rules(programme),
        "## 支給額\n",
        _cited(programme.amounts),
        *(["## 世帯の数え方\n", _cited(programme.forming)] if programme.forming else []),
        "## 送るもの\n",
        _pushes(programme),
        *_editions(programme.code),
        "## 判定の例\n",
        "この表のとおりに判定することを、テストがすべての行で確かめています。\n",
        (CASES / f"{programme.code}.md").read_text(encoding="utf-8"),
    ]
    return "\n".join(parts)


def _values(programme: Programme) -> str:
    unit = "世帯" if programme.unit is Unit.HOUSEHOLD else "個人"
    rows = [
        ["支給の単位", unit, ""],
        ["課税年度", str(programme.tax_year), programme.sources.get("tax_year", "")],
    ]
    titles = edition_changes.labels(programme)
    rows += [
        [titles[name], edition_changes.shown(name, value), programme.sources.get(name.split(".")[0], "")]
        for name, value in edition_changes.values(programme).items()
    ]
    return _table(["項目", "値", "根拠"], rows)


def _rules(programme: Programme) -> str:
    rows = [
        [
            str(place),
            rule.sentence,
            rule.reason.outcome.words,
            rule.reason.value,
            rule.__name__,
            rule.citation,
        ]
        for place, rule in enumerate(programme.rules, start=1)
    ]
    return _table(["順", "文", "結果", "理由", "条", "根拠"], rows)


def _cited(rules: tuple[type, ...]) -> str:
    return _table(["文", "条", "根拠"], [[rule.sentence, rule.__name__, rule.citation] for rule in rules])  # type: ignore[attr-defined]


def _pushes(programme: Programme) -> str:
    rows = []
    for row in programme.push:
        asked = [FACT_WORDS[fact] for fact in row.yes] + [f"{FACT_WORDS[fact]}でない" for fact in row.no]
        rows.append(["、かつ".join(asked) or "上のどれでもない", row.route.value])
    rows += [[f"{route.value}に付ける書類", document] for route, document in programme.documents]
    return _table(["条件", "送るもの"], rows)


def _editions(code: str) -> list[str]:
    found = programmes.editions(code)
    if len(found) == 1:
        return []
    rows = [
        [after.edition, what, old, new]
        for before, after in pairwise(found)
        for what, old, new in edition_changes.differences(before, after)
    ]
    return ["## 同梱の版の違い\n", _table(["版", "項目", "前", "後"], rows)]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
