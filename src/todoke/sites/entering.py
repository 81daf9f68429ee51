"""Becoming a process of one realm: its settings, its databases, its services. Before that no model is imported."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
import django

from todoke.kernel.errors import TodokeError
from todoke.sites.database.postgres import running_server
from todoke.sites.demonstration.run_folder import newest_instance
from todoke.sites.instance import DEFAULT, ENVIRONMENT, Instance
from todoke.sites.realms import Realm


def enter(realm: Realm) -> Instance:
    """Make this process one of `realm`; returns its instance. Raises SETUP_MISSING without one."""
    instance = Instance.load()
    os.environ[ENVIRONMENT] = str(instance.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"todoke.sites.{realm.value}"
    django.setup()
    from todoke.sites import wiring
    from todoke.sites.monitoring import journal

    journal.start()
    wiring.wire(realm)
    return instance


def enter_everything(instance: Instance) -> None:
    """Set up the settings of all realms, for migrations and tools; nothing is served from such a process."""
    os.environ[ENVIRONMENT] = str(instance.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoke.sites.everything"
    django.setup()


def enter_for_command(context: click.Context, realm: Realm) -> None:
    """Enter `realm` before a system's verbs are imported; a server that had to be started stops with the command.

    For `--help` no instance and no server are needed.
    """
    if context.resilient_parsing or {"-h", "--help"}.intersection(sys.argv):
        os.environ["DJANGO_SETTINGS_MODULE"] = f"todoke.sites.{realm.value}"
        django.setup()
        return
    instance = Instance.load(chosen_instance())
    os.environ[ENVIRONMENT] = str(instance.path)
    context.with_resource(reachable_server(instance))
    enter(realm)


def chosen_instance() -> Path | None:
    """The folder named by the user, else var/demo, else the one that the last demonstration used."""
    if os.environ.get(ENVIRONMENT) or (DEFAULT / "instance.toml").is_file():
        return None
    try:
        return newest_instance(DEFAULT.parent)
    except TodokeError:
        return None  # Instance.load says what is missing


def reachable_server(instance: Instance) -> AbstractContextManager[object]:
    """Nothing to do when something listens where the instance says: a realm's account cannot start a server."""
    try:
        address = instance.server()
        socket.create_connection((address.host, address.port), timeout=5).close()
    except (TodokeError, OSError):
        return running_server(instance)
    return nullcontext()
