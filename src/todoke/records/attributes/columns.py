"""The same forms for whole columns: a look-up table by character, and the rules themselves only where they must.

A row whose characters all stand for themselves goes through one table; any other row, and any address that is not
written in the common way, goes through the rules of `names` and `addresses`, once per distinct text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.records import ragged
from todoke.records.attributes import addresses, folding, names
from todoke.records.attributes.folding import Rule
from todoke.records.ragged import Mask, Texts, pc

BATCH_ROWS: Final = 262_144
"""Rows worked on at a time, so that memory does not grow with the column."""
_THREADS = 2
_DROPPED = 0
_POINTS = 0x110000
# Context decides about these: repeat marks, sound marks, hyphens and the long vowel.
_CONTEXT = frozenset("々ゝゞヽヾﾞﾟ゛゜\u3099\u309a-~ー－ｰ‐‑‒–—―−─━")
# Ranges whose characters never combine with a neighbour: ASCII, kana, ideographs, full and half width.
_PLAIN_RANGES = ((0x20, 0x7E), (0x3000, 0x3000), (0x3005, 0x30FE), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
                 (0xFF01, 0xFF9D), (0x20000, 0x323AF))  # fmt: skip

# town with its 丁目, block, house, 方書: 本町六丁目 50 10 コーポ若葉101号
_COMMON = (
    r"^(?P<head>[^0-9]*?(?:[0-9]+丁目)?)(?P<block>[1-9][0-9]*)(?:番地|番|-)(?P<house>[1-9][0-9]*)号?"
    r"(?: (?P<building>[^- ].*))?$"
)


def names_column(texts: Texts) -> Texts:
    """`names.name` of each text; null and empty become empty."""
    return _by_batch(texts, lambda part: _characters(part, names.NAME_RULES))


def kana_column(texts: Texts) -> Texts:
    """`names.kana` of each text; null and empty become empty."""
    return _by_batch(texts, lambda part: _characters(part, names.KANA_RULES))


def folded_column(texts: Texts, rules: Sequence[Rule]) -> Texts:
    """`folding.fold` of each text by rules of the caller's; null and empty become empty."""
    return _by_batch(texts, lambda part: _characters(part, rules))


def addresses_table(texts: Texts, home: Sequence[str] = ()) -> pa.Table:
    """`addresses.address` of each text as columns address, town, building."""
    with ThreadPoolExecutor(
        _THREADS
    ) as pool:  # most of the work is a regular expression outside Python's lock
        parts = list(pool.map(lambda part: _addresses(part, home), _batches(texts)))
    return pa.concat_tables(parts) if parts else _empty_addresses()


def _by_batch(texts: Texts, work: Callable[[Texts], Texts]) -> Texts:
    parts = [work(part) for part in _batches(texts)]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def _batches(texts: Texts) -> list[Texts]:
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    whole = pc.fill_null(whole, "")
    return [whole.slice(start, BATCH_ROWS) for start in range(0, len(whole), BATCH_ROWS)]


def _characters(texts: Texts, rules: Sequence[Rule], context: frozenset[str] = _CONTEXT) -> Texts:
    """The rules on each text: by table where every character is plain, else on the distinct texts."""
    points = ragged.code_points(texts)
    table, plain = _table(points.flat, rules, context)
    hard = points.any_in_row(~plain[points.flat])
    flat = table[points.flat]
    gone = flat == _DROPPED
    lengths = points.lengths - np.bincount(points.rows_where(gone), minlength=len(texts))
    easy = pc.fill_null(ragged.texts_of_points(ragged.Ragged(flat[~gone], lengths)), "")
    return _with_rules(texts, easy, hard, lambda text: folding.fold(text, rules).text)


