"""`todoke staff …`: thin over the actions of `access`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from django.conf import settings

from todoke.access import cli_actor, cli_sessions, directory, matrix, matrix_files, parties
from todoke.access.actions.allow_take_over import allow_take_over
from todoke.access.actions.apply_feed import apply_feed
from todoke.access.actions.bootstrap import bootstrap as make_bootstrap
from todoke.access.actions.check_feed import check_feed
from todoke.access.actions.confirm_grant import confirm_grant
from todoke.access.actions.end_session import end_session
from todoke.access.actions.issue_password import issue_password
from todoke.access.actions.record_training import record_training
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.actions.register_terminal import register_terminal
from todoke.access.actions.request_grant import request_grant
from todoke.access.actions.revoke_grant import revoke_grant
from todoke.access.actions.set_grant import set_grant
from todoke.access.duties import Duty
from todoke.access.feed import TITLES, Change, Differences
from todoke.access.guard import open_verb, verb
from todoke.access.models import TerminalKind
from todoke.access.permissions import Permission, Role
from todoke.kernel import clock
from todoke.sample import staff as sample_staff
from todoke.sites import housekeeping, serve, terminals
from todoke.sites.commands import factors as factor_commands
from todoke.sites.commands.sign_in import REALM, verify
from todoke.sites.instance import Instance
from todoke.sites.realms import TRIAL_TERMINALS, Realm
from todoke.sites.terminal_agent import HOST

_BY = click.option("--by", required=True, help="職員ID")
_STAFF = click.argument("staff_id")
_NUMBERS = click.argument("numbers", nargs=-1, required=True, type=int)
_FILE = click.argument("file", type=click.Path(path_type=Path))
_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN = (Change.ADDED, Change.MOVED, Change.LEFT, Change.RENAMED)


@click.group("staff")
@REALM
def group(realm: str) -> None:
    """職員名簿と権限。"""


@group.command("bootstrap")
@_FILE
@click.option(
    "--administrator", "administrators", multiple=True, required=True, help="システム管理者の職員ID"
)
@click.option("--manager", "managers", multiple=True, required=True, help="責任職の職員ID（2人以上）")
@click.option("--personnel", "personnel", multiple=True, required=True, help="人事情報の取込担当の職員ID")
@open_verb("名簿が空のときに一度だけでき、記録が残る")
def bootstrap(
    file: Path, administrators: tuple[str, ...], managers: tuple[str, ...], personnel: tuple[str, ...]
) -> None:
    """最初の登録: 空の名簿に人事情報を取り込み、権限を付与していく人と、このアカウントの端末を登録します。"""
    roles = {
        **dict.fromkeys(administrators, Role.ADMINISTRATOR),
        **dict.fromkeys(managers, Role.SECTION_MANAGER),
        **dict.fromkeys(personnel, Role.PERSONNEL),
    }
    founder = parties.founder()
    for staff_id, password in make_bootstrap(
        file=file, roles=roles, terminal=own_terminal(cli_sessions.TERMINAL), by=founder
    ).items():
        click.echo(f"{staff_id}  {password}")


def own_terminal(name: str) -> dict[str, str]:
    """This account's terminal: its certificate, made where there is none, as the register wants it."""
    certificate = terminals.issue(Instance.load(), Realm(settings.TODOKE_REALM), name)
    return {"name": name, "fingerprint": terminals.fingerprint(certificate)}


@group.group("feed")
def feed() -> None:
    """人事情報と委託先の従事者名簿の取込み"""


@feed.command("check")
@_FILE
@_BY
@verb(Permission.ACCESS_STAFF_IMPORT)
def feed_check(file: Path, by: str) -> None:
    """ファイルと名簿の違いを示します。名簿は変わりません。"""
    found = check_feed(file=file, by=cli_actor.actor(by))
    _show(found)
    click.echo(f"反映するには: todoke staff feed apply {file.name} --digest {found.digest}")


@feed.command("apply")
@_FILE
@click.option("--digest", required=True, help="feed check が示した値。ファイルが変わっていれば反映しません")
@_BY
@verb(Permission.ACCESS_STAFF_IMPORT)
def feed_apply(file: Path, digest: str, by: str) -> None:
    """feed check で示したファイルを、そのまま反映します。退職した人のサインインは直ちに終わります。"""
    _show(apply_feed(file=file, digest=digest, by=cli_actor.actor(by)))


