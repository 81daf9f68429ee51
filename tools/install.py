"""Makes .venv with the hashed lock in it; run by the Makefile with any Python ≥ 3.11 and the standard library only.

Further locks may be named (`tools/install.py requirements/spark.txt`): they go in beside the first.

uv does it in seconds; where none is installed, pip fetches it. pip comes from this Python, from its ensurepip, or
from the distribution; a bare Debian or Ubuntu has none of them, and then the one missing package is named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.txt"
INSTALLER_LOCK = ROOT / "requirements" / "uv.txt"
NEEDS_PYTHON = "Todoke needs Python 3.11 or newer; this is {}. Name another one: make PYTHON=python3.12"
NEEDS_PIP = """\
This Python comes without pip. Install one package and run the same command again:
    Debian, Ubuntu:  sudo apt install python3-venv
    Fedora:          sudo dnf install python3-pip
(or put uv on the PATH)."""


def main() -> None:
    """Make the virtual environment, fill it from the lock, put todoke itself into it."""
    if sys.version_info < (3, 11):
        sys.exit(NEEDS_PYTHON.format(sys.version.split()[0]))
    if not _usable():
        print("Making .venv …", flush=True)
        import venv

        # without pip: that works on a Debian without ensurepip, too
        venv.EnvBuilder(clear=True, with_pip=False, symlinks=True).create(VENV)
    uv, into = _uv(), ["--python", str(PYTHON)]
    locks = [str(LOCK), *sys.argv[1:]]
    print(
        f"Installing what requirements/{' and '.join(Path(lock).name for lock in locks)} name …", flush=True
    )
    if not _succeeds([*uv, "pip", "sync", "--quiet", "--require-hashes", *into, *locks]):
        # an index or a proxy that only pip is configured for
        print("uv could not; pip tries the same …", flush=True)
        for lock in locks:
            _run([*_pip(), *into, "install", "--quiet", "--require-hashes", "-r", lock])
    # hatchling comes from the lock: nothing is fetched for the build
    own = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    _run([*uv, "pip", "install", "--quiet", *into, *own])


def _usable() -> bool:
    """Whether .venv is there and its Python still runs (the one it was made from may be gone)."""
    command = [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return PYTHON.exists() and subprocess.run(command, check=False, capture_output=True).returncode == 0


def _uv() -> list[str]:
    """The command that runs uv: the one on the PATH, or one of our own beside the environment."""
    if found := shutil.which("uv"):
        return [found]
    folder = VENV / "installer"
    if not (folder / "bin" / "uv").exists():
        print("Fetching uv …", flush=True)
        target = ["--quiet", "--require-hashes", "--target", str(folder), "-r", str(INSTALLER_LOCK)]
        _run([*_pip(), "install", *target])
    return [str(folder / "bin" / "uv")]


def _pip() -> list[str]:
    if _has(sys.executable, "pip"):
        return [sys.executable, "-m", "pip"]
    if _has(sys.executable, "ensurepip"):
        _run([str(PYTHON), "-m", "ensurepip"])
        return [str(PYTHON), "-m", "pip"]
    sys.exit(NEEDS_PIP)


def _has(python: str, module: str) -> bool:
    # tried, not looked up: Debian ships an ensurepip that only says it is missing
    return (
        subprocess.run([python, "-m", module, "--version"], check=False, capture_output=True).returncode == 0
    )


def _succeeds(command: list[str]) -> bool:
    # an office's proxy is known to the system's certificates, which uv does not ask by itself (two names, by edition)
    settings = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(command, check=False, cwd=ROOT, env={**settings, **os.environ}).returncode == 0


def _run(command: list[str]) -> None:
    if not _succeeds(command):
        sys.exit(f"Set-up stopped: {Path(command[0]).name} failed. See above; then run make again.")


if __name__ == "__main__":
    main()
