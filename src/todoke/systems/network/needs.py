"""What 情報提供ネットワークシステム needs from outside: its keys, its signature, and messages to intermediaries."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from todoke.contracts import intermediary, nondisclosure
from todoke.contracts.registry import need
from todoke.contracts.trust import Participants, PermitSeal
from todoke.exchange import outbox, parties
from todoke.exchange.message_id import new_message_id
from todoke.identifiers import municipality
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network.models import KeyMark

ALIAS = "network"
_JUKI, _CODES = "juki.secret", "link-codes.secret"


@dataclass(frozen=True)
class Secrets:
    """Keys that never enter the database, one per purpose; 32 bytes each."""

    number_index: bytes
    code_index: bytes
    seal: bytes
    id_code: bytes
    link_code: bytes

    @property
    def mark(self) -> bytes:
        """Tells these keys from any others without telling them."""
        joined = b"".join((self.number_index, self.code_index, self.seal, self.id_code, self.link_code))
        return hmac.digest(joined, b"todoke network keys", hashlib.sha256)


def make_secrets(folder: Path) -> None:
    """Make the two secret files that are missing (mode 600); existing ones are never touched."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (_JUKI, _CODES):
        aside = folder / f".{name}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, folder / name)  # whole or not at all, and the first one wins
        except FileExistsError:
            pass
        finally:
            aside.unlink()


def read_secrets() -> Secrets:
    """The keys of the national realm; leaves their mark in the database the first time.

    SETUP_MISSING when there are none, when others may read them, and when they are not the keys that the data
    were made with (every 符号 would silently change).
    """
    juki, codes = _read(_JUKI), _read(_CODES)
    keys = Secrets(
        number_index=_derive(juki, b"number index"),
        code_index=_derive(juki, b"code index"),
        seal=_derive(juki, b"seal"),
        id_code=_derive(codes, b"id code"),
        link_code=_derive(codes, b"link code"),
    )
    mark, _ = KeyMark.objects.using(ALIAS).get_or_create(name="network", defaults={"mark": keys.mark})
    if not hmac.compare_digest(bytes(mark.mark), keys.mark):
        raise _missing("鍵がデータを作った時の鍵と異なります", "元の鍵ファイルを戻してください。")
    return keys


def sign(data: bytes) -> bytes:
    """The network's signature."""
    return need(PermitSeal).sign(data)


def connected(provider: str) -> bool:
    """Whether the organisation's intermediary is on this network."""
    try:
        party = platform_of(provider)
    except TodokeError:
        return False
    return need(Participants).connected(party)


def platform_of(organisation: str) -> str:
    """The party that answers for an organisation."""
    return parties.platform(municipality.of_organisation(organisation))


def deliver_link_codes(organisation: str, notices: list[intermediary.LinkCodeNotice], *, key: str) -> None:
    """Send (取得番号, 符号) to the organisation's intermediary."""
    outbox.send(
        ALIAS,
        sender=parties.NETWORK,
        receiver=platform_of(organisation),
        kind=intermediary.LINK_CODES,
        body=intermediary.LinkCodes(records=notices),
        key=key,
    )


def ask_provision(provider: str, requests: list[intermediary.ProvisionRequest], *, key: str) -> None:
    """Send permits and the provider's own 符号 to the provider."""
    outbox.send(
        ALIAS,
        sender=parties.NETWORK,
        receiver=platform_of(provider),
        kind=intermediary.PROVISION_REQUESTS,
        body=intermediary.ProvisionRequests(records=requests),
        key=key,
    )


def tell_nondisclosures(by_organisation: Mapping[str, list[nondisclosure.Nondisclosure]]) -> None:
    """Tell each organisation what the other party of its records judged. The transaction that tells is done once."""
    for organisation, records in sorted(by_organisation.items()):
        outbox.send(
            ALIAS,
            sender=parties.NETWORK,
            receiver=platform_of(organisation),
            kind=nondisclosure.TO_PLATFORM,
            body=nondisclosure.Nondisclosures(records=records),
            key=f"nondisclosures/{new_message_id()}",
        )


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, b"todoke/network/" + purpose, hashlib.sha256)


def _read(name: str) -> bytes:
    path = Path(settings.TODOKE_KEYS_FOLDER) / name
    try:
        if path.stat().st_mode & 0o077:
            raise _missing(f"{name} を他の利用者が読めます", "権限を 600 に直してください。")
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise _missing(f"{name} を読めません", "todoke network keys-init を実行してください。") from None


def _missing(detail: str, todo: str) -> TodokeError:
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)
