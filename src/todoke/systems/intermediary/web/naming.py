"""How organisations are named on the screens."""

from __future__ import annotations

from todoke.identifiers.municipality_names import name_of


def town(code: str) -> str:
    """神奈川県川崎市（14130）."""
    return f"{name_of(code)}（{code}）"
