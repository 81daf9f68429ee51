"""The one command: quick help, error families as exit codes, every bad row of a refused file."""

from __future__ import annotations

import subprocess
import sys
import types

import click
import psycopg
import pytest

from todoke import cli
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.sites.verbs import VERBS, Verb

ROWS = [
    BadRow(file="tax.csv", row=3, column="income_levy", shown="12a", rule="整数"),
    BadRow(file="tax.csv", row=9, column="tax_year", shown="", rule="必須"),
]


@pytest.fixture
def failing(monkeypatch):
    """Make a verb `fail` that raises the given error; returns its exit code when run."""

    def run(error: BaseException) -> int:
        @click.command()
        def fail() -> None:
            raise error

        monkeypatch.setitem(sys.modules, "failing_verb", types.SimpleNamespace(fail=fail))
        monkeypatch.setitem(VERBS, "fail", Verb("failing_verb", "fail", "x"))
        with pytest.raises(SystemExit) as ended:
            cli.main(["fail"])
        return int(ended.value.code)

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TodokeError(ErrorCode.INPUT_MISSING, file="tax.csv"), 2),
        (TodokeError(ErrorCode.PERMISSION_DENIED, permission="benefits:payment:release"), 3),
        (TodokeError(ErrorCode.ALREADY_DONE, detail="支払"), 4),
        (TodokeError(ErrorCode.NOT_FOUND, what="事業"), 5),
        (TodokeError(ErrorCode.SETUP_MISSING, detail="鍵", todo="作ってください。"), 6),
        (TodokeError(ErrorCode.UNAVAILABLE, what="中間サーバー"), 75),
        (psycopg.OperationalError("server closed the connection"), 75),
        (KeyboardInterrupt(), 130),
    ],
)
def test_the_exit_code_tells_the_family(failing, error, code) -> None:
    assert failing(error) == code


def test_the_japanese_sentence_and_the_stable_name_are_printed(failing, capsys) -> None:
    failing(TodokeError(ErrorCode.INPUT_MISSING, file="tax.csv"))
    assert "INPUT_MISSING: tax.csv が見つかりません。" in capsys.readouterr().err


def test_a_refused_file_is_told_with_every_bad_row(failing, capsys) -> None:
    assert failing(InputRefused("tax.csv", ROWS)) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["tax.csv:3 income_levy 「12a」 整数", "tax.csv:9 tax_year 「」 必須"]
    assert "2 件" in said[2]


def test_a_fault_of_ours_shows_where_but_never_what(monkeypatch, capsys) -> None:
    """The text of a stranger's exception may quote a person's row; its place cannot."""
    monkeypatch.setitem(VERBS, "fail", Verb("secret_0123456789", "fail", "x"))
    with pytest.raises(SystemExit) as end:
        cli.main(["fail"])
    said = capsys.readouterr().err
    assert end.value.code == 70
    assert "UNEXPECTED" in said
    assert "cli.py:" in said
    assert "0123456789" not in said


@pytest.mark.parametrize(
    "words", [["blah"], ["demo", "--nope"], ["demo", "--residents", "abc"], ["serve", "mars"]]
)
def test_nonsense_is_answered_in_japanese(words: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("USAGE_INVALID: 命令の書き方が正しくありません")
    assert "--help" in said


def test_the_named_instance_is_the_one_that_is_used(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("TODOKE_INSTANCE", "put back after the test")
    with pytest.raises(SystemExit):
        cli.main(["--instance", str(tmp_path / "elsewhere"), "residents", "import"])
    assert "elsewhere/instance.toml" in capsys.readouterr().err


def test_help_imports_neither_django_nor_a_driver() -> None:
    program = (
        "import sys\nfrom todoke import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'django', 'psycopg', 'duckdb', 'pyarrow', 'numpy', 'cryptography', 'httpx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name, verb in VERBS.items() if verb.help)


def test_a_verb_of_a_system_runs_in_the_realm_of_that_system() -> None:
    from todoke.sites.realms import SYSTEMS

    assert {name: VERBS[name].realm for name in SYSTEMS} == SYSTEMS


def test_each_realm_sees_its_own_databases_only(instance) -> None:
    """A process of one realm has settings for its own systems and municipalities, and no secret but its own."""
    program = (
        "import django, json; django.setup(); from django.db import connections; from django.apps import apps\n"
        "print(json.dumps([sorted(connections), sorted(a.label for a in apps.get_app_configs())]))"
    )
    for realm in ("city", "platform", "national"):
        others = [instance.path / other for other in ("city", "platform", "national") if other != realm]
        hidden = [(folder, folder.rename(folder.with_name(f"{folder.name}.away"))) for folder in others]
        try:
            done = subprocess.run(
                [sys.executable, "-c", program],
                env={"DJANGO_SETTINGS_MODULE": f"todoke.sites.{realm}", "TODOKE_INSTANCE": str(instance.path), "PYTHONPATH": ":".join(sys.path)},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            for folder, away in hidden:
                away.rename(folder)
        assert done.returncode == 0, done.stderr
        assert (
            f'"{ {"city": "linkage", "platform": "intermediary_13112", "national": "network"}[realm] }"'
            in done.stdout
        )
        strangers = {"city": "intermediary", "platform": "linkage", "national": "linkage"}[realm]
        assert strangers not in done.stdout
