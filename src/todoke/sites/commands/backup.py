"""`todoke backup`: 控え: made by the site's own account, opened only with keys that are elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from todoke.access.permissions import Actor
    from todoke.sites.backup.plan import Plan
    from todoke.sites.instance import Instance

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_realm = click.argument("realm", type=click.Choice([realm.value for realm in Realm]))
_by = click.option("--by", required=True, help="職員ID")
_MACHINE = "サイト自身の処理。暗号化した控えを扱い、復号する鍵は持たない"


@click.group("backup")
def group() -> None:
    """控えの作成・検証・写し・世代管理・復元と、媒体の台帳。"""


@group.command("keys")
@click.option("--data", required=True, type=_FILE, help="データの秘密鍵を書くファイル")
@click.option("--keys", "keys_file", required=True, type=_FILE, help="鍵の控えの秘密鍵を書くファイル")
@open_verb("復元を担当する人が、サイトとは別の機械で一度だけ行う")
def keys(data: Path, keys_file: Path) -> None:
    """控えを開く二つの秘密鍵を作り、公開鍵（age1…）を示します。秘密鍵は別々の金庫に置き、サイトに置かないでください。"""
    from pyrage import x25519

    if data.exists() or keys_file.exists() or data == keys_file:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="秘密鍵のファイルが既にあります")
    for name, path in (("data_recipient", data), ("keys_recipient", keys_file)):
        identity = x25519.Identity.generate()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"{identity}\n")
        click.echo(f'{name} = "{identity.to_public()}"')


@group.command("create")
@_realm
@open_verb(_MACHINE)
def create(realm: str) -> None:
    """領域の全データベース・ファイル・鍵の控えを作り、読み直して検証し、写しを置きます。"""
    instance, plan = _enter(realm)
    from todoke.sites.backup import running

    found = running.make(instance, Realm(realm), plan, say=_say)
    running.verify(instance, Realm(realm), plan, found.backup)
    running.copy(plan, found, Realm(realm), say=_say)
    click.echo(found.backup)


@group.command("run")
@_realm
@open_verb(_MACHINE)
def run(realm: str) -> None:
    """毎日の仕事：作成・検証・写し・世代管理。systemd の timer から動かします。"""
    click.get_current_context().invoke(create, realm=realm)
    instance, plan = _enter(realm)
    from todoke.sites.backup import running

    running.prune(instance, Realm(realm), plan, say=_say)


@group.command("list")
@_realm
@open_verb("控えの名前・時刻・件数だけを示す")
def listing(realm: str) -> None:
    """完成した控えを古い順に示します。作成の途中で止まったものは含みません。"""
    instance, plan = _enter(realm)
    from todoke.access import directory
    from todoke.assurance import backups
    from todoke.sites.backup import running

    proven = backups.verified_names(directory.alias())
    for one in running.listed(instance, Realm(realm), plan):
        mark = "検証済み" if one.backup in proven else "未検証"
        click.echo(f"{one.backup}  {one.rows:>12,} 行  {one.size / 1e6:>10,.1f} MB  {mark}")


@group.command("verify")
@_realm
@click.argument("name", required=False)
@click.option("--identity", type=_FILE, help="データの秘密鍵（あれば、開いて中まで確かめます）")
@open_verb(_MACHINE)
def verify(realm: str, name: str | None, identity: Path | None) -> None:
    """控え（省略時は最新）の署名と全ての部分を読み直して確かめ、結果を台帳に記録します。"""
    instance, plan = _enter(realm)
    from todoke.sites.backup import parts, running

    found = running.verify(
        instance, Realm(realm), plan, name or _newest(instance, realm, plan),
        parts.identity_of(identity) if identity else None,
    )  # fmt: skip
    click.echo(f"{found.backup}  {len(found.parts) + 1} 個の部分、{found.rows:,} 行。壊れていません。")


@group.command("copy")
@_realm
@click.argument("name", required=False)
@open_verb(_MACHINE)
def copy(realm: str, name: str | None) -> None:
    """控え（省略時は最新）を、計画の全ての写し先に置き、読み返して確かめます。"""
    instance, plan = _enter(realm)
    from todoke.sites.backup import creating, manifest, running

    folder = creating.home(plan, Realm(realm)) / (name or _newest(instance, realm, plan))
    running.copy(plan, manifest.read(folder, running.signer(instance, Realm(realm))), Realm(realm), say=_say)


@group.command("fetch")
@click.argument("address")
@click.argument("name")
@click.option("--out", required=True, type=_FOLDER, help="置くフォルダー")
@open_verb("暗号化したままの控えを取り寄せるだけで、開かない")
def fetch(address: str, name: str, out: Path) -> None:
    """写し先（フォルダーか s3://…）から控えを取り寄せます。"""
    from todoke.sites.backup import copies

    click.echo(str(copies.get(address, name.partition("-")[0], name, out)))


