"""A realm and its operation logs: which databases, whose keys; sealing, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from todoke.kernel.errors import TodokeError
from todoke.oplog import durable, exporting, keys, sealing
from todoke.oplog.sealing import LogState, Sealed, Sealer, sealer
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm, alias


def logs_of(instance: Instance, realm: Realm) -> list[str]:
    """The aliases of a realm's databases; each has a log of its own."""
    return [alias(*wall) for wall in instance.walls(realm)]


def keys_folder(instance: Instance, realm: Realm) -> Path:
    """Where a realm keeps its keys."""
    return instance.path / realm.value / "keys"


def check_durable(instance: Instance, realm: Realm) -> None:
    """LOG_UNSAFE when a database of the realm acknowledges commits before they are on disk."""
    for name in logs_of(instance, realm):
        durable.check(name)


@contextmanager
def sealers(
    instance: Instance, realm: Realm, *, only: Callable[[str], bool] = lambda _alias: True
) -> Iterator[Mapping[str, Sealer]]:
    """The sealers of all logs of a realm. Errors: LOG_UNSAFE, STATE_CONFLICT when another process seals one."""
    key = keys.signing_key(keys_folder(instance, realm))
    with ExitStack() as stack:
        found = {}
        for name in filter(only, logs_of(instance, realm)):
            durable.check(name)
            found[name] = stack.enter_context(
                sealer(
                    name,
                    origin=keys.origin(instance.name, name),
                    signer=keys.signer_name(instance.name, realm.value),
                    key=key,
                )
            )
        yield found


def seal(instance: Instance, realm: Realm) -> dict[str, Sealed]:
    """Seal what is settled in every log of a realm, once."""
    with sealers(instance, realm) as found:
        return {name: one.seal() for name, one in found.items()}


def state(instance: Instance, realm: Realm) -> dict[str, LogState]:
    """How far each log of a realm is sealed (for `todoke oplog status` and metrics)."""
    return {name: sealing.state(name) for name in logs_of(instance, realm)}


def public_keys(instance: Instance) -> dict[str, str]:
    """Key name → public key (hex) of every realm whose key is written down."""
    found = {}
    for realm in Realm:
        try:
            key = keys.public_key(instance.path, realm.value)
        except TodokeError:
            continue
        found[keys.signer_name(instance.name, realm.value)] = key.public_bytes_raw().hex()
    return found


def export(
    instance: Instance, realm: Realm, folder: Path, *, progress: Callable[[str, int], None] = lambda *_: None
) -> dict[str, int]:
    """Write the archive of a realm's logs; entries by log."""
    return exporting.export(
        folder,
        instance=instance.name,
        realm=realm.value,
        aliases=logs_of(instance, realm),
        keys=public_keys(instance),
        progress=progress,
    )
