"""What outbox and inbox say about messages, without their bodies: evidence for the check of all exchanges."""

from __future__ import annotations

from typing import Final

_SINCE: Final = "interval '300 days'"
"""An inbox forgets after a year: older messages prove nothing any more."""

FACTS: Final = {
    "outbox": (
        "SELECT sender, receiver, contract, coalesce(nullif(parcel, ''), message_key) AS message_key,"
        " coalesce(nullif(sent_sha256, ''), body_sha256) AS body_sha256, state, last_error FROM exchange_outbox"
        f" WHERE settled_at IS NULL OR settled_at > now() - {_SINCE} ORDER BY id"
    ),
    "inbox": (
        "SELECT receiver, sender, contract, message_key, request_sha256, error_code FROM exchange_inbox"
        " ORDER BY message_id"
    ),
}
"""Name of the file → constant query."""
