"""`todoke network …`: thin over the actions."""

from __future__ import annotations

from pathlib import Path

import click

from todoke.access import cli_actor
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Actor, Permission
from todoke.batch.steps import run_step
from todoke.engine.snapshots import file_sha256
from todoke.identifiers.municipality import MAIN_KIND, organisation_code
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

_BY = click.option("--by", "staff_id", required=True, help="職員ID")


@click.group(name="network", help="情報提供ネットワークシステムと住基ネットの一部")
def group() -> None:
    pass


@group.command("keys-init", help="符号と住基ネットの鍵を作る（あるものは変えない）")
@_BY
@verb(Permission.NETWORK_OPERATE)
def keys_init(staff_id: str) -> None:
    from todoke.systems.network.actions.make_keys import make_keys

    make_keys(by=_actor(staff_id))


@group.command("load-juki", help="住民票コードと個人番号（national/juki.csv）を取り込む")
@click.argument("file", type=click.Path(path_type=Path))
@_BY
@verb(Permission.NETWORK_OPERATE)
def load_juki(file: Path, staff_id: str) -> None:
    from todoke.systems.network.actions.load_register import load_register
    from todoke.systems.network.needs import ALIAS

    actor = _actor(staff_id)
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    report = run_step(
        ALIAS, "network.load-juki", key=file_sha256(file), by=staff_id, title="住基ネット",
        work=lambda _meter: load_register(file=file, by=actor),
    )  # fmt: skip
    note = "（済み）" if report.resumed else ""
    click.echo(f"取込 {report.counts.accepted:,} 件{note}")


@group.command("load-juki-attributes", help="本人確認情報（4情報と番号の状態）を取り込む")
@click.argument("file", type=click.Path(path_type=Path))
@_BY
@verb(Permission.NETWORK_OPERATE)
def load_juki_attributes(file: Path, staff_id: str) -> None:
    from todoke.systems.network.actions.load_attributes import load_attributes

    click.echo(f"取込 {load_attributes(file=file, by=_actor(staff_id)).accepted:,} 件")


@group.command("list-draft", help="照会許可照会リストの次の版の案を作る（FILE がなければ、今の版と同じ行）")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="写しの有効日数")
@_BY
@verb(Permission.NETWORK_LIST_DRAFT)
def list_draft(file: Path | None, days: int, staff_id: str) -> None:
    from todoke.systems.network import queries
    from todoke.systems.network.actions.draft_list import draft_list, draft_list_from_file
    from todoke.systems.network.rules.permission_list import ENTRIES

    actor, newest = _actor(staff_id), queries.newest_list()
    if file is not None:
        number = draft_list_from_file(file=file, days=days, by=actor)
    else:
        entries = queries.edition_entries(newest.edition) if newest else ENTRIES
        number = draft_list(entries=entries, days=days, by=actor)
    found = queries.difference_of(queries.draft(number))
    click.echo(f"案 {number}  追加 {len(found.added)}  削除 {len(found.removed)}  変更 {len(found.changed)}")


@group.command(
    "list-approve", help="別の職員として案を承認し、次の版として発行する（番号がなければ、待っている案）"
)
@click.argument("number", type=int, required=False)
@_BY
@verb(Permission.NETWORK_LIST_APPROVE)
def list_approve(number: int | None, staff_id: str) -> None:
    from todoke.systems.network import queries
    from todoke.systems.network.actions.publish_list import publish_list

    actor = _actor(staff_id)
    if number is None:
        waiting = queries.open_draft()
        if waiting is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="承認を待っている案")
        number = waiting.pk
    issued = publish_list(number=number, by=actor)
    click.echo(f"第 {issued.edition} 版  {len(issued.entries)} 行")


