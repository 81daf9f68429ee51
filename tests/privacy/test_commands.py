"""`todoke privacy`: the verbs of purges and exports, by people who are signed in."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connections

from tests import hiring
from todoke.access.permissions import Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.commands.privacy import group

PEOPLE = {"a001": [Role.ADMINISTRATOR], "u001": [Role.AUDITOR], "m001": [Role.SECTION_MANAGER]}


@pytest.fixture(autouse=True)
def people(databases: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TODOKE_DATA_FOLDER", tmp_path)
    hiring.hire("directory_city", PEOPLE)
    for staff_id in PEOPLE:
        hiring.sit_down("directory_city", staff_id)


def run(*words: str, by: str, told: str = "") -> Result:
    return CliRunner().invoke(group, [*words, "--by", by], input=told)


def error(result: Result) -> ErrorCode:
    assert isinstance(result.exception, TodokeError), result.output
    return result.exception.code


def test_a_purge_by_two_people() -> None:
    with connections["network"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO network_acquisition (delivery, organisation, acquisition_number, asked_at)"
            " VALUES ('d', 'o', 'number', now() - interval '40 days')"
        )
    shown = run("purge", "show", by="a001")
    assert "network  network.Acquisition  1 行  番号法20条" in shown.output
    asked = run("purge", "request", by="a001").output
    name = asked.split()[1].partition("（")[0]
    assert error(run("purge", "confirm", name, by="a001")) is ErrorCode.PERMISSION_DENIED
    assert run("purge", "confirm", name, by="u001").output == "network: 1 行を消去しました。\n"
    assert "保存期間を過ぎた行はありません" in run("purge", "request", by="a001").output
    assert error(run("purge", "finish", name, by="a001")) is ErrorCode.NOT_FOUND


def test_an_export_with_approval_and_its_end(tmp_path: Path) -> None:
    with connections["linkage"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO linkage_person VALUES ('000000000000000', '架空 太郎', '1', '1970-01-01', '架空市', false)"
        )
    what = (
        "linkage.Person",
        "--field",
        "integrated_number",
        "--field",
        "name_kanji",
        "--database",
        "linkage",
    )
    seen = run("export", "preview", *what, "--purpose", "自己点検", by="u001")
    assert seen.exception is None, repr(seen.exception)
    preview = seen.output
    assert "integrated_number［特定個人情報］" in preview
    assert "架…(5字)" in preview
    assert "別の人の承認が必要です" in preview
    assert "太郎" not in preview
    asked = run("export", "request", *what, "--purpose", "自己点検", "--to", "passphrase", by="u001").output
    assert "承認待ち" in asked
    number = asked.split()[1].rstrip(":")
    here = (number, "--database", "linkage")
    assert run("export", "approve", *here, by="m001").exit_code == 0
    word = "correct horse battery staple"
    assert "作成しました" in run("export", "make", *here, by="u001", told=f"{word}\n{word}\n").output
    (file,) = (tmp_path / "exports").iterdir()
    assert "架空 太郎" in pyrage.passphrase.decrypt(file.read_bytes(), word).decode()
    assert "0 件を削除" in run("reap", by="a001").output
    assert error(run("reap", by="u001")) is ErrorCode.PERMISSION_DENIED
