"""`todoke intermediary …`: thin over the actions, one municipality at a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from todoke.access import cli_actor
from todoke.access.guard import open_verb, verb
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock

_BY = click.option("--by", "staff_id", required=True, help="職員ID")
_MUNICIPALITY = click.option("--municipality", required=True, help="団体コード（5桁）")
_MUNICIPALITIES = click.option("--municipality", help="団体コード（5桁）。なければこの基盤の全団体")
_DECISION = click.option("--refuse", is_flag=True, help="許可ではなく不許可とする")
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M"])
_PERMITS = click.argument("permit_ids", nargs=-1, required=True)
"""Several only for a refusal: 提供の許可は一件ずつ."""


@click.group(name="intermediary", help="自治体中間サーバー")
def group() -> None:
    pass


@group.command("fetch-list", help="照会許可照会リストの写しを更新する")
@_MUNICIPALITIES
@_BY
@verb(Permission.INTERMEDIARY_OPERATE)
def fetch_list(municipality: str | None, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.fetch_list import fetch_list as fetch

    for alias in _aliases(municipality):
        issued = fetch(alias=alias, by=_actor(staff_id))
        until = issued.valid_until.astimezone(clock.JAPAN)
        click.echo(f"{alias[-5:]}  第 {issued.edition} 版  {until:%Y-%m-%d %H:%M} まで有効")


@group.command("held", help="自動応答不可で保留している照会を示す")
@click.option("--municipality", help="団体コード（5桁）。なければ担当する全団体")
@_BY
@verb(Permission.INTERMEDIARY_HELD_READ)
def held(municipality: str | None, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.read_held import read_held

    actor = _actor(staff_id)
    for alias in _aliases(municipality) if municipality else _own_aliases(actor):
        for entry in read_held(alias=alias, by=actor):
            proposed = f"{entry.proposed}（{entry.proposed_by}）" if entry.proposed else "未提案"
            received = entry.received_at.astimezone(clock.JAPAN)
            click.echo(
                f"{alias[-5:]}  {entry.permit_id}  {entry.record_id}  {entry.inquirer}  {entry.duty}  "
                f"{received:%Y-%m-%d %H:%M}  {proposed}"
            )


@group.command("contact", help="照会元への確認を記録する（提供の許可を提案する前に必要）")
@click.argument("permit_id")
@_MUNICIPALITY
@click.option("--at", required=True, type=_MOMENT, help="確認した日時（日本時間 2026-04-01T14:00）")
@click.option("--means", type=click.Choice(["telephone", "letter", "visit"]), default="telephone")
@click.option("--office", required=True, help="照会元の所属")
@click.option("--official", required=True, help="照会元の職員名（対象者ではない）")
@click.option("--law", is_flag=True, help="法令上の根拠を確かめた")
@click.option("--need", is_flag=True, help="必要性を確かめた")
@click.option("--handling", is_flag=True, help="取扱いを確かめた")
@click.option("--note", default="", help="対象者の氏名や番号は書かない")
@_BY
@verb(Permission.INTERMEDIARY_CONTACT)
def contact(permit_id: str, municipality: str, staff_id: str, **said: Any) -> None:  # noqa: ANN401 - as click gives it
    from todoke.systems.intermediary.actions.note_contact import Contact, note_contact
    from todoke.systems.intermediary.needs import alias_of

    made = Contact(contacted_at=said.pop("at").replace(tzinfo=clock.JAPAN), **said)
    note_contact(alias=alias_of(municipality), permit_id=permit_id, contact=made, by=_actor(staff_id))
    click.echo("記録しました")


@group.command("renew", help="保留中に期限の切れた許可証の更新をネットワークに求める")
@click.argument("permit_id")
@_MUNICIPALITY
@_BY
@verb(Permission.INTERMEDIARY_RENEW)
def renew(permit_id: str, municipality: str, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.renew_permit import renew_permit
    from todoke.systems.intermediary.needs import alias_of

    refusal = renew_permit(alias=alias_of(municipality), permit_id=permit_id, by=_actor(staff_id))
    click.echo(f"更新できません（{refusal}）" if refusal else "更新しました")


@group.command("release", help="保留中の照会について提供の許可（または不許可）を提案する")
@_PERMITS
@_MUNICIPALITY
@_DECISION
@click.option("--reason", required=True, help="照会元への確認の内容など")
@_BY
@verb(Permission.INTERMEDIARY_RELEASE)
def release(permit_ids: tuple[str, ...], municipality: str, refuse: bool, reason: str, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.release_held import propose_release
    from todoke.systems.intermediary.flows import Decision
    from todoke.systems.intermediary.needs import alias_of

    count = propose_release(
        alias=alias_of(municipality),
        permit_ids=permit_ids,
        decision=Decision.REFUSE if refuse else Decision.RELEASE,
        reason=reason,
        by=_actor(staff_id),
    )
    click.echo(f"提案 {count} 件")


@group.command("confirm", help="別の職員として提案を確定し、回答を送る")
@_PERMITS
@_MUNICIPALITY
@_DECISION
@_BY
@verb(Permission.INTERMEDIARY_CONFIRM)
def confirm(permit_ids: tuple[str, ...], municipality: str, refuse: bool, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.release_held import confirm_release
    from todoke.systems.intermediary.flows import Decision
    from todoke.systems.intermediary.needs import alias_of

    count = confirm_release(
        alias=alias_of(municipality),
        permit_ids=permit_ids,
        decision=Decision.REFUSE if refuse else Decision.RELEASE,
        by=_actor(staff_id),
    )
    click.echo(f"確定 {count} 件")


@group.command("records", help="情報提供等記録を CSV に書き出す（許可証番号順）")
@_MUNICIPALITIES
@click.option("--side", required=True, type=click.Choice(["inquirer", "provider"]))
@click.option("--out", required=True, type=click.Path(path_type=Path))
@_BY
@verb(Permission.INTERMEDIARY_OPERATE)
def records(municipality: str | None, side: str, out: Path, staff_id: str) -> None:
    from todoke.contracts.exchange_records import Side
    from todoke.systems.intermediary.actions.export_records import export_records

    actor = _actor(staff_id)
    count = export_records(aliases=_aliases(municipality), side=Side(side), out=out, by=actor)
    click.echo(f"{count:,} 件")


@group.command(
    "compare-records", help="情報提供等記録をネットワークの記録と突き合わせる（止まった所から続ける）"
)
@_MUNICIPALITIES
@click.option("--whole", is_flag=True, help="前回の続きではなく、初めから")
@_BY
@verb(Permission.INTERMEDIARY_COMPARE_RECORDS)
def compare_records(municipality: str | None, whole: bool, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.compare_records import compare_records as compare

    actor = _actor(staff_id)
    for alias in _aliases(municipality):
        for side, done in compare(alias=alias, whole=whole, by=actor).items():
            click.echo(
                f"{alias[-5:]}  {side}  {done.compared:,} 件  不一致 {done.differing:,}  未解決 {done.unsettled:,}"
            )


@group.command("facts", help="todoke exchange check のための記録を書き出す（個人を示さない）")
@_MUNICIPALITIES
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@_BY
@verb(Permission.INTERMEDIARY_OPERATE)
def facts(municipality: str | None, out: Path, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.export_facts import export_facts

    count = export_facts(aliases=_aliases(municipality), folder=out, by=_actor(staff_id))
    click.echo(f"{count:,} 件")


@group.command("pause", help="計画停止を登録する（その間は電文を受け付けない）")
@_MUNICIPALITIES
@click.option("--from", "begins", required=True, type=_MOMENT, help="開始（日本時間 2026-04-01T22:00）")
@click.option("--until", "ends", required=True, type=_MOMENT, help="終了")
@click.option("--reason", required=True, help="理由（団体に示す）")
@_BY
@verb(Permission.INTERMEDIARY_OPERATE)
def pause(municipality: str | None, begins: datetime, ends: datetime, reason: str, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.plan_pause import plan_pause

    actor = _actor(staff_id)
    period = [moment.replace(tzinfo=clock.JAPAN) for moment in (begins, ends)]
    for alias in _aliases(municipality):
        plan_pause(alias=alias, begins_at=period[0], ends_at=period[1], reason=reason, by=actor)
        click.echo(f"{alias[-5:]}  {begins:%Y-%m-%d %H:%M} から {ends:%Y-%m-%d %H:%M} まで停止")


@group.command("resume", help="計画停止を終える（予定も取り消す）")
@_MUNICIPALITIES
@_BY
@verb(Permission.INTERMEDIARY_OPERATE)
def resume(municipality: str | None, staff_id: str) -> None:
    from todoke.systems.intermediary.actions.plan_pause import end_pauses

    actor = _actor(staff_id)
    for alias in _aliases(municipality):
        click.echo(f"{alias[-5:]}  停止の終了 {end_pauses(alias=alias, by=actor)} 件")


@group.command(
    "rotate-keys",
    help="副本と回答を封印する鍵を新しくし、全件を封印し直して古い鍵を廃棄する（業務は止まらない）",
)
@_MUNICIPALITIES
@_BY
@verb(Permission.INTERMEDIARY_KEYS_ROTATE)
def rotate_keys(municipality: str | None, staff_id: str) -> None:
    from todoke.systems.intermediary import jobs

    actor = _actor(staff_id)
    for alias in _aliases(municipality):
        report = jobs.rotate_keys(alias=alias, by=actor)
        click.echo(f"{alias[-5:]}  第 {report.key} 世代  {report.counts.accepted:,} 件を封印し直しました")


@group.command("status", help="件数とリストの期限を示す")
@_MUNICIPALITIES
@open_verb("件数だけを示す")
def status(municipality: str | None) -> None:
    from todoke.systems.intermediary import queries
    from todoke.systems.intermediary.codecs import contents

    for alias in _aliases(municipality):
        counts = "  ".join(f"{name} {count:,}" for name, count in queries.counts(alias).items())
        copy = queries.newest_copy(alias)
        left = (copy.valid_until - clock.now()).days if copy else -1
        validity = f"list_days_left {left}" if left >= 0 else "有効なリストがないため提供を全て拒否します"
        lent = "key_lent 1" if contents.is_lent(alias) else "団体の鍵がないため副本と回答を扱えません"
        click.echo(f"{alias[-5:]}  {counts}  {validity}  {lent}")


def _aliases(municipality: str | None) -> list[str]:
    from todoke.systems.intermediary.needs import alias_of, aliases

    return [alias_of(municipality)] if municipality else aliases()


def _own_aliases(actor: Actor) -> list[str]:
    """The municipalities whose held requests this officer may see."""
    from todoke.systems.intermediary.needs import aliases, municipality_of

    read = Permission.INTERMEDIARY_HELD_READ
    return [alias for alias in aliases() if actor.may(read, municipality=municipality_of(alias))]


def _actor(staff_id: str) -> Actor:
    return cli_actor.actor(staff_id)
