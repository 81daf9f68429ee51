"""情報連携: no answer without a permit and the provider's own list; two officers for what is held; records that agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.conf import settings

from todoke.assurance.checks.check import NATIONAL, PLATFORM, NotShown, check, only
from todoke.assurance.checks.site import Site
from todoke.contracts import registry
from todoke.contracts.permits import LIST_DOMAIN
from todoke.contracts.trust import NetworkSignature
from todoke.engine import postgres
from todoke.kernel import clock

_PLATFORM: Final = only(PLATFORM)
MOVING_WITHIN: Final = timedelta(hours=24)
SETTLED_WITHIN: Final = timedelta(days=7)


@check("自分の照会許可照合リストの写しが有効である", looks_at="リストの写しの期限", link="", realms=_PLATFORM)
def list_copy_in_time(site: Site) -> Iterator[str]:
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias, "SELECT edition, valid_until FROM intermediary_list_copy ORDER BY edition DESC LIMIT 1"
        )
        if not found:
            raise NotShown(f"{alias} に、照会許可照合リストの写しがまだありません。")
        if found[0][1] <= clock.now():
            yield f"{alias} のリストの写し（第 {found[0][0]} 版）の期限が {found[0][1]:%Y-%m-%d} に切れています。"


@check("リストの写しはネットワークが署名したもの", looks_at="リストの写しの署名", realms=_PLATFORM)
def list_copy_genuine(site: Site) -> Iterator[str]:
    trusted = registry.need(NetworkSignature)
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias, "SELECT edition, body, signature FROM intermediary_list_copy ORDER BY edition DESC LIMIT 1"
        )
        for edition, body, signature in found:
            if not trusted.verify(LIST_DOMAIN + bytes(body), bytes(signature)):
                yield f"{alias} のリストの写し（第 {edition} 版）の署名が一致しません。"


@check("リストの写しの内容は署名のとおり", looks_at="リストの写しの行数", realms=_PLATFORM)
def list_copy_whole(site: Site) -> Iterator[str]:
    from todoke.contracts.network import PermissionList
    from todoke.exchange import kinds

    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            "SELECT c.edition, c.body, (SELECT count(*) FROM intermediary_list_copy_entry e WHERE e.edition_id = c.edition)"
            " FROM intermediary_list_copy c ORDER BY 1 DESC LIMIT 1",
        )
        for edition, body, rows in found:
            signed = len(kinds.decode(PermissionList, bytes(body)).entries)
            if signed != rows:
                yield f"{alias} の第 {edition} 版は {signed} 行のはずですが、{rows} 行です。"


@check("提供は、自分のリストの写しが許すものだけ", looks_at="提供の記録とリストの写し", realms=_PLATFORM)
def provisions_on_the_list(site: Site) -> Iterator[str]:
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            """
SELECT count(*) FROM intermediary_provision_case p WHERE p.outcome = 'answered' AND NOT EXISTS (
    SELECT FROM intermediary_list_copy_entry e
    WHERE e.duty = p.duty AND e.procedure = p.procedure AND e.information_code = p.information_code
        AND e.edition_id >= p.permit_edition)""",
        )[0][0]
        if found:
            yield f"{alias} に、リストの写しにない提供が {found:,} 件あります。"


@check("保留した提供は、二人の許可で行う", looks_at="保留の決定", realms=_PLATFORM)
def held_by_two_officers(site: Site) -> Iterator[str]:
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            "SELECT permit_id FROM intermediary_held_decision WHERE state = 'confirmed'"
            " AND (confirmed_by IS NULL OR confirmed_by = proposed_by)",
        )
        yield from (f"{alias} の許可証 {permit} に、二人の許可がありません。" for (permit,) in found)


@check("自動応答不可の人の情報は、許可なしに提供されない", looks_at="提供の記録と副本の印", realms=_PLATFORM)
def flagged_only_released(site: Site) -> Iterator[str]:
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            """
SELECT count(*) FROM intermediary_provision_case p WHERE p.outcome = 'answered' AND EXISTS (
    SELECT FROM intermediary_replica r WHERE r.integrated_number = p.integrated_number AND r.auto_reply_prohibited
        AND r.registered_at < p.received_at)
