"""パスワード: Argon2id hashes, rules, and issued ones that must be replaced at once."""

from __future__ import annotations

import secrets
from functools import cache

from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError

from todoke.access.models import Staff
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike on paper
_GROUPS, _GROUP = 4, 5


def generate() -> str:
    """A password to hand over: 20 letters (99 bits) in groups, e.g. `k3mza-…`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """The hash that is kept."""
    return hashers.make_password(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Takes as long where nobody or no password is known (`kept` empty or None)."""
    return hashers.check_password(password, kept or _nobody()) and bool(kept)


def check(password: str, *, staff_id: str) -> None:
    """PASSWORD_WEAK unless the password keeps the rules (settings.AUTH_PASSWORD_VALIDATORS)."""
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise TodokeError(ErrorCode.PASSWORD_WEAK, detail="、".join(error.messages)) from None
    if staff_id in password.lower():
        raise TodokeError(ErrorCode.PASSWORD_WEAK, detail="職員IDが含まれています")


def keep(alias: str, staff_id: str, password: str, *, by: str, must_change: bool) -> None:
    """Store the hash, inside the caller's transaction."""
    Staff.objects.using(alias).filter(pk=staff_id).update(
        password=hashed(password), must_change=must_change, password_by=by, password_at=clock.now()
    )


@cache
def _nobody() -> str:
    return hashers.make_password(secrets.token_hex(16))
