"""情報照会の受付回答: what the intermediary said to a message of queries."""

from __future__ import annotations

from collections import defaultdict

from django.db import connections

from todoke.contracts.intermediary import INQUIRIES, Inquiries, InquiryReceipts
from todoke.exchange import handlers
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.actions.queries.send_queries import NO_CODE

_MOVE = """
UPDATE linkage_query SET state = %s, error = %s WHERE record_id = ANY(%s) AND state = 'sent'
"""


@handlers.on_answer(INQUIRIES)
def _receipts_came(alias: str, _key: str, asked: Inquiries, answer: InquiryReceipts) -> None:
    """Taken on: 照会中. Without 符号 yet: back to the queue. Anything else: an error with its word."""
    if len(answer.refusals) != len(asked.records):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="受付回答の件数が照会の件数と違います")
    by_word: dict[str, list[str]] = defaultdict(list)
    for query, word in zip(asked.records, answer.refusals, strict=True):
        by_word[word].append(query.record_id)
    for word, record_ids in by_word.items():
        if not word:
            _move(alias, record_ids, "asked", "")
        elif word == NO_CODE:
            _move(alias, record_ids, "accepted", "")
        else:
            _move(alias, record_ids, "refused", word)


@handlers.on_refusal(INQUIRIES)
def _message_refused(alias: str, _key: str, asked: Inquiries, error_code: str) -> None:
    """The whole message was refused for good: every query of it ends as an error."""
    _move(alias, [query.record_id for query in asked.records], "refused", error_code.lower())


def _move(alias: str, record_ids: list[str], state: str, error: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(_MOVE, [state, error, record_ids])
