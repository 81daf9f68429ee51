"""拒否の理由: why a file is not taken. Words for the record, sentences for people; none names a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    "signature": "送り状の署名が、このシステムの登録された鍵と合いません。",
    "manifest": "送り状の項目が正しくありません。",
    "unfinished": "送り状が途中で切れたままです。",
    "owner": "ファイルがこのシステムのアカウントのものではありません。",
    "other_queue": "送り状のシステム・方向・種類が、置かれたフォルダーのものではありません。",
    "name": "ファイル名が「システム-種類-番号（8桁）」になっていないか、送り状と合いません。",
    "late": "番号が、既に受け付けた番号より古いものです。",
    "duplicate_number": "同じ番号のファイルを既に受け付けています。",
    "duplicate_content": "同じ内容のファイルを既に受け付けています。",
    "missing": "送り状にあるファイルが置かれていません。",
    "altered": "内容の要約値（SHA-256）または大きさが送り状と合いません。",
    "empty": "ファイルが空です。",
    "over_limit": "一回の件数の上限を超えています。分けて送り直してください。",
    "count_differs": "件数が送り状と合いません。",
    "bad_rows": "誤りのある行があります。",
    "invalid": "内容を処理できません。",
    "receiver": "相手のシステムが受け取りを拒みました。",
}
"""Every reason."""


def sentence(code: str) -> str:
    """The reason in words; a code that is no longer used shows itself."""
    return SENTENCES.get(code, code)
