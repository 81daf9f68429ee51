"""Child processes of a run: started with this program, stopped with it, their output kept in a log."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from todoke.kernel.errors import ErrorCode, TodokeError

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Peak:
    """The most memory a process ever used, MiB."""

    name: str
    mib: int


class Child:
    """One `todoke` command running beside us. Dies with us: the kernel sends SIGTERM when we are gone."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, log: Path, environment: dict[str, str]
    ) -> None:
        self.name, self.log, self.peak_mib = name, log, 0
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "todoke.cli", *arguments],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment},
                preexec_fn=die_with_parent(),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        """Whether it still runs; also notes the memory it has used so far."""
        self._note_peak()
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for its end; the exit code (negative when a signal ended it)."""
        while True:
            try:
                return self._process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                self._note_peak()

    def stop(self) -> None:
        """Ask it to stop, then make it."""
        if self.running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def tail(self, lines: int = 12) -> str:
        """The last lines it said."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def _note_peak(self) -> None:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_mib = max(self.peak_mib, int(line.split()[1]) // 1024)


def run(name: str, arguments: Sequence[str], *, log: Path, environment: dict[str, str]) -> Peak:
    """Run one command to its end; UNAVAILABLE when it failed, was killed or must be run again."""
    child = Child(name, arguments, log=log, environment=environment)
    code = child.wait()
    if code != 0:
        raise stopped(child, code)
    return Peak(name, child.peak_mib)


def stopped(child: Child, code: int | None) -> TodokeError:
    """The error that says which process ended and what it last said."""
    sys.stderr.write(child.tail() + "\n")
    return TodokeError(ErrorCode.PROCESS_STOPPED, what=child.name, code=code if code is not None else "?")


def die_with_parent() -> Callable[[], None]:
    """What a child does before it becomes the program: ask the kernel for SIGTERM when we are gone."""
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def set_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return set_signal