@group.command("organisations-propose", help="機関の登録の案を作る")
@click.option("--municipality", "codes", multiple=True, required=True, help="団体コード（5桁）。何度でも")
@click.option("--kind", default=MAIN_KIND, show_default=True, help="種別（5桁）")
@_BY
@verb(Permission.NETWORK_ORGANISATION_PROPOSE)
def organisations_propose(codes: tuple[str, ...], kind: str, staff_id: str) -> None:
    from todoke.kernel import clock
    from todoke.systems.network.actions.propose_organisations import Wanted, propose_organisations
    from todoke.systems.network.rules.organisations import KINDS

    wanted = [
        Wanted(
            organisation=organisation_code(code, kind),
            name=f"{code} {KINDS.get(kind, kind)}",
            valid_from=clock.today(),
        )
        for code in codes
    ]
    click.echo(f"案 {len(propose_organisations(wanted=wanted, by=_actor(staff_id)))} 件")


@group.command("organisations-confirm", help="別の職員として、待っている機関の登録の案をすべて確認する")
@_BY
@verb(Permission.NETWORK_ORGANISATION_CONFIRM)
def organisations_confirm(staff_id: str) -> None:
    from todoke.systems.network import queries
    from todoke.systems.network.actions.confirm_organisations import confirm_organisations

    count = confirm_organisations(numbers=queries.proposed_organisations(), by=_actor(staff_id))
    click.echo(f"登録 {count} 件")


@group.command("organisation-suspend", help="機関を直ちに停止する（再開は、登録の案と別の職員の確認による）")
@click.argument("organisation")
@click.option("--reason", required=True, help="理由")
@_BY
@verb(Permission.NETWORK_ORGANISATION_SUSPEND)
def organisation_suspend(organisation: str, reason: str, staff_id: str) -> None:
    from todoke.systems.network.actions.suspend_organisation import suspend_organisation

    suspend_organisation(organisation=organisation, reason=reason, by=_actor(staff_id))
    click.echo(f"{organisation} を停止しました")


@group.command("records", help="情報提供等記録を CSV に書き出す（許可証番号順）")
@click.option("--out", required=True, type=click.Path(path_type=Path))
@_BY
@verb(Permission.NETWORK_OPERATE)
def records(out: Path, staff_id: str) -> None:
    from todoke.systems.network.actions.export_records import export_records

    click.echo(f"{export_records(out=out, by=_actor(staff_id)):,} 件")


@group.command("facts", help="todoke exchange check のための記録を書き出す（個人を示さない）")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@_BY
@verb(Permission.NETWORK_OPERATE)
def facts(out: Path, staff_id: str) -> None:
    from todoke.systems.network.actions.export_facts import export_facts

    click.echo(f"{export_facts(folder=out, by=_actor(staff_id)):,} 件")


@group.command("discrepancies", help="未解決の情報提供等記録の不一致を示す")
@open_verb("許可証番号・機関・結果だけを示す")
def discrepancies() -> None:
    from todoke.systems.network import queries

    for entry in queries.open_discrepancies():
        found = entry.found_at.astimezone(clock.JAPAN)
        click.echo(
            f"{entry.pk}  {entry.permit_id}  {entry.side}  {entry.inquirer} → {entry.provider}  "
            f"{entry.get_difference_display()}  {entry.here or '-'}/{entry.there or '-'}  {found:%Y-%m-%d %H:%M}"
        )


@group.command("settle", help="不一致の原因が分かり、処置を終えたことを記録する")
@click.argument("ids", nargs=-1, required=True, type=int)
@click.option("--reason", required=True, help="原因と処置（個人を書かない）")
@_BY
@verb(Permission.NETWORK_SETTLE)
def settle(ids: tuple[int, ...], reason: str, staff_id: str) -> None:
    from todoke.systems.network.actions.settle_discrepancies import settle_discrepancies

    click.echo(f"{settle_discrepancies(ids=ids, reason=reason, by=_actor(staff_id)):,} 件")


@group.command("status", help="件数を示す")
@open_verb("件数だけを示す")
def status() -> None:
    from todoke.systems.network import queries

    for name, count in queries.counts().items():
        click.echo(f"{name} {count:,}")


def _actor(staff_id: str) -> Actor:
    return cli_actor.actor(staff_id)
