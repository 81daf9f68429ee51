"""別添2 変更箇所: exactly what differs, with whether it had to be assessed beforehand."""

from __future__ import annotations

from dataclasses import replace

from tests.assurance import yokohama
from todoke.assurance.comparing import compare, with_changes
from todoke.assurance.facts import Outsourced
from todoke.assurance.form.edition import Edition, from_toml, to_toml
from todoke.assurance.form.filling import fill
from todoke.assurance.rendering import FORMATS, document

OLD = fill(yokohama.texts(), yokohama.FACTS)


def test_equal_editions_have_no_changes() -> None:
    assert compare(OLD, OLD) == []


def test_changes_name_item_words_and_time() -> None:
    contracts = dict(yokohama.FACTS.contracts)
    contracts["R3-統合番号-3"] = Outsourced(contractor="見本倉庫株式会社", handlers=10, subcontracted=False)
    accidents = yokohama.FACTS.accidents[:9]
    new = fill(
        yokohama.texts(), replace(yokohama.FACTS, contracts=contracts, linkage_users=60, accidents=accidents)
    )
    found = [
        (one.item.split("\n"), one.before.split("\n")[0], one.after, one.submitted)
        for one in compare(OLD, new)
    ]
    part = ["II 特定個人情報ファイルの概要", "＜統合番号連携ファイル＞"]
    outsourced = [*part, "4. 特定個人情報ファイルの取扱いの委託"]
    assert found == [
        ([*part, "3. 特定個人情報の入手・使用", "④使用の主体", "使用者数"], "10人以上50人未満", "50人以上100人未満", "事後"),
        ([*outsourced, "委託事項3", "③委託先名"], "未定", "見本倉庫株式会社", "事後"),
        ([*outsourced, "委託事項3", "再委託", "④再委託の有無 ※"], "再委託する", "再委託しない", "事前"),
        (["別紙 10"], "令和3年12月17日", "", "事後"),
    ]  # fmt: skip


def test_an_item_that_only_one_edition_has_is_a_change() -> None:
    fewer = Edition({key: value for key, value in OLD.values.items() if not key.startswith("II-B.4.委託3")})
    assert len(compare(fewer, OLD)) == len(compare(OLD, fewer)) == 7


def test_changes_are_printed_with_the_edition() -> None:
    new = Edition({**OLD.values, "I.6.②": "給付金担当課長"})
    changed = with_changes(new, compare(OLD, new))
    assert from_toml(to_toml(changed)) == changed
    assert compare(changed, new) == []
    for name, makes in FORMATS.items():
        made = makes(document(changed))
        assert made == makes(document(changed))
        if name != "pdf":
            assert made.decode().count("給付金担当課長") == 2
