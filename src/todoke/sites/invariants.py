"""What must be true of every exchange, whatever failed: rules over the facts that three realms export.

Each rule is one query over `<fact>.<database>.csv` files (see `export_facts` of intermediary and network) and yields a
permit, record or message that breaks it, with what is wrong. No row, no breach. The same rules judge the fault tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from todoke.engine import duck

FACTS: Final = (
    "network_record", "party_record", "provision", "inquiry", "list_copy", "list_edition", "served", "discrepancy",
    "outbox", "inbox",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """`query`: (subject, what is wrong). `sentence`: the promise, as the command prints it."""

    name: str
    sentence: str
    query: str


@dataclass(frozen=True)
class Breach:
    """One broken promise."""

    rule: Rule
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.subject} {self.what}（{self.rule.sentence}）"


_EXPLAINED: Final = (
    "EXISTS (SELECT 1 FROM discrepancy d WHERE d.permit_id = {row}.permit_id AND d.side IN ({sides}))"
)


def _explained(row: str, *sides: str) -> str:
    return _EXPLAINED.format(row=row, sides=", ".join(f"'{side}'" for side in sides))


def _waiting(sender: str, receiver: str, contract: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM outbox w WHERE w.state = 'waiting'"
        f" AND w.sender = {sender} AND w.receiver = {receiver} AND w.contract = '{contract}')"
    )


_FIXED: Final = ("inquirer", "provider", "duty", "procedure", "information_code")
_OTHERWISE: Final = " OR ".join(f"p.{name} <> n.{name}" for name in _FIXED)
_RECORDS_DIFFER: Final = " OR ".join(
    f"r.{name} IS DISTINCT FROM n.{name}" for name in (*_FIXED, "requested_at", "outcome", "provided_at")
)

RULES: Final = (
    Rule(
        "answer_without_permit",
        "提供は、ネットワークが同じ当事者・事務・情報に発行した許可証によってだけ行う",
        f"""
SELECT p.permit_id, CASE WHEN n.permit_id IS NULL THEN '許可証の記録がない' ELSE '許可証と内容が違う' END
FROM provision p LEFT JOIN network_record n ON n.permit_id = p.permit_id
LEFT JOIN served a ON a.provider = p.inquirer
WHERE p.outcome IN ('answered', 'no_record', 'held') AND (
    n.permit_id IS NULL OR p.record_id <> n.record_id OR p.route <> a.party OR {_OTHERWISE})""",
    ),
    Rule(
        "answer_after_expiry",
        "期限の切れた許可証では提供しない",
        """
SELECT permit_id, '期限後に受け取った許可証' FROM provision
WHERE outcome IN ('answered', 'no_record', 'held') AND NOT in_time""",
    ),
    Rule(
        "answer_off_list",
        "提供者自身の照会許可照会リストの写しが許す照会にだけ提供する",
        "SELECT permit_id, '写しで許可されていない' FROM provision WHERE outcome = 'answered' AND NOT allowed",
    ),
    Rule(
        "list_went_back",
        "リストの写しはネットワークが発行した版そのもので、古い版に戻らない",
        """
SELECT c.organisation || ' 第 ' || c.edition || ' 版', 'ネットワークの版と違う' FROM list_copy c
LEFT JOIN list_edition e ON e.edition = c.edition WHERE e.digest IS DISTINCT FROM c.digest
UNION ALL
SELECT c.organisation || ' 第 ' || c.edition || ' 版', '新しい版より後に取得' FROM list_copy c
WHERE EXISTS (SELECT 1 FROM list_copy l WHERE l.organisation = c.organisation
              AND l.edition > c.edition AND l.fetched_at < c.fetched_at)""",
    ),
    Rule(
        "permit_used_twice",
        "許可証は一度だけ使う",
        """
SELECT permit_id, count(*) || ' 回の提供' FROM provision GROUP BY permit_id HAVING count(*) > 1
UNION ALL
SELECT permit_id, count(*) || ' 件の照会' FROM inquiry WHERE permit_id IS NOT NULL
GROUP BY permit_id HAVING count(*) > 1
UNION ALL
SELECT provider, logged || ' 件の提供の操作に対し ' || cases || ' 件の記録' FROM served WHERE logged > cases""",
    ),
    Rule(
        "flagged_without_release",
        "自動応答不可の人の情報は、二人の職員の許可がなければ提供しない",
        """
SELECT permit_id, '二人の許可がない' FROM provision
WHERE outcome = 'answered' AND (marked OR decision <> '')
  AND NOT (decision = 'confirmed release' AND proposed_by <> confirmed_by AND confirmed_by IS NOT NULL)""",
    ),
    Rule(
        "released_too_late",
        "保留した照会の許可は期限の内に行う",
        "SELECT permit_id, '保留の期限後の許可' FROM provision WHERE outcome = 'answered' AND decision <> '' AND NOT held_in_time",
    ),
    Rule(
        "result_without_provision",
        "照会者が受け取る回答は、提供者が一度だけ提供したもの",
        """
