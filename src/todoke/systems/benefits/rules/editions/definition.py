"""事業の定義 as text: what an edition is stored, compared, hashed and approved as. Strict both ways: an unknown or
missing field, a wrong type or an unknown rule is an error, never a guess."""

from __future__ import annotations

import hashlib
import json
from typing import Final, get_args

import msgspec

from todoke.systems.benefits.rules.articles import AMOUNT_RULES, DECIDING_RULES, FORMING_RULES
from todoke.systems.benefits.rules.programme import Programme

_SINCE: Final = {"opt_out_days": 14}
"""Fields that came with a newer version of the software → what held before: texts of before lack them."""
_RULES: dict[str, type] = {**FORMING_RULES, **DECIDING_RULES, **AMOUNT_RULES}


def to_text(programme: Programme) -> str:
    """Canonical JSON: equal programmes give equal bytes."""
    return _canonical(msgspec.json.encode(programme, enc_hook=_name, order="deterministic"))


def from_text(text: str) -> Programme:
    """The programme that was written. ValueError when the text is not the whole definition and nothing else."""
    given = json.loads(text)
    whole = json.dumps(_SINCE | given if isinstance(given, dict) else given)
    found = msgspec.json.decode(whole, type=Programme, dec_hook=_rule)
    if to_text(found) != _canonical(whole):
        raise ValueError("fields are missing, unknown or written in another way")
    return found


def digest(programme: Programme) -> str:
    """SHA-256 of the text, hex."""
    return digest_of_text(to_text(programme))


def digest_of_text(text: str) -> str:
    """The same of a text, also of one written before a field there is now."""
    return hashlib.sha256(_canonical(text).encode()).hexdigest()


def _canonical(text: str | bytes) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, indent=1)


def _name(value: object) -> str:
    if isinstance(value, type) and value.__name__ in _RULES:
        return value.__name__
    raise NotImplementedError(type(value))


def _rule(kind: type, name: object) -> type:
    """`kind` is type[DecidingRule] or another kind of rule."""
    found = _RULES.get(name) if isinstance(name, str) else None
    if found is None or not issubclass(found, get_args(kind)[0]):
        raise ValueError(f"no such rule: {name}")
    return found
