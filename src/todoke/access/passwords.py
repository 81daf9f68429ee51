"""パスワード: Argon2id hashes, rules, and issued ones that must be replaced at once."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

import argon2
from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from todoke.access import attempts, directory
from todoke.access.models import Staff
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record, record_refusal
from todoke.oplog.who import Who

CHANGE: Final = "access:password:change"

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike on paper
_GROUPS, _GROUP = 4, 5


def generate() -> str:
    """A password to hand over: 20 letters (99 bits) in groups, e.g. `k3mza-…`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """The hash that is kept."""
    return hashers.make_password(password)


def hashed_generated(password: str) -> str:
    """The hash of one that `generate` made. Its 99 random bits cannot be searched, so the hash need not be slow."""
    return "argon2" + argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(password)


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


def keep(alias: str, staff_id: str, kept: str, *, by: str, must_change: bool) -> None:
    """Store a hash, inside the caller's transaction."""
    Staff.objects.using(alias).filter(pk=staff_id).update(
        password=kept, must_change=must_change, password_by=by, password_at=clock.now()
    )


def change(*, staff_id: str, old: str, new: str, by: Who) -> None:
    """The person replaces the own password, at a terminal (`by`). Call it outside of any transaction.

    Errors: SIGN_IN_REFUSED (the old one is wrong, or too many tries), PASSWORD_WEAK.
    """
    alias = directory.alias()
    person = Staff.objects.using(alias).filter(pk=staff_id).first()
    tried = attempts.attempt(
        alias, staff_id, attempts.PASSWORD, lambda: matches(old, person.password if person else None)
    )
    if tried is not attempts.Try.RIGHT:
        record_refusal(alias, by=by, verb=CHANGE, subject=f"password:{tried.value}")
        raise TodokeError(ErrorCode.SIGN_IN_REFUSED)
    check(new, staff_id=staff_id)
    if new == old:
        raise TodokeError(ErrorCode.PASSWORD_WEAK, detail="前と同じです")
    kept = hashed(new)
    with transaction.atomic(using=alias):
        keep(alias, staff_id, kept, by=staff_id, must_change=False)
        record(alias, by=by, verb=CHANGE, subject=f"staff:{staff_id}")


@cache
def _nobody() -> str:
    return hashers.make_password(secrets.token_hex(16))