@group.command("request")
@_STAFF
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="役割")
@click.option("--duty", required=True, type=click.Choice([duty.value for duty in Duty]), help="事務")
@click.option("--from", "begin", type=_DAY, help="開始日（省略時は今日）")
@click.option("--until", required=True, type=_DAY, help="終了日（その日を含む）")
@click.option("--municipality", default="", help="団体コード（5桁）に限るとき")
@click.option("--ward", default="", help="区コードに限るとき")
@click.option("--reason", default="", help="理由")
@_BY
@verb(Permission.ACCESS_GRANT_REQUEST)
def request(
    *, staff_id: str, role: str, duty: str, begin: datetime | None, until: datetime, municipality: str, ward: str,
    reason: str, by: str,
) -> None:  # fmt: skip
    """権限の付与を依頼します（所管課の責任職）。別の2人の設定と確認の後に有効になります。"""
    number = request_grant(
        staff_id=staff_id, role=Role(role), duty=Duty(duty), municipality=municipality, ward=ward, reason=reason,
        valid_from=begin.date() if begin else clock.today(), valid_until=until.date(), by=cli_actor.actor(by),
    )  # fmt: skip
    click.echo(f"依頼番号 {number}")


@group.command("set")
@_NUMBERS
@_BY
@verb(Permission.ACCESS_GRANT_SET)
def set_(numbers: tuple[int, ...], by: str) -> None:
    """依頼された権限を設定します（システム管理者）。"""
    click.echo(f"設定 {set_grant(grant_ids=numbers, by=cli_actor.actor(by))} 件")


@group.command("confirm")
@_NUMBERS
@_BY
@verb(Permission.ACCESS_GRANT_CONFIRM)
def confirm(numbers: tuple[int, ...], by: str) -> None:
    """設定された権限を確認します（依頼した人とは別の責任職）。この時から有効です。"""
    click.echo(f"確認 {confirm_grant(grant_ids=numbers, by=cli_actor.actor(by))} 件")


@group.command("revoke")
@_NUMBERS
@click.option("--reason", required=True, help="理由")
@_BY
@verb(Permission.ACCESS_GRANT_REVOKE)
def revoke(numbers: tuple[int, ...], reason: str, by: str) -> None:
    """権限または依頼を取り消します。直ちに効きます。"""
    click.echo(f"取消し {revoke_grant(grant_ids=numbers, reason=reason, by=cli_actor.actor(by))} 件")


@group.command("password")
@_STAFF
@_BY
@verb(Permission.ACCESS_PASSWORD_RESET)
def password(staff_id: str, by: str) -> None:
    """パスワードを発効します。本人は最初に使うときに変更します。"""
    click.echo(issue_password(staff_id=staff_id, by=cli_actor.actor(by)))


@group.command("take-over")
@_STAFF
@_BY
@verb(Permission.ACCESS_SESSION_TAKE_OVER)
def take_over(staff_id: str, by: str) -> None:
    """別の場所に残ったサインインの引継ぎを許可します（5分間有効）。"""
    allow_take_over(staff_id=staff_id, by=cli_actor.actor(by))
    click.echo(f"{staff_id} は改めてサインインできます。")


@group.command("end-session")
@_STAFF
@_BY
@verb(Permission.ACCESS_SESSION_END)
def end(staff_id: str, by: str) -> None:
    """職員のサインインを直ちに終わらせます。"""
    end_session(staff_id=staff_id, by=cli_actor.actor(by))
    click.echo(f"{staff_id} のサインインを終わらせました。")


@group.command("training")
@click.argument("staff_ids", nargs=-1, required=True)
@click.option("--on", "held_on", required=True, type=_DAY, help="研修の日")
@_BY
@verb(Permission.ACCESS_TRAINING_RECORD)
def training(staff_ids: tuple[str, ...], held_on: datetime, by: str) -> None:
    """特定個人情報保護の所属研修の受講を記録します。"""
    new = record_training(staff_ids=staff_ids, held_on=held_on.date(), by=cli_actor.actor(by))
    click.echo(f"記録 {new} 人")


@group.command("terminal")
@click.argument("name")
@click.option("--place", required=True, help="置き場所")
@click.option(
    "--kind", type=click.Choice(TerminalKind.values), default="screen", show_default=True, help="種類"
)
@click.option("--until", required=True, type=_DAY, help="終了日（その日を含む）")
@_BY
@verb(Permission.ACCESS_TERMINAL_REGISTER)
def terminal(name: str, place: str, kind: str, until: datetime, by: str) -> None:
    """todoke terminal issue で証明書を発行した端末を登録します。"""
    register_terminal(
        **own_terminal(name),
        place=place,
        kind=TerminalKind(kind),
        valid_until=until.date(),
        by=cli_actor.actor(by),
    )
    click.echo(f"端末 {name} を登録しました。")


