"""`todoke enrol`, `sign-in`, `sign-out`: a person and this account's terminal, for all verbs with `--by`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from todoke.access import cli_sign_in
from todoke.access.cli_sessions import TERMINAL
from todoke.access.cli_sign_in import Credentials
from todoke.access.guard import open_verb
from todoke.sample import staff as sample_staff
from todoke.sites.realms import Realm

_STAFF = click.argument("staff_id")
REALM = click.option(
    "--realm",
    type=click.Choice([realm.value for realm in Realm]),
    default="city",
    show_default=True,
    help="サイト",
)
_TERMINAL = click.option("--terminal", default=TERMINAL, show_default=True, help="端末の名前")
_PASSKEY = click.option(
    "--passkey",
    type=click.Path(path_type=Path, dir_okay=False),
    help="パスキーファイル（省略時は所定の場所）",
)
_STDIN = click.option(
    "--password-stdin", "piped", is_flag=True, help="パスワードと暗証句を標準入力の各行から読みます"
)
_SAMPLE = click.option(
    "--sample", is_flag=True, help="見本の職員として、控えのパスワードを使います（試行用）"
)


@click.command("enrol")
@_STAFF
@REALM
@_TERMINAL
@_PASSKEY
@_STDIN
@open_verb("まだ権限のない人が、発効されたパスワードと招待によって自分を登録する")
def enrol(staff_id: str, realm: str, terminal: str, passkey: Path | None, piped: bool) -> None:
    """初めて使うとき: 発効されたパスワードを自分のものに変え、パスキーファイルを登録します。"""
    issued = _line(piped, "発効されたパスワード")
    chosen = _line(piped, "新しいパスワード", twice=True)
    phrase = _line(piped, "パスキーの暗証句", twice=True)
    given = Credentials(
        staff_id=staff_id, password=issued, passphrase=phrase, terminal=terminal, passkey=passkey
    )
    cli_sign_in.enrol(given, new_password=chosen)
    click.echo(f"{staff_id} を登録しました。todoke sign-in でサインインできます。")


@click.command("sign-in")
@_STAFF
@REALM
@_TERMINAL
@_PASSKEY
@_STDIN
@_SAMPLE
@open_verb("サインインそのもの")
def sign_in(
    *, staff_id: str, realm: str, terminal: str, passkey: Path | None, piped: bool, sample: bool
) -> None:
    """パスワードとパスキーで確認し、この端末でのサインインを始めます。利用はすべて記録されます。"""
    if sample:
        sample_staff.sign_in(staff_id)
    else:
        password, phrase = _line(piped, "パスワード"), _line(piped, "パスキーの暗証句")
        given = Credentials(
            staff_id=staff_id, password=password, passphrase=phrase, terminal=terminal, passkey=passkey
        )
        cli_sign_in.sign_in(given)
    click.echo(f"{staff_id} がサインインしました。")


@click.command("sign-out")
@_STAFF
@REALM
@open_verb("自分のサインインを終えるだけで、何も示さない")
def sign_out(staff_id: str, realm: str) -> None:
    """この端末でのサインインを終えます。"""
    cli_sign_in.sign_out(staff_id)
    click.echo(f"{staff_id} がサインアウトしました。")


@click.command("verify")
@_STAFF
@REALM
@_PASSKEY
@_STDIN
@_SAMPLE
@open_verb("本人確認だけを行い、権限は増えない")
def verify(staff_id: str, realm: str, passkey: Path | None, piped: bool, sample: bool) -> None:
    """承認・確定などの前に、本人であることをもう一度確認します（5分間有効）。"""
    phrase = sample_staff.secrets_of(staff_id)[1] if sample else _line(piped, "パスキーの暗証句")
    cli_sign_in.verify(staff_id, passphrase=phrase, passkey=passkey)
    click.echo(f"{staff_id} の本人確認をしました。")


def _line(piped: bool, what: str, *, twice: bool = False) -> str:
    """One secret: asked without showing it, or the next line of standard input."""
    if piped:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt(what, hide_input=True, confirmation_prompt=twice))
