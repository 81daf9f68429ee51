"""The measures' text against the grammar of OpenMetrics 1.0, read by a reader that knows nothing of our writer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.exchange.metrics import Gauge, render

_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?)")
_PLAIN = {r"\"": '"', r"\\": "\\", r"\n": "\n"}


def read(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Every family, once, with its type before its samples; nothing after `# EOF`."""
    *lines, last, rest = text.split("\n")
    assert (last, rest) == ("# EOF", "")
    families: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    current = ""
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, current, kind = line.split(" ")
            assert (kind, current in families) == ("gauge", False)
            families[current] = {}
        elif line.startswith("# HELP "):
            assert line.split(" ", 3)[2] == current
        else:
            name, labels, value = _SAMPLE.fullmatch(line).groups()
            assert name == current
            key = tuple(_labels(labels or ""))
            assert key not in families[name]
            families[name][key] = float(value)
    return families


def _labels(text: str):
    at = 0
    while at < len(text):
        found = _LABEL.match(text, at)
        assert found, text
        yield found[1], re.sub(r'\\["\\n]', lambda one: _PLAIN[one[0]], found[2])
        at = found.end()


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(st.integers(0, 10**15).map(float), st.floats(0, 1e9, allow_nan=False))


@given(st.dictionaries(words, numbers, max_size=4), st.dictionaries(words, numbers, max_size=4))
def test_it_is_read_back_as_it_was_measured(first, second) -> None:
    families = {"todoke_a": first, "todoke_b_seconds": second}
    gauges = [
        Gauge(name=name, help="Some measure", values={(("kind", word), ("to", "x")): value for word, value in values.items()})
        for name, values in families.items()
    ]  # fmt: skip
    assert read(render(gauges)) == {
        name: {(("kind", word), ("to", "x")): value for word, value in values.items()} for name, values in families.items()
    }  # fmt: skip


@pytest.mark.parametrize(("value", "shown"), [(3_800_000.0, "3800000"), (0.0, "0"), (0.5, "0.5")])
def test_a_large_count_keeps_its_last_digit(value, shown) -> None:
    assert (
        render([Gauge(name="todoke_a", help="x", values={(): value})]).splitlines()[2] == f"todoke_a {shown}"
    )
