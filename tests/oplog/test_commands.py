"""`todoke oplog` as an auditor types it: each command a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from tests.oplog.support import BY, DECIDE
from todoke.exchange import keys as exchange_keys
from todoke.oplog import archive
from todoke.oplog.record import record
from todoke.sites import log_keeping
from todoke.sites.realms import Realm

ALIAS = "benefits"


def run(*words: str, instance: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TODOKE", "DJANGO"))
    }
    if instance is not None:
        environment["TODOKE_INSTANCE"] = str(instance)
    return subprocess.run(
        [sys.executable, "-m", "todoke.cli", "oplog", *words],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.slow
def test_sealed_exported_and_verified_elsewhere_with_public_keys_alone(databases, tmp_path) -> None:
    place = databases.path
    exchange_keys.init(place)
    for n in range(5):
        with transaction.atomic(using=ALIAS):
            record(ALIAS, by=BY, verb=DECIDE, subject=f"case {n}", persons=1)

    sealed = run("seal", "city", "--once", instance=place)
    assert (sealed.returncode, "封印       5 件" in sealed.stdout) == (0, True), sealed.stderr
    keys = tmp_path / "keys.json"
    keys.write_text(run("keys", instance=place).stdout, encoding="utf-8")
    assert len(json.loads(keys.read_text())) == 3

    out = tmp_path / "out"
    nobody = ("--purpose", "定期監査", "--by", "a001")  # not signed in on this account
    for words in (("export", "city", "--out", str(out)), ("search", "city")):
        refused = run(*words, *nobody, instance=place)
        assert (refused.returncode, "SESSION_OVER" in refused.stderr) == (3, True)
    assert not out.exists()
    log_keeping.export(databases, Realm.CITY, out)

    away = tmp_path / "elsewhere"  # no instance, no database, no site
    shutil.move(str(out), away)
    verified = run("verify", str(away), "--keys", str(keys))
    assert verified.returncode == 0, verified.stderr
    assert "すべて検証できました" in verified.stdout
    assert "検証済          5" in verified.stdout

    file = next((away / ALIAS).glob("rows-*.bin"))
    rows = next(archive.blocks(file))
    _, data = rows.read()
    number = [row.id for row in archive.rows(data)][2]
    file.write_bytes(file.read_bytes().replace(b"case 2", b"case 9"))
    caught = run("verify", str(away), "--keys", str(keys))
    assert caught.returncode == 4
    assert f"{ALIAS} 区間0 記録{number}：" in caught.stdout
    assert "LOG_DAMAGED" in caught.stderr
    assert run("verify", str(tmp_path)).returncode == 2

    assert "遅れ" in run("status", "city", instance=place).stdout
