"""Which test opens the pages of the assessment."""

from __future__ import annotations

from typing import Final

ASSURANCE: Final = dict.fromkeys(
    (
        "assurance-board",
        "assurance-check",
        "assurance-promise",
        "assurance-confirm",
        "assurance-audit",
    ),
    "test_assurance_screens",
)
"""Route → test module."""
