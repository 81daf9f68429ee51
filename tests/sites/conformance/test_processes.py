"""The kit against our sites as they are run: `todoke serve` and `todoke conformance`, each a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import override_settings

from tests.sites.conformance import served
from todoke.contracts import registry
from todoke.contracts.trust import PermitSeal
from todoke.exchange.directory import FILE_NAME
from todoke.exchange.ring import KeyRing
from todoke.sites.conformance import run
from todoke.sites.conformance.trial import Role
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.ports import free_port
from todoke.sites.trust import RingTrust

TODOKE = [sys.executable, "-m", "todoke.cli"]
FETCH = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'todoke.sites.platform'; django.setup();"
    "from todoke.sites import wiring; from todoke.sites.realms import Realm; wiring.wire(Realm.PLATFORM);"
    "from todoke.access.permissions import Actor, Role;"
    "by = Actor(staff_id='p001', roles=frozenset({Role.PLATFORM_OPERATOR}));"
    "from todoke.systems.intermediary.actions.fetch_list import fetch_list;"
    "fetch_list(alias='intermediary_14100', by=by)"
)
"""What an operator does by `todoke intermediary fetch-list`, without a sign-in of its own."""


@contextmanager
def site(instance: Instance, realm: str) -> Iterator[None]:
    """`todoke serve <realm>` until its door is open."""
    ready = instance.path / f"{realm}.ready"
    ready.unlink(missing_ok=True)
    log = (instance.path / f"{realm}.log").open("wb")
    process = subprocess.Popen([*TODOKE, "serve", realm, "--door-only"], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while not ready.exists():
            assert process.poll() is None, (instance.path / f"{realm}.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@contextmanager
def keys_of_its_own(instance: Instance, realm: str, aside: Path) -> Iterator[None]:
    """The realm's folder of keys is afterwards as it was (other tests need what municipalities keep in it), the directory gone."""
    folder = instance.path / realm / "keys"
    if folder.is_dir():
        shutil.copytree(folder, aside)
    try:
        yield
    finally:
        shutil.rmtree(folder)
        if aside.is_dir():
            shutil.copytree(aside, folder)
        (instance.path / FILE_NAME).unlink()


def played(
    instance: Instance, realm: str, folder: Path, role: Role, port: int
) -> subprocess.CompletedProcess[str]:
    """What `todoke conformance` said of our served site."""
    served.register_both(instance.path, folder, role, instance=instance.name, kit_port=port)
    if role is Role.NETWORK:
        with override_settings(TODOKE_KEYS_FOLDER=instance.path / "national" / "keys"):
            registry.serve(PermitSeal, RingTrust(KeyRing(instance.path, realm)))
            served.open_network(folder)
    with site(instance, realm):
        return subprocess.run(
            [
                *(
                    *TODOKE,
                    "conformance",
                    f"https://127.0.0.1:{instance.ports[realm]}",
                    "--role",
                    role.value,
                ),
                *("--trial", str(folder), "--listen", f"https://127.0.0.1:{port}", "--json"),
                *("--name", instance.name, "--renew-list", f'{sys.executable} -c "{FETCH}"'),
            ],
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.slow  # test_kit.py has the same rules within one process
@pytest.mark.parametrize("role", Role)
def test_our_served_site_keeps_every_rule(
    databases: Instance, tmp_path: Path, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(databases.path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["src", "."]))
    realm, port = served.OWNER[role], free_port()
    with keys_of_its_own(databases, realm, tmp_path / "kept"):
        said = played(databases, realm, tmp_path, role, port)
    assert said.stdout, said.stderr
    found = {line["rule"]: (line["verdict"], line["detail"]) for line in json.loads(said.stdout)}
    assert found == {rule.number: ("pass", "") for rule in run.rules_of(role)}
    assert said.returncode == 0