@group.command("prune")
@_realm
@open_verb(_MACHINE)
def prune(realm: str) -> None:
    """保存の世代を過ぎた控えを消します。検証済みの最後の一つは消しません。"""
    instance, plan = _enter(realm)
    from todoke.sites.backup import running

    click.echo(f"{running.prune(instance, Realm(realm), plan, say=_say)} 件を削除しました。")


@group.command("witnessed")
@_realm
@click.option("--out", required=True, type=_FOLDER, help="書き出すフォルダー")
@open_verb("他の領域の記録の署名済みチェックポイントだけで、中身はない")
def witnessed(realm: str, out: Path) -> None:
    """この領域が証人として確かめた、他の領域の記録の到達点を書き出します（復元の --witness に使います）。"""
    instance = _enter_site(realm)
    from todoke.kernel import clock
    from todoke.oplog import exporting
    from todoke.oplog.entry import microseconds
    from todoke.sites import log_keeping
    from todoke.sites.backup import witnessed as notes

    lines = [line for log in log_keeping.logs_of(instance, Realm(realm)) for line in exporting.witnessed(log)]
    at = microseconds(clock.now())
    count = notes.export(lines, out, instance=instance.name, realm=realm, at=at)
    click.echo(f"{count:,} 件を {out.name} に書き出しました。")


@group.command("restore")
@click.argument("folder", type=_FOLDER)
@click.option("--parcel", required=True, type=_FILE, help="鍵の控え（….keys.age）")
@click.option("--data-identity", required=True, type=_FILE, help="データの秘密鍵")
@click.option("--keys-identity", required=True, type=_FILE, help="鍵の控えの秘密鍵")
@click.option("--signer", required=True, type=_FILE, help="署名の公開鍵（backup.<領域>.pub の控え）")
@click.option(
    "--to", "target", required=True, type=_FOLDER, help="復元する、まだないインスタンスのフォルダー"
)
@click.option(
    "--witness", "witnesses", multiple=True, type=_FOLDER, help="他の領域の backup witnessed か oplog export"
)
@click.option("--accept-loss", "reason", default="", help="古い控えでよいとする理由（記録に残ります）")
@click.option("--accepted-by", "accepted", multiple=True, help="古い控えでよいと決定した職員ID。二人分")
@open_verb("サイトがまだない機械で、二つの秘密鍵を持つ人が行う。復元した記録に残る")
def restore(  # noqa: PLR0917 - click passes by name
    folder: Path, parcel: Path, data_identity: Path, keys_identity: Path, signer: Path, target: Path,
    witnesses: tuple[Path, ...], reason: str, accepted: tuple[str, ...],
) -> None:  # fmt: skip
    """何もない機械に一つの領域を復元し、件数・内容・操作の記録を検証して終わります。"""
    from todoke.sites.backup import parts, restoring

    wanted = restoring.Wanted(
        folder=folder.resolve(), parcel=parcel, target=target.resolve(), witnesses=witnesses,
        loss=restoring.Loss(reason=reason, by=accepted) if reason or accepted else None,
        data_identity=parts.identity_of(data_identity), keys_identity=parts.identity_of(keys_identity),
        signer=_public_key(signer),
    )  # fmt: skip
    report = restoring.restore(wanted, say=_say)
    for line in report.lost:
        click.echo(f"失われた記録  {line}")
    click.echo(f"表 {report.tables:,}、{report.rows:,} 行：件数と内容は目録と同じです。")
    click.echo(f"操作の記録 {report.log_entries:,} 件を検証しました。")
    times = "、".join(f"{name} {value} 秒" for name, value in report.seconds.items())
    click.echo(f"{report.backup} を {target} に復元しました（{times}）。")


