"""鍵と証明書の有効期間: what of an instance's keys runs out when, for the command, the state page and monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from todoke.exchange.directory import Directory, DirectoryFile
from todoke.kernel import clock

ALARM_DAYS = 30
FORMER, AUTHORITY, DOOR = "旧い鍵（併用中）", "認証局", "窓口"


@dataclass(frozen=True, kw_only=True)
class KeyState:
    """One key or certificate. `use`: 署名・TLS of a party, its replaced ones, the server, the authority of an owner.

    `owner`: in whose folder the private key lies.
    """

    name: str
    use: str
    owner: str
    valid_from: datetime
    valid_until: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days until it runs out; negative when it has."""
        return (self.valid_until - now) // timedelta(days=1)

    def standing(self, now: datetime, days: int = ALARM_DAYS) -> str:
        """In a word."""
        if now < self.valid_from:
            return "開始前"
        if now > self.valid_until:
            return "期限切れ"
        return "まもなく期限" if self.days_left(now) < days else "有効"


def states(root: Path) -> list[KeyState]:
    """All of an instance that the directory tells, and the doors' certificates that this account may read; soonest first."""
    directory = DirectoryFile(root).current()
    found = [*_parties(directory), *_authorities(directory), *_servers(root, directory)]
    return sorted(found, key=lambda one: (one.valid_until, one.name, one.use))


def alarming(found: list[KeyState], now: datetime, days: int = ALARM_DAYS) -> list[KeyState]:
    """What has run out or soon does. Replaced keys end on purpose and alarm nobody."""
    return [one for one in found if one.use != FORMER and one.standing(now, days) != "有効"]


def _parties(directory: Directory) -> list[KeyState]:
    now = clock.now()
    found = [
        KeyState(
            name=name,
            use="署名・TLS",
            owner=one.owner,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
        for name, one in directory.parties.items()
    ]
    return found + [
        KeyState(name=name, use=FORMER, owner=one.owner, valid_from=one.valid_from, valid_until=old.until)
        for name, one in directory.parties.items()
        for old in one.still_good(now)
    ]


def _authorities(directory: Directory) -> list[KeyState]:
    return [_state(owner, AUTHORITY, pem.encode()) for owner, pem in directory.authorities.items()]


def _servers(root: Path, directory: Directory) -> list[KeyState]:
    found = []
    for owner in directory.authorities:
        try:
            pem = (root / owner / "keys" / "server.pem").read_bytes()
        except OSError:  # no door, or another operator's folder
            continue
        found.append(_state(owner, DOOR, pem))
    return found


def _state(name: str, use: str, pem: bytes) -> KeyState:
    found = x509.load_pem_x509_certificate(pem)
    return KeyState(
        name=name,
        use=use,
        owner=name,
        valid_from=found.not_valid_before_utc,
        valid_until=found.not_valid_after_utc,
    )
