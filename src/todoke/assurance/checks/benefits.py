"""給付: what the city did after its accidents — the newest address, a second pair of eyes, paper that is found again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from todoke.assurance.checks.check import CITY, check, only
from todoke.assurance.checks.site import Site
from todoke.engine import postgres
from todoke.kernel import clock

_CITY: Final = only(CITY)
OUT_AT_MOST: Final = timedelta(days=31)


@check(
    "発送の前に、最新の住所と照合している", looks_at="発送の記録 (benefits_mailing)", link="", realms=_CITY
)
def addresses_matched(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "benefits",
        "SELECT number FROM benefits_mailing WHERE confirmed_at IS NOT NULL AND matched_at IS NULL",
    )
    yield from (f"発送 {number} は、最新の住所と照合されていません。" for (number,) in found)


@check("発送は、別の人が確かめている", looks_at="発送の記録 (benefits_mailing)", link="", realms=_CITY)
def dispatch_by_second(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "benefits",
        "SELECT number FROM benefits_mailing WHERE confirmed_by IN (handed_by, counted_by, matched_by)",
    )
    yield from (
        f"発送 {number} を、渡した人・数えた人・照合した人が自分で確かめています。" for (number,) in found
    )


@check("書類の廃棄は、責任職が確かめている", looks_at="廃棄の記録", link="", realms=_CITY)
def disposal_by_second(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "benefits",
        "SELECT id FROM benefits_paper_disposal WHERE state = 'disposed' AND (approved_by IS NULL OR approved_by = proposed_by)"
        " OR approved_by = proposed_by",
    )
    yield from (f"廃棄 {number} に、別の人の確認がありません。" for (number,) in found)


@check("持ち出した書類は戻っている", looks_at="書類の移動の記録", link="", realms=_CITY)
def papers_came_back(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "benefits",
        """
SELECT count(*) FROM benefits_paper_move m WHERE m.kind = 'sent' AND m.moved_at < %(late)s
    AND NOT EXISTS (SELECT FROM benefits_paper_move n WHERE n.paper_id = m.paper_id AND n.id > m.id)""",
        {"late": clock.now() - OUT_AT_MOST},
    )[0][0]
    if found:
        yield f"31日を過ぎて戻っていない書類が {found:,} 枚あります。"


@check(
    "審査・承認・支払の三人は別の人である", looks_at="支給の記録 (benefits_payment)", link="", realms=_CITY
)
def payments_by_three(_: Site) -> Iterator[str]:
    found = postgres.fetch(
        "benefits",
        """
SELECT count(*) FROM benefits_payment p WHERE p.examined_by = p.approved_by OR EXISTS (
    SELECT FROM benefits_transfer t JOIN benefits_batch_release r USING (batch_id)
    WHERE t.payment_id = p.id AND r.released_by IN (p.examined_by, p.approved_by))""",
    )[0][0]
    if found:
        yield f"一人が二つの役を務めた支給が {found:,} 件あります。"