def _table(
    flat: NDArray[np.uint32], rules: Sequence[Rule], context: frozenset[str]
) -> tuple[NDArray[np.uint32], Mask]:
    """Character → what the rules make of it alone, and whether that may be looked up. Only for those present."""
    table = np.arange(_POINTS, dtype=np.uint32)
    plain = np.zeros(_POINTS, dtype=np.bool_)
    for first, last in _PLAIN_RANGES:
        plain[first : last + 1] = True
    for point in np.flatnonzero(np.bincount(flat, minlength=1)).tolist():
        char = chr(point)
        made = folding.fold(char, rules).text
        plain[point] &= len(made) <= 1 and char not in context
        table[point] = ord(made) if len(made) == 1 else _DROPPED
    return table, plain


def _with_rules(texts: Texts, easy: Texts, hard: Mask, work: Callable[[str], str]) -> Texts:
    """`easy`, with `work` done on the rows that are hard."""
    if not hard.any():
        return easy
    mask = pa.array(hard)
    coded = pc.dictionary_encode(pc.filter(texts, mask))
    made = pa.array([work(text) for text in coded.dictionary.to_pylist()], pa.string())
    whole: Texts = pc.replace_with_mask(easy, mask, made.take(coded.indices))
    return whole


def _addresses(texts: Texts, home: Sequence[str]) -> pa.Table:
    line = _characters(texts, addresses.CHARACTER_RULES, _CONTEXT - {"-", "ー", "々", "ゝ", "ゞ", "ヽ", "ヾ"})
    line = _with_rules(
        line,
        line,
        np.asarray(pc.match_substring_regex(line, "[0-9]ー")),
        lambda text: folding.fold(text, addresses.CHARACTER_RULES).text,
    )
    found = pc.extract_regex(line, _COMMON)
    common = np.asarray(pc.is_valid(found))
    head = pc.fill_null(pc.struct_field(found, "head"), "")
    coded = pc.dictionary_encode(head)
    heads = [_head(text, home) for text in coded.dictionary.to_pylist()]
    sound = np.array([entry is not None for entry in heads], dtype=np.bool_)[np.asarray(coded.indices)]
    firsts = pa.array([entry[0] if entry else "" for entry in heads], pa.string()).take(coded.indices)
    towns = pa.array([entry[1] if entry else "" for entry in heads], pa.string()).take(coded.indices)
    block, house = pc.struct_field(found, "block"), pc.struct_field(found, "house")
    text = pc.binary_join_element_wise(firsts, block, "-", house, "", null_handling="replace")
    building = pc.fill_null(pc.replace_substring(pc.struct_field(found, "building"), " ", ""), "")
    return _with_rare(line, {"address": text, "town": towns, "building": building}, ~(common & sound), home)


def _head(text: str, home: Sequence[str]) -> tuple[str, str] | None:
    """What stands before the block number, ready to be followed by it, and the town; None: not the common way."""
    town, numbers, rest = addresses.split(text)
    if rest or len(numbers) > 1 or (numbers and not text.endswith("丁目")):
        return None
    form = addresses.town_form(town, home)
    if addresses.address(form, home).text != form or addresses.split(form)[1]:
        return None
    return form + "".join(f"{number}-" for number in numbers), form


def _with_rare(line: Texts, columns: dict[str, Texts], rare: Mask, home: Sequence[str]) -> pa.Table:
    """The columns, with the rules for addresses in the rows that are rare."""
    if rare.any():
        mask = pa.array(rare)
        coded = pc.dictionary_encode(pc.filter(line, mask))
        forms = [addresses.address(text, home) for text in coded.dictionary.to_pylist()]
        made = {
            "address": pa.array([form.text for form in forms], pa.string()),
            "town": pa.array([form.town for form in forms], pa.string()),
            "building": pa.array([form.building for form in forms], pa.string()),
        }
        columns = {
            name: pc.replace_with_mask(column, mask, made[name].take(coded.indices))
            for name, column in columns.items()
        }
    return pa.table(columns)


def _empty_addresses() -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in ("address", "town", "building")})
