"""統合番号連携と中間サーバーへの登録: check digits, allowed duties, comparisons in time, files that nobody else touches."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from todoke.access.permissions import Actor, Role
from todoke.assurance.checks.check import CITY, NotShown, check, only
from todoke.assurance.checks.site import Site
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.engine import postgres
from todoke.identifiers import individual_number, integrated_number
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError

COMPARED_WITHIN: Final = timedelta(days=100)
_CITY: Final = only(CITY)
_WRONG: Final = (
    ("個人番号", individual_number.parse, "123456789012"),
    ("統合番号", integrated_number.parse, "000000000000002"),
)


@check("誤った番号は受け付けない", looks_at="検査用数字の計算", realms=_CITY)
def check_digits_refuse(_: Site) -> Iterator[str]:
    for name, parse, wrong in _WRONG:
        try:
            parse(wrong)
        except TodokeError:
            continue
        yield f"検査用数字の誤った{name}が受け付けられます。"


@check(
    "照会できる事務は番号法の定めるものだけ", looks_at="統合番号連携の事務の表", link="matrix", realms=_CITY
)
def asks_for_allowed_duties_only(_: Site) -> Iterator[str]:
    from todoke.systems.linkage.rules import duties

    today = clock.today()
    for grant in duties.GRANTS:
        if (grant.duty, grant.procedure, grant.information_code) != (DUTY, PROCEDURE, LOCAL_TAX):
            yield f"事務 {grant.duty} の照会は、評価書にありません。"
        if not grant.source:
            yield f"事務 {grant.duty} に、法令上の根拠が書かれていません。"
    for role in (Role.SUPERVISOR, Role.TREASURER, Role.ADMINISTRATOR, Role.AUDITOR):
        other = Actor(staff_id="check", held=())
        if duties.is_allowed(other, duty=DUTY, procedure=PROCEDURE, information_code=LOCAL_TAX, on=today):
            yield "権限のない人の照会が認められます。"
            break
        if any(grant.role is role for grant in duties.GRANTS):
            yield f"役割 {role.value} に照会が認められています。"


@check(
    "住民登録外の人の整合性を確かめている",
    looks_at="住基ネットとの照合の記録",
    link="linkage-consistency",
    realms=_CITY,
)
def nonresidents_compared(_: Site) -> Iterator[str]:
    found = postgres.fetch("linkage", "SELECT max(finished_at) FROM linkage_consistencyrun")[0][0]
    if found is None:
        raise NotShown("住基ネットとの照合をまだ行っていません。")
    if clock.now() - found > COMPARED_WITHIN:
        yield f"住基ネットとの最後の照合が {found:%Y-%m-%d} です。"


@check("正本と副本が一致している", looks_at="照合の記録", link="linkage-replicas", realms=_CITY)
def replicas_agree(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "linkage",
        "SELECT finished_at, missing + surplus + different FROM linkage_reconciliation ORDER BY finished_at DESC LIMIT 1",
    )
    if not found:
        raise NotShown("正本と副本の照合をまだ行っていません。")
    at, differing = found[0]
    if differing:
        yield f"{at:%Y-%m-%d} の照合で、正本と副本に {differing:,} 件の違いがあります。"
    if clock.now() - at > COMPARED_WITHIN:
        yield f"正本と副本の最後の照合が {at:%Y-%m-%d} です。"


@check("住民記録との連携が動いている", looks_at="取込の記録", link="linkage-files", realms=_CITY)
def register_arrives(_: Site) -> Iterator[str]:
    found = postgres.fetch("linkage", "SELECT max(at) FROM linkage_registerload")[0][0]
    if found is None:
        raise NotShown("住民記録からの取込がまだありません。")
    if clock.now() - found > COMPARED_WITHIN:
        yield f"住民記録からの最後の取込が {found:%Y-%m-%d} です。"


@check("登録用のファイルは持ち主だけが書ける", looks_at="データのフォルダーの権限", realms=_CITY)
def working_files_closed(_: Site) -> Iterator[str]:
    folder: Path = settings.TODOKE_DATA_FOLDER
    if not folder.is_dir():
        raise NotShown("データのフォルダーがまだありません。")
    for one in (folder, *sorted(folder.iterdir())):
        if one.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            yield f"フォルダー {one.name} に他の利用者が書き込めます。"


@check("自動応答不可には、印がそろっている", looks_at="統合番号連携の人の印", realms=_CITY)
def protection_has_reasons(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "linkage",
        "SELECT count(*) FROM linkage_person WHERE NOT auto_reply_prohibited AND auto_reply_reason <> ''",
    )[0][0]
    if found:
        yield f"理由があるのに自動応答不可の印がない人が {found:,} 人います。"
