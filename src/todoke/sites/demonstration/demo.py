"""`todoke demo`: an invented city pays its benefit, with three realms as processes over mutual TLS."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from todoke.exchange import keys
from todoke.sample import city as sample_city
from todoke.sites import processes
from todoke.sites.database import provision
from todoke.sites.database.postgres import Server, running_server
from todoke.sites.demonstration.run_folder import RunFolder
from todoke.sites.demonstration.summary import Summary
from todoke.sites.entering import enter_everything
from todoke.sites.instance import Instance
from todoke.sites.ports import realm_ports
from todoke.sites.realms import Realm
from todoke.sites.reconcile import reconcile

CITY = "14100"
NEIGHBOURS = ("13104", "13112", "14130", "14150", "14401", "27100")
SERVERS = ("national", "platform")
_START_SECONDS = 60.0


class Demo:
    """One demonstration run; `go` may be called again after any stop and continues."""

    def __init__(self, folder: RunFolder, var: Path, say: Callable[[str], None]) -> None:
        self.folder, self.say = folder, say
        self.home = var / folder.instance_name
        self.summary = Summary(folder)

    def go(self) -> dict[str, Any]:
        """The whole road; returns what stands in summary.json."""
        with running_server(self.home.parent) as server:
            instance = self._prepare(server)
            self._staff(instance)
            with self._servers(instance) as servers:
                self._neighbours(instance)
                self._city(instance, servers)
                with self._timed("reconcile"):
                    self.summary.records = reconcile(instance)
            return self.summary.write()

    def _prepare(self, server: Server) -> Instance:
        """Databases, keys, staff and input files; starts anew unless an unfinished run can be continued."""
        resumed = self.folder.unfinished(self.home)
        if not resumed:
            self._clear(server)
        with self._timed("database"):
            instance = _instance(self.home, self.folder.instance_name)
            instance.use_server(server.address)
            enter_everything(instance)
            provision.provision(instance, server)
            keys.init(instance.path)
        if not resumed:
            self.folder.begin(self.home)
        with self._timed("sample"):
            self._sample()
        return instance

    def _clear(self, server: Server) -> None:
        if (self.home / "instance.toml").exists():
            provision.drop(Instance.load(self.home), server)
        shutil.rmtree(self.home, ignore_errors=True)

    def _sample(self) -> None:
        done = self.folder.input / ".complete"
        if not done.exists():
            sample_city.write(self.folder.residents, self.folder.seed, self.folder.input)
            done.touch()

    def _staff(self, instance: Instance) -> None:
        """Each realm's invented staff enter its directory and sign in; two realms at a time keep two cores busy."""
        with self._timed("staff"), ThreadPoolExecutor(2) as pool:
            words = {realm: ["staff", "--realm", realm.value, "sample"] for realm in Realm}
            list(pool.map(lambda realm: self._run(instance, f"staff-{realm.value}", words[realm]), Realm))

    @contextmanager
    def _servers(self, instance: Instance) -> Iterator[list[processes.Child]]:
        """The platform's and the nation's site, each a process with its own door."""
        children = [self._child(instance, name, ["serve", name, "--door-only"]) for name in SERVERS]
        try:
            with self._timed("start"):
                for child in children:
                    _await_ready(instance, child)
            yield children
        finally:
            for child in children:
                child.stop()
                self.summary.peaks[child.name] = child.peak_mib

    def _neighbours(self, instance: Instance) -> None:
        """The register of the 住基ネット part, the permission lists, and the other towns' replicas."""
        with self._timed("national"):
            juki = self.folder.input / "national" / "juki.csv"
            self._run(instance, "network-keys", ["network", "keys-init", "--by", "n001"])
            self._run(instance, "network-juki", ["network", "load-juki", str(juki), "--by", "n001"])
            towns = [part for code in instance.municipalities for part in ("--municipality", code)]
            self._run(instance, "organisations", ["network", "organisations-propose", *towns, "--by", "n001"])
            self._run(instance, "organisations-confirm", ["network", "organisations-confirm", "--by", "n002"])
            self._run(instance, "network-list", ["network", "list-draft", "--by", "n001"])
            self._run(instance, "network-list-approve", ["network", "list-approve", "--by", "n002"])
        with self._timed("neighbours"):
            folder = str(self.folder.input / "neighbours")
            self._run(instance, "fetch-list", ["intermediary", "fetch-list", "--by", "p001"])
            self._run(instance, "neighbours", ["neighbours", "enrol", "--input", folder])

    def _city(self, instance: Instance, servers: list[processes.Child]) -> None:
        arguments = ["road", "--input", str(self.folder.input), "--output", str(self.folder.output)]
        child = self._child(instance, "city", arguments, log=self.home / "log" / "city.log")
        said = 0
        while child.running():
            said = self._repeat(child.log, said)
            for server in servers:
                if not server.running():
                    child.stop()
                    raise processes.stopped(server, server.wait())
            time.sleep(0.1)
        self._repeat(child.log, said)
        self.summary.peaks["city"] = child.peak_mib
        if (code := child.wait()) != 0:
            raise processes.stopped(child, code)

    def _repeat(self, log: Path, said: int) -> int:
        """Show the city's new lines as they come; returns how far its log was read."""
        with log.open("rb") as file:
            file.seek(said)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        for line in whole.decode("utf-8", errors="replace").splitlines():
            self.say(line)
        return said + len(whole)

    def _child(
        self, instance: Instance, name: str, arguments: list[str], *, log: Path | None = None
    ) -> processes.Child:
        log = log or instance.path / "log" / f"{name}.log"
        log.unlink(missing_ok=True)
        return processes.Child(name, arguments, log=log, environment=_environment(instance))

    def _run(self, instance: Instance, name: str, arguments: list[str]) -> None:
        log = instance.path / "log" / f"{name}.log"
        peak = processes.run(name, arguments, log=log, environment=_environment(instance))
        self.summary.peaks[name] = peak.mib

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.summary.seconds[step] = round(time.monotonic() - begun, 2)