AND NOT EXISTS (
    SELECT FROM intermediary_held_decision d
    WHERE d.permit_id = p.permit_id AND d.state = 'confirmed' AND d.decision = 'release')""",
        )[0][0]
        if found:
            yield f"{alias} に、許可のない自動応答不可の人の提供が {found:,} 件あります。"


@check("保留は期限までに決めている", looks_at="保留中の提供", realms=_PLATFORM)
def held_in_time(site: Site) -> Iterator[str]:
    late = clock.now() - timedelta(days=settings.TODOKE_HOLD_ALARM_DAYS)
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            "SELECT count(*) FROM intermediary_provision_case WHERE outcome = 'held' AND received_at < %(late)s",
            {"late": late},
        )[0][0]
        if found:
            yield f"{alias} に、{settings.TODOKE_HOLD_ALARM_DAYS} 日を過ぎて決まっていない保留が {found:,} 件あります。"


@check("情報提供等記録は、提供と合っている", looks_at="提供の記録と情報提供等記録", realms=_PLATFORM)
def records_written(site: Site) -> Iterator[str]:
    for alias in site.of("intermediary"):
        found = postgres.fetch(
            alias,
            "SELECT count(*) FROM intermediary_provision_case p WHERE p.outcome = 'answered' AND NOT EXISTS"
            " (SELECT FROM intermediary_exchange_record r WHERE r.permit_id = p.permit_id)",
        )[0][0]
        if found:
            yield f"{alias} に、情報提供等記録のない提供が {found:,} 件あります。"


@check(
    "不開示コードの表は、開示と不開示を分けている",
    looks_at="設定 TODOKE_NONDISCLOSURE_CODES",
    realms=_PLATFORM,
)
def nondisclosure_codes_close(_: Site) -> Iterator[str]:
    from todoke.systems.intermediary.rules import nondisclosure

    try:
        codes = nondisclosure.table(settings.TODOKE_NONDISCLOSURE_CODES)
    except ValueError:
        yield "不開示コードの表を読めません。"
        return
    for code in codes.values():
        if "不開示" in code.title and not code.withheld:
            yield f"不開示コード {code.code}（{code.title}）が、開示する側に置かれています。"


@check("電文は滞っていない", looks_at="送信箱の最も古い電文", link="")
def messages_move(site: Site) -> Iterator[str]:
    late = clock.now() - MOVING_WITHIN
    for system in ("linkage", "intermediary", "network"):
        for alias in site.of(system):
            found = postgres.fetch(
                alias,
                "SELECT receiver, count(*) FROM exchange_outbox WHERE state = 'waiting' AND queued_at < %(late)s GROUP BY 1",
                {"late": late},
            )
            yield from (
                f"{alias} から {to} への電文 {count:,} 通が、24時間を過ぎて届いていません。"
                for to, count in found
            )


@check("照会許可照合リストは、二人が発行した", looks_at="リストの版", link="", realms=only(NATIONAL))
def list_by_two(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "network",
        "SELECT edition, issued_by, approved_by, valid_until FROM network_list_edition ORDER BY 1 DESC LIMIT 1",
    )
    if not found:
        raise NotShown("照会許可照合リストがまだ発行されていません。")
    edition, issued_by, approved_by, valid_until = found[0]
    if approved_by in (None, issued_by):
        yield f"第 {edition} 版に、別の人の承認がありません。"
    if valid_until <= clock.now():
        yield f"第 {edition} 版の期限が {valid_until:%Y-%m-%d} に切れています。"


@check("三者の記録の不一致は処置している", looks_at="不一致の記録", link="", realms=only(NATIONAL))
def discrepancies_settled(_: Site) -> Iterator[str]:
    late = clock.now() - SETTLED_WITHIN
    found = postgres.fetch(
        "network",
        "SELECT count(*) FROM network_discrepancy WHERE state = 'open' AND found_at < %(late)s",
        {"late": late},
    )[0][0]
    if found:
        yield f"7日を過ぎて処置していない記録の不一致が {found:,} 件あります。"
