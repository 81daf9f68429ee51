"""Same bytes, right columns, valid numbers, no dangling reference."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import jaconv
import pytest
import zengin_code

from tests.sample.conftest import RESIDENTS, Files, Row
from todoke.identifiers import individual_number, integrated_number, municipality
from todoke.sample import city
from todoke.sample.city.files import COLUMNS
from todoke.sample.city.frame import NEIGHBOURS

DOCS = Path(__file__).parents[2] / "docs" / "data.md"


def _digests(out: Path) -> dict[str, str]:
    paths = [path for path in out.rglob("*") if path.is_file()]
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_same_seed_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        city.write(700, seed, tmp_path / name)
    first = _digests(tmp_path / "a")
    assert len(first) == 10 + 2 * len(NEIGHBOURS)
    assert first == _digests(tmp_path / "b")
    assert set(first.values()).isdisjoint(_digests(tmp_path / "c").values())


@pytest.mark.parametrize("residents", [1, 7, 300])
def test_small_cities_have_every_file(tmp_path: Path, residents: int) -> None:
    steps: list[tuple[int, int]] = []
    counts = city.write(residents, 1, tmp_path, lambda done, total: steps.append((done, total)))
    assert counts["residents_base.csv"] == residents
    assert set(counts) == set(_digests(tmp_path))
    assert steps == [(step + 1, len(counts) + 1) for step in range(len(counts) + 1)]


def test_three_hundred_residents_come_from_several_neighbours(tmp_path: Path) -> None:
    city.write(300, 1, tmp_path)
    files = Files(tmp_path, {})
    moved = [row for row in files["residents_base.csv"] if row["moved_in_on"] >= "2021-01-02"]
    origins = {municipality.city_of(row["previous_municipality"]) for row in moved}
    assert len(origins & set(NEIGHBOURS)) >= 4


def test_counts_are_rows(files: Files) -> None:
    assert files.counts["residents_base.csv"] == RESIDENTS
    for name, count in files.counts.items():
        assert count == len(files[name]) > 0


def _documented() -> dict[str, list[str]]:
    """Columns by file, from the tables of docs/data.md."""
    found: dict[str, list[str]] = {}
    for section in DOCS.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, body = section.split("\n", 1)
        columns = re.findall(r"^\| `([^`]+)` \|", body.split("\n## ")[0], flags=re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", heading):
            found[name] = columns
    return found


def test_docs_list_the_columns_of_every_file() -> None:
    documented = _documented()
    assert set(documented) == set(COLUMNS)
    for name, columns in COLUMNS.items():
        listed: list[str] = []
        for column in documented[name]:
            items = listed[1:] if column == "<item>_reason" else []
            listed += [f"{item}_reason" for item in items] or [column]
        assert tuple(listed) == columns, name


def test_headers_are_those_of_the_layouts(files: Files) -> None:
    for name in files.counts:
        layout = re.sub(r"changes/[0-9-]+", "changes/<day>", re.sub(r"/\d{5}/", "/<code>/", name))
        header = (files.out / name).read_text(encoding="utf-8").split("\n", 1)[0]
        assert header == ",".join(COLUMNS[layout])


def test_rows_are_sorted_and_plain(files: Files) -> None:
    for name in files.counts:
        text = (files.out / name).read_bytes()
        assert b'"' not in text
        assert b"\r" not in text
        assert text.endswith(b"\n")
        if name != "responses.csv":
            keys = [next(iter(row.values())) for row in files[name]]
            assert keys == sorted(keys)
    order = [(row["received_on"], row["household_code"]) for row in files["responses.csv"]]
    assert order == sorted(order)


def test_every_number_is_valid_and_unique(files: Files) -> None:
    numbers = [row["individual_number"] for row in files["individual_numbers.csv"]]
    assert all(individual_number.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    integrated = [
        row["integrated_number"] for code in NEIGHBOURS for row in files[f"neighbours/{code}/numbers.csv"]
    ]
    assert all(integrated_number.is_valid(number) for number in integrated)
    assert len(set(integrated)) == len(integrated)
    for column, pattern in (("resident_code", r"0\d{9}"), ("household_code", r"1\d{9}")):
        assert all(re.fullmatch(pattern, row[column]) for row in files["residents_latest.csv"])
    juki = [row["juki_code"] for row in files["national/juki.csv"]]
    assert len(set(juki)) == len(juki)
    assert all(re.fullmatch(r"\d{11}", code) for code in juki)


def test_individual_numbers_do_not_follow_resident_codes(files: Files) -> None:
    numbers = [row["individual_number"] for row in files["individual_numbers.csv"]]
    rising = sum(a < b for a, b in pairwise(numbers))
    assert 0.3 < rising / len(numbers) < 0.7


def test_references_hold(files: Files) -> None:
    base = files.by("residents_base.csv", "resident_code")
    latest = files.by("residents_latest.csv", "resident_code")
    assert len(base) == RESIDENTS
    assert base.keys() < latest.keys()
    assert latest.keys() == files.by("individual_numbers.csv", "resident_code").keys()
    tax = files["tax.csv"]
    assert len({(row["resident_code"], row["tax_year"]) for row in tax}) == len(tax)
    for row in tax:
        assert row["resident_code"] in base
        assert row["supporter"] in ("", "OUTSIDE") or row["supporter"] in base
        assert row["supporter"] != row["resident_code"]
    assert {row["resident_code"] for row in files["assistance.csv"]} <= base.keys()
    everybody = {row["individual_number"] for row in files["individual_numbers.csv"]}
    for code in NEIGHBOURS:
        known = files.by(f"neighbours/{code}/numbers.csv", "integrated_number")
        replica = [row["integrated_number"] for row in files[f"neighbours/{code}/replica.csv"]]
        assert set(replica) <= known.keys()
        assert len(set(replica)) == len(replica)
        everybody |= {row["individual_number"] for row in known.values()}
    registered = [row["individual_number"] for row in files["national/juki.csv"]]
    assert len(registered) == len(everybody)
    assert set(registered) == everybody


def test_every_mover_is_in_the_numbers_of_the_municipality_left(files: Files) -> None:
    number = files.by("individual_numbers.csv", "resident_code")
    known = {code: files.by(f"neighbours/{code}/numbers.csv", "individual_number") for code in NEIGHBOURS}
    movers = 0
    for row in files["residents_latest.csv"]:
        city_left = municipality.city_of(row["previous_municipality"]) if row["previous_municipality"] else ""
        if row["moved_in_on"] >= "2021-01-02" and city_left in known:
            assert number[row["resident_code"]]["individual_number"] in known[city_left]
            movers += 1
    assert movers > RESIDENTS // 40


def test_accounts_are_at_real_banks(files: Files) -> None:
    accounts = [row for row in files["responses.csv"] if row["bank_code"]]
    unknown = [
        row for row in accounts if row["branch_code"] not in zengin_code.Bank[row["bank_code"]].branches
    ]
    assert 1 <= len(unknown) <= len(accounts) // 50
    for row in accounts:
        assert re.fullmatch(r"\d{7}", row["account_number"])
        # 総合振込: half-width kana without ｦ and small kana, capitals, digits, space, ( ) - .
        assert re.fullmatch(r"[ｱ-ﾝﾞﾟA-Z0-9 ()\-.]{1,30}", row["account_holder_kana"]), row
        assert row["account_type"] in "124"
    for row in files["responses.csv"]:
        account = [row[name] for name in list(row)[5:]]
        assert all(account) or not any(account)
        assert not (row["declines"] == "1" and any(account))
        assert "2022-02-17" <= row["received_on"] <= "2022-09-30"
        assert row["route"] in ("郵送", "窓口", "電子")


def test_account_holders_are_mostly_the_recipients(files: Files) -> None:
    """The head of this part of the household, else its oldest member, then the lower resident code."""
    groups: dict[str, list[Row]] = {}
    for row in files["residents_base.csv"]:
        key = row["household_code"] + ("-1" if row["protected"] == "1" else "")
        groups.setdefault(key, []).append(row)
    accounts = [row for row in files["responses.csv"] if row["bank_code"]]
    others = 0
    for row in accounts:
        order = ("is_head", "birth_date", "resident_code")
        recipient = min(
            groups[row["household_code"]], key=lambda r: (r["is_head"] != "1", *(r[n] for n in order))
        )
        kana = recipient["name_kana"].translate(str.maketrans("ァィゥェォッャュョー", "アイウエオツヤユヨ-"))
        others += jaconv.z2h(kana.replace("\u3000", " "), kana=True) != row["account_holder_kana"]
    assert 1 <= others <= len(accounts) // 40
