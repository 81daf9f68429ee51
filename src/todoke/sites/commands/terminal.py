"""`todoke terminal`: certificates of terminals, and the agent that makes this machine one."""

from __future__ import annotations

import os
from pathlib import Path

import click

from todoke.access.guard import open_verb
from todoke.sites import serve, terminals
from todoke.sites.entering import chosen_instance
from todoke.sites.instance import Instance
from todoke.sites.realms import TRIAL_TERMINALS, Realm
from todoke.sites.terminal_agent import HOST

_SITE = click.argument("site", type=click.Choice([realm.value for realm in Realm]))


@click.group("terminal")
def terminal() -> None:
    """端末の証明書の発行と、この機械のブラウザーを端末にする代理。"""


@terminal.command("issue")
@_SITE
@click.argument("name")
@click.option(
    "--p12", type=click.Path(path_type=Path, dir_okay=False), help="ブラウザーに入れるファイルも作る"
)
@open_verb("領域の鍵を読めるアカウントだけが発行でき、名簿に登録されるまで使えない")
def issue(site: str, name: str, p12: Path | None) -> None:
    """端末 NAME の鍵と証明書を作ります（既にあるものは変えません）。使うには名簿への登録が要ります。"""
    instance, realm = Instance.load(chosen_instance()), Realm(site)
    try:
        certificate = terminals.issue(instance, realm, name)
    except ValueError as error:
        raise click.BadParameter(str(error), param=click.Argument(["name"])) from error
    if p12 is not None:
        passphrase = click.prompt("合言葉", hide_input=True, confirmation_prompt=True)
        _write_new(p12, terminals.as_p12(instance, realm, name, passphrase))
    click.echo(
        f"{name}  {terminals.fingerprint(certificate)}  {terminals.valid_until(certificate):%Y-%m-%d} まで"
    )


@terminal.command("open")
@_SITE
@click.option("--name", default=serve.TRIAL_TERMINAL, show_default=True, help="端末の名前")
@click.option("--port", type=int, help="ブラウザーで開くポート")
@open_verb("この機械を端末にするだけで、利用にはサインインが要る")
def open_(site: str, name: str, port: int | None) -> None:
    """この機械のブラウザーを端末にします（試行用）。Ctrl-C で止まります。"""
    realm = Realm(site)
    port = port or TRIAL_TERMINALS[realm]
    click.echo(f"http://{HOST}:{port}/")
    serve.be_terminal(realm, name, screens_port=serve.SCREENS[realm], port=port)


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
