"""試験の場 (Trial): a folder with keys made for one trial, and the directory that joins kit and vendor.

<trial>/kit/keys/         private keys of every party that the kit plays (mode 700)
<trial>/counterparts.json their public half, in the form of directory.json: the vendor admits it
<trial>/vendor.json       the vendor's public half in the same form: the kit admits it
<trial>/directory.json    both
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from todoke.exchange import keys, parties
from todoke.exchange.directory import FILE_NAME, Directory
from todoke.exchange.ring import KeyRing
from todoke.kernel.errors import ErrorCode, TodokeError

KIT = "kit"
COUNTERPARTS = "counterparts.json"
VENDOR = "vendor.json"
TOWN, OTHER, THIRD = "14100", "13112", "14130"
"""The municipality of the server under trial, and two others that the kit plays."""


class Role(StrEnum):
    """What the server under trial is."""

    INTERMEDIARY = "intermediary"
    NETWORK = "network"

    @property
    def party(self) -> str:
        """The party that the server answers for."""
        return parties.platform(TOWN) if self is Role.INTERMEDIARY else parties.NETWORK

    @property
    def played(self) -> list[str]:
        """The parties that the kit plays."""
        towns = (TOWN, OTHER, THIRD)
        everybody = [*map(parties.city, towns), *map(parties.platform, towns), parties.NETWORK]
        return [party for party in everybody if party != self.party]


@dataclass(frozen=True)
class Trial:
    """A prepared trial: the kit signs with `ring` as any of `role.played`."""

    folder: Path
    role: Role
    ring: KeyRing


def prepare(folder: Path, role: Role, *, instance: str, listen: str, host: str) -> Directory:
    """Make the kit's keys (what is there is kept) and write `counterparts.json`; `listen` is the kit's own door."""
    owner = keys.Owner(folder=KIT, parties=role.played, url=listen, hosts=[host])
    made = keys.make(folder, instance=instance, owners=[owner])
    (folder / COUNTERPARTS).write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))
    return made


def join(folder: Path, role: Role, *, url: str) -> Trial:
    """Admit `vendor.json`: of it only the party under trial, at `url`. Errors: SETUP_MISSING, SENDER_REFUSED."""
    ours = _read(folder / COUNTERPARTS, "--role だけを付けて実行し、相手方に渡してください。")
    theirs = _read(folder / VENDOR, f"試験するサーバーの名簿を {VENDOR} として置いてください。")
    if theirs.instance != ours.instance:
        raise TodokeError(
            ErrorCode.SENDER_REFUSED, detail=f"{VENDOR} の instance は {ours.instance} ではありません"
        )
    entry = msgspec.structs.replace(theirs.entry(role.party), owner="vendor", url=url)
    vendor = Directory(
        instance=ours.instance,
        authorities={"vendor": theirs.authority_of(role.party)},
        parties={role.party: entry},
    )
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(admit(ours, vendor)))
    return Trial(folder, role, KeyRing(folder, KIT))


def admit(ours: Directory, theirs: Directory) -> Directory:
    """Our directory with their parties in it; our own entries win."""
    return Directory(
        instance=ours.instance,
        authorities={**theirs.authorities, **ours.authorities},
        parties={**theirs.parties, **ours.parties},
    )


def _read(path: Path, todo: str) -> Directory:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Directory)
    except (OSError, msgspec.MsgspecError):
        raise TodokeError(ErrorCode.SETUP_MISSING, detail=f"{path.name} を読めません", todo=todo) from None
