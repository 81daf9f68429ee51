"""Shifted text read byte by byte: slow and exact. It names what is wrong where the quick way only sees that it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from todoke.records.codes.coded_set import SINGLE, Shifts
from todoke.records.codes.faults import CodeFault, Trouble


@dataclass(frozen=True)
class Unit:
    """One character's code, its first byte from 0, its bytes."""

    code: int
    offset: int
    raw: bytes


@dataclass
class Trace:
    """All units and faults of some bytes, and the state after them. `used`: bytes that are done with."""

    units: list[Unit] = field(default_factory=list)
    faults: list[CodeFault] = field(default_factory=list)
    double: bool = False
    tidied: int = 0
    used: int = 0


def trace(data: bytes, shifts: Shifts, *, double: bool, final: bool) -> Trace:
    """Reads on after a fault as if the bytes concerned were not there."""
    found = Trace(double=double)
    place, changed_at = 0, -1
    while place < len(data):
        code = _shift_at(data, place, shifts, final=final)
        if code is None:
            break
        if code:
            _shift(found, code, place, shifts, changed_at=changed_at)
            place += len(code)
            changed_at = place
        elif not found.double:
            found.units.append(Unit(SINGLE | data[place], place, data[place : place + 1]))
            place += 1
        elif place + 1 < len(data):
            pair = data[place : place + 2]
            inside = _shift_at(data, place + 1, shifts, final=True)
            if inside:
                found.faults.append(CodeFault(Trouble.ODD_BYTE, place, pair[:1], len(found.units)))
                place += 1
            else:
                found.units.append(Unit(int.from_bytes(pair, "big"), place, pair))
                place += 2
        elif final:
            found.faults.append(CodeFault(Trouble.CUT_PAIR, place, data[place:], len(found.units)))
            place += 1
        else:
            break
    found.used = place
    if final and found.double:
        found.faults.append(CodeFault(Trouble.NOT_CLOSED, place, b"", len(found.units)))
    return found


def _shift_at(data: bytes, place: int, shifts: Shifts, *, final: bool) -> bytes | None:
    """The shift code at a place, b"" if there is none, None if the bytes end within what may be one."""
    for code in (*shifts.opens, *shifts.closes):
        if data.startswith(code, place):
            return code
    for code in (*shifts.opens, *shifts.closes):
        if not final and len(data) - place < len(code) and code.startswith(data[place:]):
            return None
    return b""


def _shift(found: Trace, code: bytes, place: int, shifts: Shifts, *, changed_at: int) -> None:
    opening = code in shifts.opens
    if opening == found.double:
        trouble = Trouble.NESTED_OPEN if opening else Trouble.STRAY_CLOSE
        found.faults.append(CodeFault(trouble, place, code, len(found.units)))
    else:
        found.tidied += (place == changed_at) + (opening and code != shifts.opens[0])
    found.double = opening
