"""控えの計画: what `<instance>/<realm>/backup.toml` says: for whom, where, how long. When an alarm rings stands in `alarms.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import msgspec

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup.parts import recipient_of

FILE: Final = "backup.toml"


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`folder` and `keys_folder` should be on other media; `copies` are folders or `s3://…` addresses (pyarrow's)."""

    data_recipient: str
    keys_recipient: str
    folder: str
    keys_folder: str
    copies: list[str] = []
    daily: int = 14
    monthly: int = 12

    def check(self) -> Plan:
        """SETUP_MISSING for a plan that would put the keys beside the data."""
        recipient_of(self.data_recipient)
        recipient_of(self.keys_recipient)
        if self.data_recipient == self.keys_recipient:
            raise _missing("データと鍵の宛先が同じです", "別々の公開鍵を書いてください。")
        ours, keys = Path(self.folder).resolve(), Path(self.keys_folder).resolve()
        if ours == keys or ours in keys.parents or keys in ours.parents:
            raise _missing("データと鍵の置き場所が同じです", "鍵は別の媒体に置いてください。")
        if self.daily < 1 or self.monthly < 0:
            raise _missing("世代数が正しくありません", "daily は 1 以上にしてください。")
        return self


def load(realm_folder: Path) -> Plan:
    """The plan of a realm. SETUP_MISSING without one or for a wrong one."""
    try:
        text = (realm_folder / FILE).read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), Plan).check()
    except OSError:
        todo = "docs/backup.md の例を写し、公開鍵と置き場所を書いてください。"
        raise _missing(f"{realm_folder.name}/{FILE} がありません", todo) from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _missing(f"{FILE}: {error}", "書き方を直してください。") from None


def _missing(detail: str, todo: str) -> TodokeError:
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)
