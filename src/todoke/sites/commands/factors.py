"""`todoke staff link-face …`: the administrator's side of second factors, thin over `access.factors`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from todoke.access import cli_actor, cli_sessions
from todoke.access.factors import enrolment, passkeys
from todoke.access.factors.cameras import PictureFile
from todoke.access.guard import verb
from todoke.access.permissions import Permission

_BY = click.option("--by", required=True, help="職員ID")
_STAFF = click.argument("staff_id")


@click.command("link-face")
@_STAFF
@click.argument("picture", type=click.Path(path_type=Path))
@_BY
@verb(Permission.ACCESS_FACE_LINK)
def link_face(staff_id: str, picture: Path, by: str) -> None:
    """顔の写真を職員IDに紐づけます。本人が端末で確認してから有効になります。"""
    enrolment.link_face(staff_id=staff_id, camera=PictureFile(picture), by=cli_actor.actor(by))
    click.echo(f"{staff_id} の顔を紐づけました。本人の確認待ちです。写真のファイルは削除してください。")


@click.command("withdraw-face")
@_STAFF
@_BY
@verb(Permission.ACCESS_FACE_LINK)
def withdraw_face(staff_id: str, by: str) -> None:
    """登録された顔を廃棄します。"""
    enrolment.withdraw_face(staff_id=staff_id, by=cli_actor.actor(by))
    click.echo(f"{staff_id} の登録された顔を廃棄しました。")


@click.command("invite")
@_STAFF
@click.option("--terminal", default=cli_sessions.TERMINAL, show_default=True, help="登録を行う端末の名前")
@_BY
@verb(Permission.ACCESS_PASSKEY_INVITE)
def invite(staff_id: str, terminal: str, by: str) -> None:
    """15分以内にその端末でパスキーを登録できるようにします。"""
    passkeys.invite(staff_id=staff_id, terminal=terminal, by=cli_actor.actor(by))
    click.echo(f"{staff_id} は端末 {terminal} でパスキーを登録できます（todoke enrol）。")


@click.command("withdraw-passkeys")
@_STAFF
@_BY
@verb(Permission.ACCESS_PASSKEY_INVITE)
def withdraw_passkeys(staff_id: str, by: str) -> None:
    """登録されたパスキーをすべて廃棄します（紛失したときなど）。"""
    passkeys.withdraw(staff_id=staff_id, by=cli_actor.actor(by))
    click.echo(f"{staff_id} のパスキーを廃棄しました。")


@click.command("unlock")
@_STAFF
@_BY
@verb(Permission.ACCESS_FACTOR_UNLOCK)
def unlock(staff_id: str, by: str) -> None:
    """本人確認の失敗で止まった職員IDを、本人を確かめた後に解きます。"""
    enrolment.unlock(staff_id=staff_id, by=cli_actor.actor(by))
    click.echo(f"{staff_id} は改めて本人確認を行えます。")


COMMANDS: Final = (link_face, withdraw_face, invite, withdraw_passkeys, unlock)
"""Verbs of the group `staff`."""
