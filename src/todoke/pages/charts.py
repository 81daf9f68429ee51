"""図 (charts): bars as SVG, drawn here and complete without script and without colour.

Every series has a pattern of its own and every bar its number in words beside it. A chart never stands alone: the table
with the same numbers follows it, so that the picture may be skipped by whoever hears the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ROW, _BAR, _TEXT = 58, 20, 22
"""Pixels: the height of a bar with its label, of the bar, and where the label's text stands."""
_KINDS = ("solid", "stripes", "dots", "empty", "cross")


@dataclass(frozen=True)
class Bar:
    """One bar: its label and one number for each series."""

    label: str
    numbers: Sequence[int]


def bar_chart(name: str, title: str, *, series: Sequence[str], bars: Sequence[Bar], unit: str) -> SafeString:
    """A figure of bars, one below the other, the longest over the whole width; `name` is unique on the page.

    Widths are in percent, so that the labels keep the reader's own size on a narrow screen and on paper.
    """
    longest = max((sum(bar.numbers) for bar in bars), default=0) or 1
    drawn = format_html_join(
        "", "{}", ((_bar(name, bar, place, longest, unit),) for place, bar in enumerate(bars))
    )
    says = f"{title}の棒グラフ。同じ数が次の表にあります。"
    return format_html(
        '<figure class="chart"><figcaption>{}{}</figcaption>'
        '<svg role="img" aria-label="{}" width="100%" height="{}">{}{}</svg></figure>',
        title, _legend(name, series), says, max(len(bars), 1) * _ROW, _patterns(name), drawn,
    )  # fmt: skip


def _bar(name: str, bar: Bar, place: int, longest: int, unit: str) -> SafeString:
    top, whole = place * _ROW, sum(bar.numbers)
    parts, left = [], 0.0
    for series, number in enumerate(bar.numbers):
        width = 100 * number / longest
        if number:
            parts.append((f"{left:.3f}%", top + _TEXT + 6, f"{width:.3f}%", _BAR, _kind(name, series)))
        left += width
    rects = format_html_join("", '<rect class="bar" x="{}" y="{}" width="{}" height="{}" fill="{}"/>', parts)
    return format_html(
        '<text x="0" y="{}">{}　{}{}</text>{}', top + _TEXT, bar.label, f"{whole:,}", unit, rects
    )


def _legend(name: str, series: Sequence[str]) -> SafeString:
    """Which pattern is which; a chart with one series needs none."""
    if len(series) < 2:
        return SafeString("")
    rows = (
        (f"{name}-{place}", _patterns(f"{name}-{place}"), _kind(f"{name}-{place}", place), title)
        for place, title in enumerate(series)
    )
    items = format_html_join(
        "",
        '<li><svg aria-hidden="true" id="{}" width="28" height="18">{}'
        '<rect class="bar" x="1" y="1" width="26" height="16" fill="{}"/></svg>{}</li>',
        rows,
    )
    return format_html('<ul class="legend">{}</ul>', items)


def _kind(name: str, series: int) -> str:
    return f"url(#{name}-{_KINDS[series % len(_KINDS)]})"


def _patterns(name: str) -> SafeString:
    return format_html(
        '<defs>'
        '<pattern id="{0}-solid" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="ink" width="8" height="8"/></pattern>'
        '<pattern id="{0}-stripes" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="8" height="8"/><path class="line" d="M-2 2L2 -2M0 8L8 0M6 10L10 6"/></pattern>'
        '<pattern id="{0}-dots" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="8" height="8"/><circle class="ink" cx="4" cy="4" r="2"/></pattern>'
        '<pattern id="{0}-empty" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="8" height="8"/></pattern>'
        '<pattern id="{0}-cross" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="ground" width="8" height="8"/><path class="line" d="M0 0L8 8M0 8L8 0"/></pattern>'
        '</defs>', name,
    )  # fmt: skip
