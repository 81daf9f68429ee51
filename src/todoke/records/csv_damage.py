"""What a spreadsheet does to codes, yen and dates when a CSV file is opened and saved: recognised, and said in a refusal."""

from __future__ import annotations

import re
from typing import Final

from todoke.records.csv_rules import Date, Digits, Either, Hidden, Rule, Yen

_SCIENCE: Final = re.compile(r"\d(\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9]+")
_FRACTION: Final = re.compile(r"[0-9]+\.0+")
_DAY: Final = re.compile(r"\d{1,4}[/.年]\d{1,2}[/.月]\d{1,4}日?( \d{1,2}:\d{2}(:\d{2})?)?")
_SERIAL: Final = re.compile(r"[1-9][0-9]{3,4}(\.0+)?")
_GROUPED: Final = re.compile(r"[\\¥￥]?[0-9]{1,3}(,[0-9]{3})+円?")
_ERROR: Final = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|#+)|#{2,}")
_WIDE: Final = re.compile(r"[０-９]+")
AGAIN: Final = "表計算ソフトで開かずに、元のシステムから出力し直してください"


def hint(rule: Rule, value: str) -> str:
    """What has probably happened to a refused cell, as a sentence; empty when nothing is known."""
    found = _what(_inner(rule), value)
    return f"。{found}。{AGAIN}" if found else ""


def _inner(rule: Rule) -> Rule:
    return _inner(rule.rule) if isinstance(rule, Either | Hidden) else rule


def _what(rule: Rule, value: str) -> str:
    if _ERROR.fullmatch(value):
        return "表計算ソフトの誤りの表示がそのまま保存されています"
    if isinstance(rule, Digits | Yen) and _SCIENCE.fullmatch(value):
        return "数字の列が表計算ソフトで指数（1.23E+11 など）に変わり、下の桁が失われています"
    if isinstance(rule, Digits):
        return _of_code(rule, value)
    if isinstance(rule, Date) and (_DAY.fullmatch(value) or _SERIAL.fullmatch(value)):
        return "日付が表計算ソフトの形（2021/12/10 や通し番号）に変わっています"
    if isinstance(rule, Yen) and (_GROUPED.fullmatch(value) or _FRACTION.fullmatch(value)):
        return "金額が表計算ソフトの表示の形（桁区切りや小数）に変わっています"
    return ""


def _of_code(rule: Digits, value: str) -> str:
    if _DIGITS.fullmatch(value) and len(value) < rule.length:
        return "桁が足りません。表計算ソフトで先頭の0が失われたおそれがあります"
    if _FRACTION.fullmatch(value):
        return "番号が表計算ソフトで小数に変わっています"
    return "全角の数字です" if _WIDE.fullmatch(value) and len(value) == rule.length else ""
