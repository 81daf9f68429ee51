"""ファイルの取込 by keyboard, as every journey that imports does it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.screens.keys import Keys

DAY = "令和4年2月1日"
AN_IMPORT = re.compile(r"/benefits/imports/\d+$")


def send(page: Page, file: Path, *, encoding: str = "utf-8", count: int) -> Keys:
    """From the list to the end of the check, by keyboard."""
    return until_done(upload(page, file, encoding=encoding, count=count), "検査中")


def upload(page: Page, file: Path, *, encoding: str = "utf-8", count: int, kind: str = "tax") -> Keys:
    """From the list to the file being sent."""
    keys = Keys(page).press("ファイルを取り込む").see("受け付けて調べる")  # of the list, or after a refusal
    keys.choose("#id_kind", kind).to("#id_file").page.set_input_files("#id_file", file)
    keys.choose("#id_encoding", encoding).fill("#id_as_of", DAY).fill("#id_expected_rows", str(count))
    if kind == "tax":
        keys.fill("#id_tax_year", "2021")
    return keys.press("受け付けて調べる")


def until_done(keys: Keys, *while_shown: str) -> Keys:
    """Without script the page is loaded again by hand; not before the form that was sent has led to it."""
    expect(keys.page).to_have_url(AN_IMPORT)
    until = time.monotonic() + 90
    while any(text in keys.page.inner_text("h1") for text in while_shown):
        assert time.monotonic() < until
        time.sleep(0.3)
        keys.page.reload()
    return keys


def forward(keys: Keys, *, opened: bool = False) -> Keys:
    """Through totals and differences to the confirmation; `opened`: from the page of totals on."""
    (keys if opened else keys.press("最初の行と合計")).see("送付票の件数").press(
        "次へ：使用中の版との違い"
    ).see("件")
    return keys.press("次へ：確認").see("変更の割合")
