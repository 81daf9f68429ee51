"""委託: staff of a contractor work under a contract in force, and every required clause stands in it (PIA Ⅲ.4)."""

from __future__ import annotations

from collections.abc import Iterator

from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.assurance.models import Clause
from todoke.engine import postgres
from todoke.kernel import clock

_IN_FORCE = "%(today)s BETWEEN c.valid_from AND c.valid_until"


def _rows(site: Site, statement: str, **values: object) -> list[tuple[str, ...]]:
    return postgres.fetch(site.directory, statement, {"today": clock.today(), **values})


@check("委託先の職員は、有効な契約の下にいる", looks_at="委託契約と職員名簿", link="contracts")
def contractors_under_contract(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        f"SELECT p.staff_id, c.number FROM access_staff p LEFT JOIN access_contract c ON c.number = p.contract_id"
        f" WHERE p.employer = 'contractor' AND (p.left_on IS NULL OR p.left_on > %(today)s)"
        f" AND (c.number IS NULL OR NOT ({_IN_FORCE}))",
    )
    yield from (f"{staff} の契約 {number} は有効ではありません。" for staff, number in found)


@check("契約の人数を超えていない", looks_at="委託契約の取扱者数", link="contracts")
def contract_head_counts(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT c.number, c.head_count, count(*) FROM access_contract c JOIN access_staff p ON p.contract_id = c.number"
        " WHERE p.left_on IS NULL OR p.left_on > %(today)s GROUP BY 1, 2 HAVING count(*) > c.head_count",
    )
    yield from (
        f"契約 {number} の取扱者は {limit} 人までですが、{count} 人います。" for number, limit, count in found
    )


@check("再委託は許諾を得たものだけ", looks_at="再委託の契約", link="contracts")
def subcontracts_permitted(site: Site) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT c.number, m.number FROM access_contract c JOIN access_contract m ON m.number = c.prime_id"
        f" WHERE {_IN_FORCE} AND (NOT m.subcontracting_permitted OR c.valid_until > m.valid_until OR c.valid_from < m.valid_from)",
    )
    yield from (f"契約 {number} は、契約 {prime} の許諾のない再委託です。" for number, prime in found)


def _clause(site: Site, clause: Clause) -> Iterator[str]:
    found = _rows(
        site,
        "SELECT c.number, k.id FROM access_contract c LEFT JOIN assurance_contract_clause k"
        f" ON k.contract = c.number AND k.clause = %(clause)s WHERE {_IN_FORCE} ORDER BY 1",
        clause=clause.value,
    )
    if not found:
        raise NotShown("有効な委託契約が登録されていません。")
    yield from (
        f"契約 {number} に「{clause.label}」が見当たりません。" for number, seen in found if seen is None
    )


def _declare(clause: Clause) -> None:
    check(
        f"契約に「{clause.label}」がある",
        looks_at="契約書の条項の確認",
        link="assurance-clauses",
        name=f"contract_clause_{clause.value}",
    )(lambda site: _clause(site, clause))


for _one in Clause:
    _declare(_one)
