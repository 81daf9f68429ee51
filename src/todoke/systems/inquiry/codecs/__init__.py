"""Records of 税情報一括照会 ↔ its models: request files by edition, replies, the answer record, sealed originals."""

from todoke.systems.inquiry.codecs.answers import answer_bytes
from todoke.systems.inquiry.codecs.arrivals import of_reply_file, of_results
from todoke.systems.inquiry.codecs.drafts import Draft, drafted_table
from todoke.systems.inquiry.codecs.editions import EDITIONS, Edition, Head, edition
from todoke.systems.inquiry.codecs.originals import open_original, seal_originals

__all__ = [
    "EDITIONS",
    "Draft",
    "Edition",
    "Head",
    "answer_bytes",
    "drafted_table",
    "edition",
    "of_reply_file",
    "of_results",
    "open_original",
    "seal_originals",
]
