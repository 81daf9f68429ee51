"""A real Spark standalone cluster on loopback: a master and workers, each a JVM of its own."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from todoke.sites.ports import free_port

HOST = "127.0.0.1"


def need_pyspark() -> None:
    """CI's quick part has no pyspark (an optional extra); whoever asks for the slow tests with it gets them."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: pip install 'todoke[spark]'")


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The master's address, once every worker has registered; all stopped at the end."""
    port = free_port()
    address = f"spark://{HOST}:{port}"
    running = [_start(folder, "master", "Master", "--host", HOST, "--port", str(port), "--webui-port", "0")]
    try:
        _wait(lambda: _answers(port), running)
        for number in range(workers):
            options = ("--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "1g")
            work = folder / f"work{number}"
            running.append(
                _start(folder, f"worker{number}", "Worker", *options, "--work-dir", str(work), address)
            )
        _wait(lambda: (folder / "master.log").read_text().count("Registering worker") >= workers, running)
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(30)


def _start(folder: Path, name: str, kind: str, *options: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind.lower()}.{kind}", *options]
    settings = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "256m"}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=settings, stdout=log, stderr=subprocess.STDOUT, cwd=folder)


def _wait(ready, running: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < deadline, "the cluster did not come up"
        assert all(process.poll() is None for process in running), "a process of the cluster stopped"
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with closing(socket.socket()) as line:
        return line.connect_ex((HOST, port)) == 0