@group.command("drilled")
@_realm
@click.argument("name")
@click.option("--place", required=True, help="訓練の場所（機械）")
@_by
@verb(Permission.ASSURANCE_DRILL)
def drilled(realm: str, name: str, place: str, by: str) -> None:
    """別の機械で復元できたことを台帳に記録します。"""
    _enter_site(realm)
    from todoke.assurance.actions import media

    media.record_drill(by=_actor(by), backup=name, place=place)
    click.echo("復元訓練を登録しました。")


@group.command("medium")
@_realm
@click.argument("label")
@click.option("--kind", required=True, help="媒体の種類（LTO-9、外付けディスクなど）")
@click.option("--content", required=True, type=click.Choice(["data", "keys"]), help="データか、鍵の控えか")
@click.option("--backup", required=True, help="入っている控えの名前")
@_by
@verb(Permission.ASSURANCE_MEDIUM)
def medium(  # noqa: PLR0917 - click passes by name
    realm: str, label: str, kind: str, content: str, backup: str, by: str
) -> None:
    """控えを書いた媒体を台帳に登録します。"""
    _enter_site(realm)
    from todoke.assurance.actions import media
    from todoke.assurance.models import MediumContent

    content_of = MediumContent(content)
    media.register_medium(by=_actor(by), label=label, kind=kind, content=content_of, backup=backup)
    click.echo(f"媒体 {label} を登録しました。")


@group.command("hand")
@_realm
@click.argument("label")
@click.option("--from", "origin", required=True, help="発送元")
@click.option("--to", "destination", required=True, help="届け先")
@click.option("--carrier", "carriers", required=True, multiple=True, help="搬送する人のID。二人分")
@click.option("--seal", required=True, help="封印の番号")
@_by
@verb(Permission.ASSURANCE_MEDIUM_HAND)
def hand(  # noqa: PLR0917 - click passes by name
    realm: str, label: str, origin: str, destination: str, carriers: tuple[str, ...], seal: str, by: str
) -> None:
    """媒体を封印し、搬送する二人に渡します。"""
    if len(carriers) != 2:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="--carrier を二人分指定してください")
    _enter_site(realm)
    from todoke.assurance.actions import media

    media.hand_medium(
        by=_actor(by), label=label, origin=origin, destination=destination,
        carried_by=carriers[0], accompanied_by=carriers[1], seal=seal,
    )  # fmt: skip
    click.echo(f"媒体 {label} を {destination} へ発送しました。")


@group.command("receive")
@_realm
@click.argument("label")
@click.option("--seal", required=True, help="届いた媒体にある封印の番号")
@_by
@verb(Permission.ASSURANCE_MEDIUM_RECEIVE)
def receive(realm: str, label: str, seal: str, by: str) -> None:
    """届いた媒体の封印を確かめ、搬送した二人とは別の職員が受領します。"""
    _enter_site(realm)
    from todoke.assurance.actions import media

    media.receive_medium(by=_actor(by), label=label, seal=seal)
    click.echo(f"媒体 {label} を受領しました。")


def _enter(realm: str) -> tuple[Instance, Plan]:
    instance = _enter_site(realm)
    from todoke.sites.backup import plan

    return instance, plan.load(instance.path / realm)


def _enter_site(realm: str) -> Instance:
    from todoke.sites.entering import enter_for_command
    from todoke.sites.instance import Instance

    enter_for_command(click.get_current_context(), Realm(realm))
    return Instance.load()


def _actor(staff_id: str) -> Actor:
    from todoke.access import cli_actor

    return cli_actor.actor(staff_id)


def _newest(instance: Instance, realm: str, plan: Plan) -> str:
    from todoke.sites.backup import running

    found = running.listed(instance, Realm(realm), plan)
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="控え")
    return found[-1].backup


def _public_key(file: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(file.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name) from None


def _say(line: str) -> None:
    click.echo(line, err=True)
