"""電文に署名する当事者 (party): `city:14100`, `platform:14100`, `network`, `system:14100:welfare`."""

from __future__ import annotations

import re

from todoke.kernel.errors import ErrorCode, TodokeError

NETWORK = "network"
MAX_PARTY = 40
_PARTY = re.compile(r"(?:city|platform):[0-9]{5}|network|system:[0-9]{5}:[a-z][a-z0-9-]{1,19}")


def city(municipality: str) -> str:
    """The party of a municipality's linkage system."""
    return parse(f"city:{municipality}")


def platform(municipality: str) -> str:
    """The party of a municipality's intermediary."""
    return parse(f"platform:{municipality}")


def system(municipality: str, code: str) -> str:
    """The party of one of a municipality's existing systems (既存業務システム)."""
    return parse(f"system:{municipality}:{code}")


def system_code(party: str, municipality: str) -> str | None:
    """The code of the existing system of this municipality that `party` names; None for any other party."""
    start = f"system:{municipality}:"
    return parse(party).removeprefix(start) if party.startswith(start) else None


def parse(text: str) -> str:
    """`text` itself when it names a party; else SENDER_REFUSED."""
    if _PARTY.fullmatch(text):
        return text
    raise TodokeError(ErrorCode.SENDER_REFUSED, detail="当事者の名前の形式が違います")


def file_stem(party: str) -> str:
    """The party as the start of a file name: `city-14100`."""
    return parse(party).replace(":", "-")
