"""Who acts, from where and what for: the part of an actor that every entry of the log names (PIA III.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Who:
    """One acting person or system (「誰が」). Empty texts where there is none: a system has no terminal."""

    staff_id: str
    organisation: str = ""
    session_id: str = ""
    terminal: str = ""
    duty: str = ""
    purpose: str = ""
