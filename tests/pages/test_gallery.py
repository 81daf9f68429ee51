"""Every component in a real Chromium: axe finds nothing, no sideways scrolling, keyboard only, no JavaScript."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.pages.gallery import ERRORS, SECRET
from todoke.kernel.errors import TodokeError
from todoke.pages.failures import closed

FILLED = {"staff_id": "000001", "duty": "1", "ward": "1", "agreed": "on"}


@pytest.mark.parametrize("realm", ["city", "platform", "national"])
def test_the_components_are_accessible_in_every_realms_colour(page, gallery, examiner, realm) -> None:
    page.goto(f"{gallery}/?realm={realm}")
    examiner.check(page, f"gallery-{realm}", thorough=realm == "city")


def test_the_mistakes_of_a_form_are_listed_and_lead_to_their_fields(page, gallery, examiner) -> None:
    page.goto(gallery)
    page.get_by_role("button", name="登録する").click()
    expect(page).to_have_title(re.compile("^誤り："))
    examiner.check(page, "gallery-mistakes")
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.url.endswith("#id_staff_id")


def test_a_form_is_filled_and_sent_by_keyboard_alone(page, gallery) -> None:
    page.goto(gallery)
    press = page.keyboard.press
    press("Tab")
    assert page.locator(":focus").inner_text() == "本文へ移動"
    press("Enter")
    page.locator("#id_staff_id").focus()
    for typed in ("000001", "平成31年4月30日", "", ""):
        page.keyboard.insert_text(typed)
        press("Tab")
    press("Space")  # 鶴見区
    for _ in range(3):
        press("Tab")
    press("Space")  # 内容を確かめました
    for _ in range(3):
        press("Tab")
    press("Enter")
    assert page.get_by_role("status").inner_text() == "2019-04-30 を受け付けました。"


def test_a_table_sorts_and_turns_pages_by_its_address(page, gallery) -> None:
    page.goto(gallery)
    page.get_by_role("link", name="件数").click()
    page.get_by_role("link", name="件数").click()
    assert page.locator("tbody th").first.inner_text() == "000123"
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("件数")
    page.get_by_role("link", name="次へ").click()
    assert page.locator("tbody th").first.inner_text() == "000073"
    assert "sort=-count" in page.url


def test_the_confirmation_page(page, gallery, examiner) -> None:
    page.goto(f"{gallery}/confirm")
    examiner.check(page, "confirm")


@pytest.mark.parametrize("kind", ERRORS)
def test_every_family_of_errors_has_a_page(page, gallery, examiner, kind) -> None:
    response = page.goto(f"{gallery}/fail/{kind}")
    error = ERRORS[kind]
    known = error if isinstance(error, TodokeError) else closed(error)
    assert response is not None
    assert response.status == known.code.family.http_status
    assert known.code.sentence.format(**known.details) in page.inner_text("main")
    assert known.code.name in page.inner_text("main")
    assert SECRET not in page.content()
    examiner.check(page, f"error-{kind}")


def test_an_address_that_is_none(page, gallery, examiner) -> None:
    response = page.goto(f"{gallery}/nowhere")
    assert response is not None
    assert response.status == 404
    examiner.check(page, "error-404")


def test_the_log_of_an_unknown_error_says_where_and_not_what(gallery, caplog) -> None:
    httpx.get(f"{gallery}/fail/unexpected", trust_env=False)
    assert "RuntimeError gallery.py" in caplog.text
    assert SECRET not in caplog.text


def test_every_answer_carries_the_strict_headers(gallery) -> None:
    for address in ("/", "/nowhere", "/fail/unexpected"):
        headers = httpx.get(f"{gallery}{address}", trust_env=False).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"


def test_a_form_of_another_session_is_refused_with_a_sentence(gallery) -> None:
    answer = httpx.post(f"{gallery}/confirm", data={"reason": "x"}, trust_env=False)
    assert answer.status_code == 403
    assert "FORM_STALE" in answer.text


def test_our_own_files_may_be_kept_since_their_address_changes_with_them(page, gallery) -> None:
    page.goto(gallery)
    address = page.locator("link[rel=stylesheet]").get_attribute("href")
    assert address is not None
    assert "?v=" in address
    assert "max-age=31536000" in httpx.get(f"{gallery}{address}", trust_env=False).headers["Cache-Control"]


def test_the_examiner_does_find_faults(page, gallery, examiner) -> None:
    page.goto(gallery)
    page.set_content(
        "<html lang=ja><title>x</title><main><h1>x</h1><img src=/x><p style='color:#ccc'>薄い</p></main>"
    )
    with pytest.raises(AssertionError):
        examiner.check(page, "bad")
    page.set_content("<html lang=ja><title>x</title><main><h1>x</h1><img src=/x></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        examiner.check(page, "bad")
    page.set_content("<html lang=ja><title>x</title><main><h1>x</h1><pre>" + "長" * 500 + "</pre></main>")
    with pytest.raises(AssertionError, match="too wide"):
        examiner.check(page, "bad")
