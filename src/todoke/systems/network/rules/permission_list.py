"""照会許可照会リスト as dated data, with the law that each row comes from."""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.contracts.network import ListEntry
from todoke.contracts.organisations import EVERYONE

# 番号法19条8号 別表第二 121の項; 別表第二主務省令 (平成26年内閣府・総務省令第7号) 59条の4; 令和3年デジタル庁・総務省告示
# 第3号 第3号 (the PIA, I.5 ②, cites the three). The PIA gives no day of entry into force: 2021-12-20 is an assumption
# (the supplementary budget that pays the benefit was passed on that day), to be corrected from the notice itself.
_R3_NONTAXABLE = ListEntry(
    inquirer=EVERYONE,
    provider=EVERYONE,
    duty=DUTY,
    procedure=PROCEDURE,
    information_code=LOCAL_TAX,
    valid_from=date(2021, 12, 20),
    valid_to=None,
)

ENTRIES: Final = (_R3_NONTAXABLE,)
"""Every row there ever was, with its period; the first draft that `todoke network list-draft` makes holds them."""
