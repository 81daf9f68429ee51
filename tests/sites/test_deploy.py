"""The unit files name commands, options and folders that exist, and systemd itself accepts them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from todoke import cli

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
COMMANDS = [
    (unit.name, command.split())
    for unit in UNITS
    for command in re.findall(
        r"^ExecStart=/opt/todoke/bin/todoke (.+)$", unit.read_text(encoding="utf-8"), re.M
    )
]


def test_every_service_starts_something() -> None:
    services = [unit.name for unit in UNITS if unit.suffix == ".service"]
    assert [name for name, _ in COMMANDS] == services
    assert {unit.stem for unit in UNITS if unit.suffix == ".timer"} <= {Path(name).stem for name in services}


@pytest.mark.parametrize(
    ("unit", "words"), COMMANDS, ids=lambda one: one if isinstance(one, str) else " ".join(one)
)
def test_the_command_exists_and_takes_these_words(unit, words) -> None:
    context = click.Context(cli.todoke, resilient_parsing=True)
    command: click.Command = cli.todoke
    while isinstance(command, click.Group):
        word = words.pop(0)
        if word.startswith("--"):  # of the group: `pia --realm %i daily`
            option = next(one for one in command.params if word in one.opts)
            _takes_every_realm(option, words.pop(0), context)
            continue
        found = command.get_command(context, word)
        assert found is not None, unit
        command = found
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    assert len(words) <= len(arguments), unit
    for word, argument in zip(words, arguments, strict=False):
        _takes_every_realm(argument, word, context)


def _takes_every_realm(parameter: click.Parameter, word: str, context: click.Context) -> None:
    assert word == "%i"
    for realm in ("city", "platform", "national"):
        parameter.type.convert(realm, parameter, context)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd here: the other tests look at the commands"
)
def test_systemd_accepts_them(tmp_path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/todoke/bin/todoke", sys.executable)
        name = unit.name.replace("@.", "@city.")
        (tmp_path / name).write_text(re.sub(r"^User=.*$", "", text, flags=re.M), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = [line for line in done.stderr.splitlines() if "todoke" in line]
    assert (done.returncode, told) == (0, []), done.stderr
