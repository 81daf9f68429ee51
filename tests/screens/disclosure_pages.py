"""Which test opens the pages of the requests for disclosure, correction and suspension."""

from __future__ import annotations

from typing import Final

DISCLOSURE: Final = dict.fromkeys(
    (
        "disclosure-requests",
        "disclosure-request-new",
        "disclosure-request",
        "disclosure-request-return",
        "disclosure-request-complete",
        "disclosure-request-withdraw",
        "disclosure-request-identify",
        "disclosure-held",
        "disclosure-section",
        "disclosure-request-extend",
        "disclosure-request-decide",
        "disclosure-notice",
        "disclosure-extension",
        "disclosure-hand-over",
        "disclosure-measure",
        "disclosure-close",
    ),
    "test_disclosure_screens",
)
"""Route → test module."""
