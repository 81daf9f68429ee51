"""出力: a purpose, a preview, a second person for what is large or specific, an encrypted file that ends."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest
from django.conf import settings
from django.db import Error, connections, transaction

from todoke.access.permissions import Actor, Role
from todoke.custody import exports
from todoke.custody.models import Export
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.workflow import runner

LINKAGE = "linkage"
PERSON = "linkage.Person"
PLAIN = ["name_kanji", "birth_date"]
AUDITOR = Actor(staff_id="u001", roles=frozenset({Role.AUDITOR}), purpose="自己点検")
MANAGER = Actor(staff_id="m001", roles=frozenset({Role.SECTION_MANAGER}))
BOTH = replace(AUDITOR, roles=frozenset({Role.AUDITOR, Role.SECTION_MANAGER}))
CLERK = Actor(staff_id="c001", roles=frozenset({Role.CLERK}), purpose="x")
REAPER = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
_PERSONS = """
INSERT INTO linkage_person
SELECT lpad(n::text, 15, '0'), '架空 太郎' || n, '1', '1970-01-01', '架空市' || n %% 3, false FROM generate_series(1, %s) n
"""


def rows(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connections[LINKAGE].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def persons(databases: object, tmp_path: Path, settings_folder: None) -> None:
    rows(_PERSONS, 12)


@pytest.fixture
def settings_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TODOKE_DATA_FOLDER", tmp_path)


def ask(fields: list[str] = PLAIN, *, by: Actor = AUDITOR, to: str = RECIPIENT, **conditions: str) -> Export:
    return exports.request(LINKAGE, PERSON, fields, conditions, recipient=to, by=by)


def code(call: object) -> ErrorCode:
    with pytest.raises(TodokeError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def test_a_preview_shows_classes_masked_rows_and_the_count() -> None:
    shown = exports.preview(LINKAGE, PERSON, PLAIN, {"address": "架空市1"}, by=AUDITOR)
    assert [kind.value for kind in shown.classes.values()] == ["個人情報", "個人情報"]
    assert shown.rows == 4
    assert shown.sample[0] == ["架…(6字)", "＊"]
    assert not shown.approval_needed
    assert exports.preview(LINKAGE, PERSON, ["integrated_number"], {}, by=AUDITOR).approval_needed


def test_the_file_opens_for_its_recipient_only_and_holds_what_was_previewed() -> None:
    path = exports.make(LINKAGE, number=ask(address="架空市1").pk, by=AUDITOR)
    sealed = path.read_bytes()
    assert "架空".encode() not in sealed
    opened = list(csv.DictReader(io.StringIO(pyrage.decrypt(sealed, [IDENTITY]).decode())))
    assert [row["name_kanji"] for row in opened] == ["架空 太郎1", "架空 太郎4", "架空 太郎7", "架空 太郎10"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    assert path.stat().st_mode & 0o077 == 0


def test_a_passphrase_is_asked_for_and_kept_nowhere() -> None:
    asked = ask(to=exports.PASSPHRASE)
    assert exports.asked_for(LINKAGE, asked.pk) == ("自己点検", exports.PASSPHRASE)
    assert code(lambda: exports.make(LINKAGE, number=asked.pk, by=AUDITOR)) is ErrorCode.RECORD_INVALID
    word = "correct horse battery staple"
    path = exports.make(LINKAGE, number=asked.pk, by=AUDITOR, passphrase=word)
    assert pyrage.passphrase.decrypt(path.read_bytes(), word).startswith(b"name_kanji,birth_date\n")
    assert word not in str(rows("SELECT e::text FROM custody_export e"))
    assert code(lambda: ask(to="age1nonsense")) is ErrorCode.RECORD_INVALID


@pytest.mark.parametrize("fields", [PLAIN, ["integrated_number"]])
def test_large_or_specific_ones_need_a_second_person(
    fields: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TODOKE_EXPORT_LARGE", 5, raising=False)
    asked = ask(fields, by=BOTH)
    assert asked.approval_needed
    assert code(lambda: exports.make(LINKAGE, number=asked.pk, by=BOTH)) is ErrorCode.STATE_CONFLICT
    assert code(lambda: exports.approve(LINKAGE, number=asked.pk, by=BOTH)) is ErrorCode.SAME_PERSON
    assert code(lambda: exports.approve(LINKAGE, number=asked.pk, by=CLERK)) is ErrorCode.PERMISSION_DENIED
    exports.approve(LINKAGE, number=asked.pk, by=MANAGER)
    assert exports.make(LINKAGE, number=asked.pk, by=BOTH).is_file()


def test_a_refused_request_makes_no_file() -> None:
    asked = ask(["integrated_number"])
    exports.refuse(LINKAGE, number=asked.pk, by=MANAGER)
    assert code(lambda: exports.make(LINKAGE, number=asked.pk, by=AUDITOR)) is ErrorCode.STATE_CONFLICT


def test_a_file_is_made_once_by_who_asked_and_only_of_what_was_seen() -> None:
    asked = ask()
    other = replace(AUDITOR, staff_id="u002")
    assert code(lambda: exports.make(LINKAGE, number=asked.pk, by=other)) is ErrorCode.PERMISSION_DENIED
    rows("UPDATE linkage_person SET name_kanji = '別人' WHERE integrated_number = '000000000000003'")
    assert code(lambda: exports.make(LINKAGE, number=asked.pk, by=AUDITOR)) is ErrorCode.STATE_CONFLICT
    again = ask()
    exports.make(LINKAGE, number=again.pk, by=AUDITOR)
    assert code(lambda: exports.make(LINKAGE, number=again.pk, by=AUDITOR)) is ErrorCode.STATE_CONFLICT


def test_without_purpose_or_permission_and_of_secrets_there_is_nothing() -> None:
    assert code(lambda: ask(by=replace(AUDITOR, purpose=" "))) is ErrorCode.PURPOSE_MISSING
    assert code(lambda: ask(by=CLERK)) is ErrorCode.PERMISSION_DENIED
    number = "linkage.IndividualNumber"
    for model, fields, conditions, expected in (
        (number, ["ciphertext"], {}, ErrorCode.EXPORT_FORBIDDEN),
        (number, ["municipality"], {"blind_index": "x"}, ErrorCode.EXPORT_FORBIDDEN),
        (PERSON, ["nickname"], {}, ErrorCode.NOT_FOUND),
        (PERSON, PLAIN, {"name_kanji__startswith": "架"}, ErrorCode.NOT_FOUND),
        (PERSON, PLAIN, {"birth_date": "きのう"}, ErrorCode.RECORD_INVALID),
        ("benefits.Case", ["case_number"], {}, ErrorCode.NOT_FOUND),  # stands in another database
    ):
        call = lambda m=model, f=fields, c=conditions: exports.preview(LINKAGE, m, f, c, by=AUDITOR)  # noqa: E731
        assert code(call) is expected


def test_an_expired_file_is_reaped_and_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    over, still = ask(), ask()
    gone = exports.make(LINKAGE, number=over.pk, by=AUDITOR)
    for room in (exports, runner):
        monkeypatch.setattr(room, "clock", SimpleNamespace(now=lambda: clock.now() + timedelta(days=6)))
    stays = exports.make(LINKAGE, number=ask().pk, by=AUDITOR)
    left_behind = exports.folder() / "export-linkage-000099.csv.age.part"
    left_behind.write_bytes(b"x")
    for room in (exports, runner):
        monkeypatch.setattr(room, "clock", SimpleNamespace(now=lambda: clock.now() + timedelta(days=7)))
    assert exports.reap(LINKAGE, by=REAPER) == 1
    assert (gone.exists(), stays.exists(), left_behind.exists()) == (False, True, False)
    assert Export.objects.using(LINKAGE).get(pk=over.pk).state == "reaped"
    assert code(lambda: exports.make(LINKAGE, number=still.pk, by=AUDITOR)) is ErrorCode.STATE_CONFLICT
    assert exports.reap(LINKAGE, by=REAPER) == 0


def test_every_step_is_logged_with_the_purpose() -> None:
    exports.preview(LINKAGE, PERSON, PLAIN, {}, by=AUDITOR)
    asked = ask(["integrated_number"])
    exports.approve(LINKAGE, number=asked.pk, by=MANAGER)
    path = exports.make(LINKAGE, number=asked.pk, by=AUDITOR)
    told = (
        Operation.objects.using(LINKAGE).order_by("id").values_list("actor", "purpose", "subject", "persons")
    )
    sha = Export.objects.using(LINKAGE).get(pk=asked.pk).file_sha256
    assert list(told) == [
        ("u001", "自己点検", f"{PERSON} name_kanji,birth_date", 12),
        ("u001", "自己点検", f"{asked.pk} {PERSON} integrated_number", 12),
        ("m001", "", f"approve:{asked.pk}", 12),
        ("u001", "自己点検", f"made:{asked.pk} {sha}", 12),
    ]
    assert path.is_file()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_export SET state = 'approved', approved_by = 'u001', approved_at = now()",
        "UPDATE custody_export SET state = 'made', file_sha256 = repeat('0', 64)",
        "UPDATE custody_export SET approved_by = 'm001', approved_at = now()",
        "UPDATE custody_export SET rows = 1, approval_needed = false",
        "UPDATE custody_export SET file_name = 'x'",
        "UPDATE custody_export SET expires_at = now() + interval '1 year'",
        "DELETE FROM custody_export",
        "INSERT INTO custody_export (model, fields, conditions, purpose, rows, digest, approval_needed, recipient,"
        " file_name, file_sha256, expires_at, state, state_at, state_by, requested_by, requested_at)"
        " SELECT model, fields, conditions, purpose, 1001, digest, false, recipient, '', '', expires_at, 'requested',"
        " now(), 'u001', 'u001', now() FROM custody_export",
    ],
)
def test_the_database_refuses_short_cuts(statement: str) -> None:
    ask(["integrated_number"])
    with pytest.raises(Error), transaction.atomic(using=LINKAGE):
        rows(statement)
