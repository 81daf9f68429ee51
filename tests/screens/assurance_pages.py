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
        "assurance-accidents",
        "assurance-incidents",
        "assurance-incident-new",
        "assurance-incident",
        "assurance-incident-step",
        "assurance-incident-prevention",
        "assurance-incident-close",
        "assurance-incident-report",
    ),
    "test_assurance_screens",
)
"""Route → test module."""