SELECT i.record_id, '提供の記録がない回答' FROM inquiry i
LEFT JOIN provision p ON p.permit_id = i.permit_id AND p.provider = i.provider AND p.inquirer = i.inquirer
WHERE i.outcome = 'answered' AND (p.outcome IS DISTINCT FROM 'answered' OR p.record_id <> i.record_id)
UNION ALL
SELECT record_id, '結果と回答の有無が合わない' FROM inquiry WHERE (outcome = 'answered') <> has_answer""",
    ),
    Rule(
        "record_missing",
        "三者の情報提供等記録は一致するか、不一致として登録されている",
        f"""
SELECT n.permit_id, s.side || ' の記録がない' FROM network_record n
CROSS JOIN (VALUES ('inquirer'), ('provider')) s(side)
LEFT JOIN party_record r ON r.permit_id = n.permit_id AND r.side = s.side
WHERE r.permit_id IS NULL AND n.requested_at < $settled AND NOT {_explained("n", "inquirer", "provider")}
UNION ALL
SELECT r.permit_id, r.side || ' の記録と違う' FROM party_record r
LEFT JOIN network_record n ON n.permit_id = r.permit_id
WHERE r.requested_at < $settled AND (n.permit_id IS NULL OR {_RECORDS_DIFFER})
  AND NOT {_explained("r", "inquirer", "provider")}""",
    ),
    Rule(
        "delivered_twice",
        "電文は一度だけ処理し、回答を得た電文は相手に残っている",
        """
SELECT o.sender || ' ' || o.message_key, '相手の受信箱にない' FROM outbox o
LEFT JOIN inbox i ON i.receiver = o.receiver AND i.sender = o.sender AND i.message_key = o.message_key
WHERE o.state = 'delivered' AND o.contract IN (
    'network.permits.v2', 'network.provision_reports.v1', 'intermediary.provision_requests.v1',
    'intermediary.provisions.v1')
  AND (i.message_key IS NULL OR i.request_sha256 <> o.body_sha256)
UNION ALL
SELECT sender || ' ' || message_key, count(*) || ' 回の処理' FROM inbox
GROUP BY receiver, sender, message_key HAVING count(*) > 1""",
    ),
    Rule(
        "lost_on_the_way",
        "終わっていない照会には、まだ届けるべき電文がある",
        f"""
SELECT i.record_id, '許可証の要求がない' FROM inquiry i
WHERE i.outcome = 'asked' AND i.permit_id IS NULL AND NOT {_waiting("i.party", "'network'", "network.permits.v2")}
UNION ALL
SELECT n.permit_id, '提供者への要求がない' FROM network_record n
LEFT JOIN provision p ON p.permit_id = n.permit_id
JOIN served o ON o.provider = n.provider
WHERE p.permit_id IS NULL AND NOT {_waiting("'network'", "o.party", "intermediary.provision_requests.v1")}
  AND NOT {_explained("n", "inquirer", "provider")}
UNION ALL
SELECT p.permit_id, '照会者への回答がない' FROM provision p
JOIN inquiry i ON i.inquirer = p.inquirer AND i.record_id = p.record_id
WHERE i.outcome NOT IN (p.outcome, 'refused') AND (i.permit_id = p.permit_id OR i.permit_id IS NULL)
  AND NOT {_waiting("p.party", "i.party", "intermediary.provisions.v1")}
  AND NOT {_waiting("i.party", "'network'", "network.permits.v2")}
  AND NOT {_explained("p", "inquirer", "provider")}
UNION ALL
SELECT p.permit_id, 'ネットワークへの報告がない' FROM provision p
JOIN network_record n ON n.permit_id = p.permit_id
WHERE n.outcome <> p.outcome AND NOT {_waiting("p.party", "'network'", "network.provision_reports.v1")}
  AND NOT {_waiting("p.party", "p.route", "intermediary.provisions.v1")}
  AND NOT {_explained("p", "inquirer", "provider")}""",
    ),
)


def judge(folder: Path, *, settled: datetime) -> list[Breach]:
    """Every breach in the facts of this folder. Records asked for after `settled` may still be on their way."""
    with duck.connect() as connection:
        read_facts(connection, folder)
        return [
            Breach(rule, str(subject), str(what))
            for rule in RULES
            for subject, what in connection.execute(
                rule.query, {"settled": settled} if "$settled" in rule.query else None
            ).fetchall()
        ]


def read_facts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The exported files as tables, all columns text but what is compared as a number, a time or a truth."""
    for fact in FACTS:
        # the format is said, not guessed: of a file with a header alone the sniffer makes a row
        connection.execute(
            f"""CREATE TABLE {fact}_text AS SELECT * FROM read_csv(
                $files, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)""",
            {"files": f"{folder}/{fact}.*.csv"},
        )
        names = [row[0] for row in connection.execute(f"DESCRIBE {fact}_text").fetchall()]
        columns = ", ".join(_TYPED.get(name, "{0}").format(name) + f" AS {name}" for name in names)
        connection.execute(f"CREATE TABLE {fact} AS SELECT {columns} FROM {fact}_text")


_TYPED: Final = {
    **dict.fromkeys(("in_time", "held_in_time", "allowed", "marked", "has_answer"), "{0} = 't'"),
    **dict.fromkeys(("logged", "cases", "edition"), "CAST({0} AS BIGINT)"),
    **dict.fromkeys(("requested_at", "provided_at", "fetched_at"), "CAST({0} AS TIMESTAMPTZ)"),
    "decision": "coalesce({0}, '')",
}
