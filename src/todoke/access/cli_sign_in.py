"""コマンドでのサインイン: password and passkey file at this account's terminal; first use, sign-in, step-up, sign-out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from todoke.access import cli_sessions, directory, passwords, sessions, standing
from todoke.access.cli_sessions import CliSession
from todoke.access.factors.passkey_file import PasskeyFile
from todoke.access.factors.passkeys import FileProof, register_file
from todoke.access.sessions import SignedIn
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a person brings to a terminal without camera or browser. `passkey` None: the usual place."""

    staff_id: str
    password: str = field(repr=False)
    passphrase: str = field(repr=False)
    terminal: str = cli_sessions.TERMINAL
    passkey: Path | None = None

    def file(self) -> PasskeyFile:
        """The passkey file, bound to this terminal."""
        return PasskeyFile(
            path=self.passkey or cli_sessions.passkey_file(self.staff_id),
            passphrase=self.passphrase,
            bound_to=cli_sessions.terminal_key(self.terminal),
        )


def enrol(given: Credentials, *, new_password: str) -> None:
    """First use (初回の登録): replace the issued password, then register a passkey by the administrator's invitation.

    Errors: those of `replace_password` and `register_passkey`.
    """
    replace_password(given, new_password)
    register_passkey(given)


def replace_password(given: Credentials, new_password: str) -> None:
    """Change the own password. Errors: TERMINAL_REFUSED, SIGN_IN_REFUSED, PASSWORD_WEAK."""
    who = _who(given)
    passwords.change(staff_id=given.staff_id, old=given.password, new=new_password, by=who)


def register_passkey(given: Credentials) -> None:
    """Make the passkey file and register it. Errors: TERMINAL_REFUSED, CHALLENGE_SPENT, PASSKEY_FILE_INVALID."""
    who, file = _who(given), given.file()
    file.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    register_file(file, by=who)


def sign_in(given: Credentials) -> SignedIn:
    """Begin a session and keep its token in this account. Errors: those of `sessions.sign_in`."""
    former = cli_sessions.read(given.staff_id)
    own = [former.token, former.former] if former and former.terminal == given.terminal else []

    def remember(token: str) -> None:
        kept = CliSession(terminal=given.terminal, token=token, former=former.token if former else "")
        cli_sessions.keep(given.staff_id, kept)

    return sessions.sign_in(
        staff_id=given.staff_id,
        password=given.password,
        terminal=cli_sessions.fingerprint(given.terminal),
        proof=FileProof(given.file()),
        own_tokens=[token for token in own if token],
        remember=remember,
    )


def verify(staff_id: str, *, passphrase: str, passkey: Path | None = None) -> None:
    """Check the second factor again (本人確認). Errors: those of `sessions.verify`."""
    kept = _kept(staff_id)
    given = Credentials(
        staff_id=staff_id, password="", passphrase=passphrase, terminal=kept.terminal, passkey=passkey
    )
    sessions.verify(
        kept.token, terminal=cli_sessions.fingerprint(kept.terminal), proof=FileProof(given.file())
    )


def sign_out(staff_id: str) -> None:
    """End the session and throw the token away."""
    kept = _kept(staff_id)
    sessions.sign_out(kept.token, terminal=cli_sessions.fingerprint(kept.terminal))
    cli_sessions.forget(staff_id)


def _who(given: Credentials) -> Who:
    """Somebody at this terminal who has no session yet; TERMINAL_REFUSED unless it is registered."""
    place = standing.terminal(directory.alias(), cli_sessions.fingerprint(given.terminal))
    if place is None:
        raise TodokeError(ErrorCode.TERMINAL_REFUSED)
    return Who(staff_id=given.staff_id, terminal=place.name)


def _kept(staff_id: str) -> CliSession:
    kept = cli_sessions.read(staff_id)
    if kept is None:
        raise TodokeError(ErrorCode.SESSION_OVER, reason="この端末でサインインしていません")
    return kept
