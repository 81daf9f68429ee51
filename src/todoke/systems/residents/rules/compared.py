"""The kind of a change that was found by comparing two whole registers."""

from __future__ import annotations

from typing import Final

COMPARED: Final = "照合"