@group.command("contract")
@click.argument("number")
@click.option("--contractor", required=True, help="委託先")
@click.option("--from", "begin", required=True, type=_DAY, help="開始日")
@click.option("--until", required=True, type=_DAY, help="終了日（その日を含む）")
@click.option("--people", required=True, type=click.IntRange(min=1), help="従事者の人数の上限")
@click.option("--subcontracting", is_flag=True, help="再委託を許可している")
@click.option("--prime", help="再委託のとき、元の契約番号")
@_BY
@verb(Permission.ACCESS_CONTRACT_REGISTER)
def contract(
    *, number: str, contractor: str, begin: datetime, until: datetime, people: int, subcontracting: bool,
    prime: str | None, by: str,
) -> None:  # fmt: skip
    """委託契約・再委託契約を登録します。同じ番号なら、終了日と人数を改めます。"""
    terms = Terms(
        number=number, contractor=contractor, valid_from=begin.date(), valid_until=until.date(), head_count=people,
        subcontracting_permitted=subcontracting, prime=prime,
    )  # fmt: skip
    register_contract(terms=terms, by=cli_actor.actor(by))
    click.echo(f"契約 {number} を登録しました。")


@group.command("matrix")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="出力先（.xlsx .pdf .md）"
)
@_BY
@verb(Permission.ACCESS_MATRIX_PRINT)
def print_matrix(out: Path, by: str) -> None:
    """アクセス権限と事務の対応表を、付与の状況とともに書き出します。"""
    matrix_files.write(matrix.read(by=cli_actor.actor(by)), out)
    click.echo(f"{out.name} を作成しました。")


@group.command("reap")
@open_verb("期限の過ぎたものを終わらせるだけで、権限を増やさない（定時に実行する）")
def reap() -> None:
    """期限の過ぎたもの（サインイン、未確認の依頼、退職者の顔・パスキーなど）を終わらせます。"""
    done = housekeeping.tidy()
    click.echo(f"{directory.realm()}: " + "、".join(f"{title} {count:,} 件" for title, count in done.items()))


@group.command("sample", hidden=True)
@open_verb("架空の職員を空の名簿に入れる（試行用）")
def sample() -> None:
    """架空の職員に、実際と同じ手順で権限を与え、見本に要る人をサインインさせます。"""
    realm, names = Realm(settings.TODOKE_REALM), (cli_sessions.TERMINAL, serve.TRIAL_TERMINAL)
    own = {name: own_terminal(name)["fingerprint"] for name in names}
    sample_staff.hire(terminals=own, municipalities=Instance.load().municipalities)
    click.echo(f"{realm.value}: 架空の職員を登録しました。")


@group.command("trial")
@_STAFF
@click.option(
    "--picture", type=click.Path(path_type=Path), help="自分の顔の写真（JPEG・PNG）。省略時はパスキー"
)
@open_verb("見本の職員にだけ使え、登録はすべて管理者の操作として記録される（試行用）")
def trial(staff_id: str, picture: Path | None) -> None:
    """見本の職員として、この機械のブラウザーで画面を使えるようにします（試行用）。"""
    password = sample_staff.open_screens(staff_id, terminal=serve.TRIAL_TERMINAL, picture=picture)
    address = f"http://{HOST}:{TRIAL_TERMINALS[Realm(settings.TODOKE_REALM)]}/"
    click.echo(f"職員ID {staff_id}  パスワード {password}")
    if picture is None:
        click.echo(
            f"15分以内に {address}passkey/new でパスキーを登録し、{address} でサインインしてください。"
        )
    else:
        click.echo(f"{address} で、カメラを使うか写真を選んでサインインしてください。")


for command in (verify, *factor_commands.COMMANDS):
    group.add_command(command)


def _show(found: Differences) -> None:
    for row in found.rows:
        if row.change in _SHOWN:
            day = row.left_on if row.change is Change.LEFT else row.moved_on
            click.echo(f"  {row.row} 行 {row.staff_id} {TITLES[row.change]} {row.before} → {row.after} {day}")
    counts = "、".join(f"{TITLES[change]} {found.count(change):,}" for change in Change)
    click.echo(f"{counts}（ファイルにない在職者 {found.unlisted:,}）")
