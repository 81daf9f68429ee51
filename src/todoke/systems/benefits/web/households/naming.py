"""Codes of the register in words, for the pages about residents."""

from __future__ import annotations

from typing import Final

SEXES: Final = {"1": "男", "2": "女"}
