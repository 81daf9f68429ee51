"""コマンドの端末: its certificate and key in the realm's folder, and the tokens of those signed in there.

`<realm>/terminals/<name>.key/.pem` make this account's shell a terminal like any other; a token lies in
`<realm>/cli-sessions/<staff ID>` (mode 600), beside the terminal's name.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from todoke.kernel.errors import ErrorCode, TodokeError

TERMINAL: Final = "cli"
"""The terminal that verbs use unless told otherwise."""
_STAFF_ID = re.compile(r"[a-z][a-z0-9]{2,15}")


@dataclass(frozen=True, kw_only=True)
class CliSession:
    """Where somebody is signed in by command. `token` opens it at that terminal only.

    `former`: the token before it, which still counts when a program was killed before the new one did.
    """

    terminal: str
    token: str
    former: str = ""


def fingerprint(name: str) -> str:
    """SHA-256 (hex) of a terminal's certificate. Whoever lacks its private key is not that terminal: SETUP_MISSING."""
    place = Path(settings.TODOKE_TERMINALS_FOLDER) / f"{name}.pem"
    try:
        certificate = x509.load_pem_x509_certificate(place.read_bytes())
        key = load_pem_private_key(place.with_suffix(".key").read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise _no_terminal(name) from None
    if key.public_key() != certificate.public_key():
        raise _no_terminal(name)
    return certificate.fingerprint(SHA256()).hex()


def terminal_key(name: str) -> Path:
    """The file that binds a passkey file to this terminal."""
    return Path(settings.TODOKE_TERMINALS_FOLDER) / f"{name}.key"


def passkey_file(staff_id: str) -> Path:
    """Where a person's passkey file lies unless told otherwise; NOT_FOUND for what is no staff ID."""
    return Path(settings.TODOKE_PASSKEYS_FOLDER) / f"{_place(staff_id).name}.json"


def read(staff_id: str) -> CliSession | None:
    """What `keep` wrote for this person, if anything."""
    try:
        found = json.loads(_place(staff_id).read_text(encoding="utf-8"))
        return CliSession(terminal=found["terminal"], token=found["token"], former=found["former"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise TodokeError(ErrorCode.SESSION_OVER, reason="サインインの控えを読めません") from None


def keep(staff_id: str, session: CliSession) -> None:
    """Write the token down, readable by this account only; whole or not at all."""
    place = _place(staff_id)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(asdict(session), out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(place)


def forget(staff_id: str) -> None:
    """Throw the token away."""
    _place(staff_id).unlink(missing_ok=True)


def _place(staff_id: str) -> Path:
    """NOT_FOUND for what is no staff ID: it would name a file elsewhere."""
    if not _STAFF_ID.fullmatch(staff_id):
        raise TodokeError(ErrorCode.NOT_FOUND, what="職員ID")
    return Path(settings.TODOKE_CLI_SESSIONS_FOLDER) / staff_id


def _no_terminal(name: str) -> TodokeError:
    return TodokeError(
        ErrorCode.SETUP_MISSING,
        detail=f"端末 {name} の証明書と鍵がないか、対になっていません",
        todo="システム管理者に「todoke terminal issue」での発行と、名簿への登録を依頼してください。",
    )
