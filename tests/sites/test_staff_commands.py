"""`todoke staff …` from an empty directory to a right that works: everybody with an own password and passkey."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import override_settings

from todoke.access import cli_actor, cli_sessions, cli_sign_in, passwords, sessions
from todoke.access.cli_sessions import CliSession
from todoke.access.cli_sign_in import Credentials
from todoke.access.models import Session
from todoke.access.permissions import Permission
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.records.layouts.personnel_v2022 import PERSONNEL
from todoke.sites.commands import sign_in as sign_in_commands
from todoke.sites.commands.staff import group

D = "directory_city"
MANAGER, OTHER, ADMINISTRATOR, PERSONNEL_CLERK, CLERK = "m001", "m002", "a001", "h001", "c001"
PHRASE = "a phrase of some length"
Run = Callable[..., str]


@pytest.fixture
def run(databases: object, tmp_path: Path):
    """Run a verb; `said` goes to standard input, one line each."""
    quick = {
        "PASSWORD_HASHERS": ["tests.hiring.QuickHasher"],
        "TODOKE_TERMINALS_FOLDER": databases.path / "city" / "terminals",
        "TODOKE_CLI_SESSIONS_FOLDER": tmp_path / "cli-sessions",
        "TODOKE_PASSKEYS_FOLDER": tmp_path / "passkeys",
    }

    def go(*words: str, said: tuple[str, ...] = ()) -> str:
        alone = {
            "enrol": sign_in_commands.enrol,
            "sign-in": sign_in_commands.sign_in,
            "sign-out": sign_in_commands.sign_out,
        }
        command, rest = (alone[words[0]], words[1:]) if words[0] in alone else (group, words)
        result = CliRunner().invoke(command, list(rest), input="".join(f"{line}\n" for line in said))
        if isinstance(result.exception, TodokeError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    with override_settings(**quick):
        yield go


def roster(folder: Path, *people: str) -> Path:
    file = folder / "personnel.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(PERSONNEL.names)
        for one in people:
            writer.writerow(
                [one, f"試験 {one}", "シケン", "14100", "試験課", "職員", "", "2020-04-01", "2020-04-01", ""]
            )
    return file


def password_of(staff_id: str) -> str:
    return f"long words of {staff_id[::-1]}"


def begin(run: Run, staff_id: str, issued: str) -> None:
    run("enrol", staff_id, "--password-stdin", said=(issued, password_of(staff_id), PHRASE))
    run("sign-in", staff_id, "--password-stdin", said=(password_of(staff_id), PHRASE))


def found(run: Run, tmp_path: Path) -> None:
    first = (
        "--administrator",
        ADMINISTRATOR,
        "--manager",
        MANAGER,
        "--manager",
        OTHER,
        "--personnel",
        PERSONNEL_CLERK,
    )
    said = run("bootstrap", str(roster(tmp_path, MANAGER, OTHER, ADMINISTRATOR, PERSONNEL_CLERK)), *first)
    for line in said.splitlines():
        begin(run, *line.split("  "))


def test_from_an_empty_directory_to_a_right_that_works(run: Run, tmp_path: Path) -> None:
    found(run, tmp_path)
    file = roster(tmp_path, CLERK)
    shown = run("feed", "check", str(file), "--by", PERSONNEL_CLERK)
    assert "追加 1" in shown
    digest = re.search(r"--digest (\w{64})", shown)
    assert digest
    run("feed", "apply", str(file), "--digest", digest[1], "--by", PERSONNEL_CLERK)
    until = (clock.today() + timedelta(days=30)).isoformat()
    asked = run("request", CLERK, "--role", "clerk", "--duty", "benefit", "--until", until, "--by", MANAGER)
    number = asked.split()[-1]
    run("set", number, "--by", ADMINISTRATOR)
    run("confirm", number, "--by", OTHER)
    run("training", CLERK, "--on", clock.today().isoformat(), "--by", MANAGER)
    issued = run("password", CLERK, "--by", ADMINISTRATOR).strip()
    run("invite", CLERK, "--by", ADMINISTRATOR)
    begin(run, CLERK, issued)
    assert cli_actor.actor(CLERK).may(Permission.BENEFITS_EXAMINE)
    out = tmp_path / "matrix.md"
    run("matrix", "--out", str(out), "--by", MANAGER)
    assert CLERK in out.read_text(encoding="utf-8")
    kept = cli_sessions._place(CLERK)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    run("sign-out", CLERK)
    assert not kept.exists()
    with pytest.raises(TodokeError, match="SESSION_OVER"):
        cli_actor.actor(CLERK)


def test_an_issued_password_must_be_replaced_by_a_good_one(run: Run, tmp_path: Path) -> None:
    first = (
        "--administrator",
        ADMINISTRATOR,
        "--manager",
        MANAGER,
        "--manager",
        OTHER,
        "--personnel",
        PERSONNEL_CLERK,
    )
    said = run("bootstrap", str(roster(tmp_path, MANAGER, OTHER, ADMINISTRATOR, PERSONNEL_CLERK)), *first)
    issued = dict(line.split("  ") for line in said.splitlines())
    for weak in ("short", "password1234", "1234567890123", f"my {MANAGER} password", issued[MANAGER]):
        with pytest.raises(TodokeError, match="PASSWORD_WEAK"):
            run("enrol", MANAGER, "--password-stdin", said=(issued[MANAGER], weak, PHRASE))
    with pytest.raises(TodokeError, match="SIGN_IN_REFUSED"):
        run("enrol", MANAGER, "--password-stdin", said=(issued[OTHER], password_of(MANAGER), PHRASE))


def test_a_wrong_passphrase_signs_nobody_in(run: Run, tmp_path: Path) -> None:
    found(run, tmp_path)
    run("sign-out", MANAGER)
    with pytest.raises(TodokeError):
        run("sign-in", MANAGER, "--password-stdin", said=(password_of(MANAGER), "another phrase"))
    with pytest.raises(TodokeError) as refused:
        run("sign-in", MANAGER, "--password-stdin", said=("another password", PHRASE))
    assert refused.value.code is ErrorCode.SIGN_IN_REFUSED
    assert not Session.objects.using(D).filter(staff=MANAGER, ended_at__isnull=True).exists()


def test_who_is_killed_while_signing_in_can_sign_in_again(run: Run, tmp_path: Path, monkeypatch) -> None:
    """The new token is on the disk before it counts: whichever instant the program dies at, nobody is locked out."""
    found(run, tmp_path)
    given = Credentials(staff_id=MANAGER, password=password_of(MANAGER), passphrase=PHRASE)
    keep = cli_sessions.keep

    def killed(staff_id: str, session: CliSession) -> None:
        keep(staff_id, session)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(cli_sessions, "keep", killed)
        with pytest.raises(KeyboardInterrupt):
            cli_sign_in.sign_in(given)
    with pytest.raises(TodokeError, match="SESSION_OVER"):
        cli_actor.actor(MANAGER)
    cli_sign_in.sign_in(given)
    assert cli_actor.actor(MANAGER).staff_id == MANAGER
    assert Session.objects.using(D).filter(staff=MANAGER, ended_at__isnull=True).count() == 1


def test_a_copied_token_is_worth_nothing_at_another_terminal(run: Run, tmp_path: Path) -> None:
    found(run, tmp_path)
    kept = cli_sessions.read(MANAGER)
    assert kept
    cli_sessions.keep(OTHER, kept)
    with pytest.raises(TodokeError, match="別の職員"):
        cli_actor.actor(OTHER)
    with (
        override_settings(TODOKE_TERMINALS_FOLDER=tmp_path / "none"),
        pytest.raises(TodokeError, match="SETUP_MISSING"),
    ):
        cli_actor.actor(MANAGER)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        cli_actor.actor("../../etc/passwd")


def test_a_verb_without_the_right_is_refused_and_logged(run: Run, tmp_path: Path) -> None:
    found(run, tmp_path)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        run("password", OTHER, "--by", MANAGER)
    refused = Operation.objects.using(D).get(outcome="refused")
    assert (refused.actor, refused.verb) == (MANAGER, Permission.ACCESS_PASSWORD_RESET.value)
    assert refused.subject == "command:PERMISSION_DENIED"


def test_step_up_by_command(run: Run, tmp_path: Path, monkeypatch) -> None:
    found(run, tmp_path)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(TodokeError, match="VERIFY_AGAIN"):
        run("confirm", "1", "--by", OTHER)
    run("verify", OTHER, "--password-stdin", said=(PHRASE,))
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        run("confirm", "1", "--by", OTHER)


def test_the_reaper_ends_what_time_has_ended(run: Run, tmp_path: Path, monkeypatch) -> None:
    found(run, tmp_path)
    later = clock.now() + sessions.IDLE
    monkeypatch.setattr(clock, "now", lambda: later)
    assert run("reap").startswith("city: サインイン 4 件")


def test_a_generated_password_is_long_and_passes_the_rules() -> None:
    made = {passwords.generate() for _ in range(100)}
    assert len(made) == 100
    for one in made:
        passwords.check(one, staff_id="c001")
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert passwords.hashed("x").startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
