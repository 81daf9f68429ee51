"""Rules of comparison in order: a text goes through them until nothing changes, and each says what it did."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from todoke.records.attributes.variants import FOLDS

_FOLD_TABLE = str.maketrans(FOLDS)
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
# Everything that stands for a hyphen, but not the long vowel ー, which is a letter.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━－", "-"))
_SMALL = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
_LARGE = "あいうえおつやゆよわかけアイウエオツヤユヨワカケ"
_SMALL_TABLE = str.maketrans(_SMALL, _LARGE)
_OLD_KANA_TABLE = str.maketrans("ゐゑをヰヱヲ", "いえおイエオ")


@dataclass(frozen=True)
class Rule:
    """One step: its Japanese name, and what it does to a text."""

    name: str
    apply: Callable[[str], str]


@dataclass(frozen=True)
class Form:
    """The form of comparison, and what made it from the text as registered, in Japanese; empty when nothing did."""

    text: str
    changes: tuple[str, ...]


def fold(text: str, rules: Sequence[Rule]) -> Form:
    """Apply the rules in order, again and again until the text stays: the form of a form is itself."""
    changes: dict[str, None] = {}
    while True:
        before = text
        for rule in rules:
            after = rule.apply(text)
            if after != text:
                changes[rule.name + _pairs(text, after)] = None
                text = after
        if text == before:
            return Form(text, tuple(changes))


def _pairs(before: str, after: str) -> str:
    """（髙→高） where single characters were replaced."""
    if len(before) != len(after):
        return ""
    pairs = dict.fromkeys(f"{old}→{new}" for old, new in zip(before, after, strict=True) if old != new)
    return f"（{'、'.join(pairs)}）" if len(pairs) <= 4 else ""


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


_MARKS = frozenset("々ゝヽゞヾ")


def _repeat(text: str) -> str:
    """佐々木 → 佐佐木, みすゞ → みすず; a mark with nothing before it to repeat stays."""
    out: list[str] = []
    for char in text:
        if char not in _MARKS or not out or out[-1][0] in _MARKS:
            out.append(char)
        elif char in "々ゝヽ":
            out.append(out[-1])
        else:
            out.append(unicodedata.normalize("NFC", out[-1] + "\u3099"))
    return "".join(out)


def _long_vowels(text: str) -> str:
    """A hyphen after a kana is the long vowel."""
    return "".join(
        "ー" if char in "-~" and place and is_kana(text[place - 1]) else char
        for place, char in enumerate(text)
    )


def is_kana(char: str) -> bool:
    """Hiragana or katakana, the long vowel among them."""
    return "ぁ" <= char <= "ゖ" or "ァ" <= char <= "ヺ" or char == "ー"


SELECTORS = Rule("異体字セレクターの除去", lambda text: text.translate(_SELECTORS))
COMPATIBLE = Rule("全角・半角、互換文字", _compatible)
SPACES = Rule("空白の除去", lambda text: "".join(text.split()))
MIDDLE_DOTS = Rule("中点の除去", lambda text: text.replace("・", ""))
VARIANTS = Rule("異体字・旧字体", lambda text: text.translate(_FOLD_TABLE))
REPEATS = Rule("繰返し記号の展開", _repeat)
DASHES = Rule("横線の統一", lambda text: text.translate(_DASHES))
LONG_VOWELS = Rule("長音の統一", _long_vowels)
SMALL_KANA = Rule("小書きの仮名", lambda text: text.translate(_SMALL_TABLE))
OLD_KANA = Rule("歴史的仮名", lambda text: text.translate(_OLD_KANA_TABLE))
CAPITALS = Rule("大文字に統一", str.upper)
