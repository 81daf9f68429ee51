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
        "assurance-sheets",
        "assurance-sheet-new",
        "assurance-sheet",
        "assurance-sheet-item",
        "assurance-sheet-close",
        "assurance-clauses",
        "assurance-contract",
        "assurance-contract-note",
        "assurance-media",
        "assurance-medium-new",
        "assurance-medium",
        "assurance-medium-hand",
        "assurance-medium-receive",
        "assurance-medium-end",
        "assurance-medium-confirm",
        "assurance-editions",
        "assurance-edition-new",
        "assurance-edition",
        "assurance-edition-publish",
        "assurance-edition-drop",
        "assurance-edition-file",
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