def _environment(instance: Instance) -> dict[str, str]:
    return {"TODOKE_INSTANCE": str(instance.path)}


def _instance(home: Path, name: str) -> Instance:
    if (home / "instance.toml").exists():
        return Instance.load(home)
    return Instance.create(home, name, municipalities=[CITY, *NEIGHBOURS], city=CITY, ports=realm_ports())


def _await_ready(instance: Instance, child: processes.Child) -> None:
    """Wait until the site's door is open: it then writes its process id."""
    ready = instance.path / f"{child.name}.ready"
    deadline = time.monotonic() + _START_SECONDS
    while not (ready.is_file() and ready.read_text() == str(child.pid)):
        if not child.running() or time.monotonic() > deadline:
            raise processes.stopped(child, None)
        time.sleep(0.05)


def farewell(found: dict[str, Any], out: Path) -> str:
    """What the newcomer reads at the end."""
    records = found["exchange_records"]
    return (
        f"\n住民 {found['residents']:,} 人、世帯 {found['households']:,}："
        f"支給対象 {found['eligible']:,}、対象外 {found['ineligible']:,}、未確定 {found['undecided']:,}\n"
        f"他市町村への照会 {found['queried']:,} 人：回答 {found['answered']:,}、"
        f"提供者確認中 {found['held']:,}、その他 {found['failed']:,}\n"
        f"情報提供等記録：照会側 {records['inquirer']:,}、提供側 {records['provider']:,}、"
        f"ネットワーク {records['network']:,}、食い違い {records['differences']:,}\n"
        f"支給 {found['paid_count']:,} 件、{found['paid_yen']:,} 円（{found['seconds_total']} 秒）\n"
        f"結果は {out}/output にあります。"
    )
