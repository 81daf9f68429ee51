"""カスタマバーコード: the examples of the post's own manual, and bars that Zint 2 drew of the same data."""

from __future__ import annotations

import pytest

from todoke.systems.benefits.rules.letters import customer_barcode

MANUAL = [  # post.japanpost.jp/zipcode/zipmanual/p17.html to p20.html
    ("1000013", "東京都千代田区霞が関1丁目3番2号　郵便プラザ503室", "10000131-3-2-503dddd"),
    ("3170055", "茨城県日立市宮田町6丁目7-14　ABCビル2F", "31700556-7-14-2ddddd"),
    ("0640804", "札幌市中央区南四条西29丁目1524-23　第2郵便ハウス501", "064080429-1524-23-2-"),
    ("9100067", "福井県福井市新田塚3丁目80-25　J1ビル2-B", "91000673-80-25a91-2a"),
    ("2730131", "千葉県鎌ヶ谷市右京塚東3丁目-20-5　郵便・A&bコーポB604号", "27301313-20-5a1604dd"),
    ("2630023", "千葉市稲毛区緑町3丁目30-8　郵便ビル403号", "26300233-30-8-403ddd"),
]
OTHERS = [
    ("2310017", "神奈川県横浜市中区港町二十一丁目五番地　Ａ棟", "231001721-5a0ddddddd"),
    ("1040032", "東京都中央区八丁堀四丁目１２－３", "10400324-12-3ddddddd"),
    ("1020082", "東京都千代田区一番町6番4", "10200826-4dddddddddd"),
    ("2200012", "神奈川県横浜市西区みなとみらい", "2200012ddddddddddddd"),
    ("2200000", "神奈川県横浜市西区みなとみらい1番1号", ""),
    ("220012", "神奈川県横浜市西区みなとみらい1番1号", ""),
]
ZINT = [
    ("10000131-3-2-503dddd", "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF"),
    ("22000121-1dddddddddd", "FDFDAFDAFTTFTTFTTFFTFDAFFTTFTFFTTDATDATDATDATDATDATDATDATDATDADTADF"),
]


@pytest.mark.parametrize(("postal", "address", "data"), MANUAL + OTHERS)
def test_what_of_an_address_goes_into_the_barcode(postal: str, address: str, data: str) -> None:
    assert customer_barcode.data(postal, address) == data


@pytest.mark.parametrize(("data", "bars"), ZINT)
def test_the_bars_are_those_that_another_program_draws(data: str, bars: str) -> None:
    assert customer_barcode.bars(data) == bars


def test_the_check_digit_of_the_manual_is_nine() -> None:
    assert customer_barcode.bars("10000131-3-2-503dddd")[-5:-2] == "TFF"
