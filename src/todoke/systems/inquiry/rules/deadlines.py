"""回答の期限: after how many days without an answer a question counts as expired (our choice; no law sets one).

No service level of providers is public (facts/linkage.md §1.3), so both numbers are settings; these are the defaults.
"""

from __future__ import annotations

from typing import Final

ANSWER_DAYS: Final = 14
"""照会中: answers come by themselves, within hours."""

HELD_DAYS: Final = 60
"""提供者確認中: two officers of the provider decide, and they may have to ask back."""
