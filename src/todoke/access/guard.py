"""画面と命令の宣言: a view or a verb says which permission it needs, or why it needs none. Undeclared: denied.

`middleware.SignedIn` refuses undeclared views; `declarations` lists all of them for the generated tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast

import click
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from todoke.access import directory
from todoke.access.acting import ACTOR, PERMISSION, acting_as
from todoke.access.permissions import PURPOSE, Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record, record_refusal

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[..., HttpResponseBase]
Where = Callable[[HttpRequest, Mapping[str, object]], str]

LIVE_HEADER: Final = "Todoke-Live"
_ATTRIBUTE: Final = "todoke_access"
_OWN_DATABASE: Final = frozenset({"residents", "benefits", "inquiry", "linkage", "network"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What one view or verb declares: a permission, or the reason why it is open to everybody."""

    permission: Permission | None = None
    open_because: str = ""


def declaration_of(target: object) -> Declaration | None:
    """The declaration of a view or of a click command's callback, if it has one."""
    return cast("Declaration | None", getattr(target, _ATTRIBUTE, None))


def screen(
    permission: Permission, *, where: Where | None = None, atomic: bool = True, live: bool = False
) -> Callable[[View], View]:
    """Declare a Django view. It runs only with the permission, and its use is logged where its data lie.

    `live` is for a page of counts that names no person: it is logged when opened, not each time it refreshes itself.

    The log entry (verb: the permission, subject: the route's name) and the view share one transaction; with
    `atomic=False` the entry is committed first, for views that do long or outside work. `where` says in which
    database; the default is that of the permission's system, of the URL's `municipality` for 中間サーバー.
    Errors: those of `require`; PURPOSE_MISSING.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            actor = actor_of(request)
            check(actor, permission, kwargs)
            alias = (where or database_of(permission))(request, kwargs)
            with acting_as(actor):
                with transaction.atomic(using=alias):
                    if not (live and refreshes(request)):
                        record(alias, by=actor, verb=permission.value, subject=route_of(request))
                    if atomic:
                        return view(request, *args, **kwargs)
                return view(request, *args, **kwargs)

        setattr(guarded, _ATTRIBUTE, Declaration(permission=permission))
        return guarded

    return declare


def open_screen(reason: str) -> Callable[[View], View]:
    """Declare a view that anybody may open, and why."""

    def declare(view: View) -> View:
        @wraps(view)
        def unguarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        setattr(unguarded, _ATTRIBUTE, Declaration(open_because=reason))
        return unguarded

    return declare


def verb(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a click command (below `@group.command`). `cli_actor.actor` takes the duty from it; refusals are logged."""

    def declare(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            meta = click.get_current_context().meta
            meta[PERMISSION] = permission
            try:
                return command(*args, **kwargs)
            except TodokeError as error:
                if isinstance(who := meta.get(ACTOR), Actor):
                    verb, reason = permission.value, f"command:{error.code.name}"
                    record_refusal(directory.alias(), by=who, verb=verb, subject=reason)
                raise

        setattr(guarded, _ATTRIBUTE, Declaration(permission=permission))
        return guarded

    return declare


def open_verb(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a click command that needs no permission, and why."""

    def declare(command: Callable[P, R]) -> Callable[P, R]:
        setattr(command, _ATTRIBUTE, Declaration(open_because=reason))
        return command

    return declare


def check(actor: Actor, permission: Permission, kwargs: Mapping[str, object]) -> None:
    """Whether the actor may open a view: there, if the URL names the place, else anywhere (the action asks again).

    Errors: those of `require`; PURPOSE_MISSING.
    """
    municipality, ward = _text(kwargs.get("municipality")), _text(kwargs.get("ward"))
    if municipality is not None or ward is not None or not actor.may_somewhere(permission):
        require(actor, permission, municipality=municipality, ward=ward)
    elif actor.must_verify(permission):
        raise TodokeError(ErrorCode.VERIFY_AGAIN, permission=permission.value)
    if permission in PURPOSE and not actor.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=permission.value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def actor_of(request: HttpRequest) -> Actor:
    """Who makes the request; SESSION_OVER when nobody is signed in."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise TodokeError(ErrorCode.SESSION_OVER, reason="サインインしていません")
    return actor


def refreshes(request: HttpRequest) -> bool:
    """Whether the page asks for itself again by script (`pages/live.js`), without a person at the keys."""
    return request.method == "GET" and LIVE_HEADER in request.headers


def route_of(request: HttpRequest) -> str:
    """What was opened, for the log: the route's name; never the path, which may hold a person's number."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "?"


def database_of(permission: Permission) -> Where:
    """In which database the use of a permission is logged."""
    system = permission.value.partition(":")[0]

    def where(_: HttpRequest, kwargs: Mapping[str, object]) -> str:
        if system in _OWN_DATABASE:
            return system
        if system == "intermediary" and "municipality" in kwargs:
            return f"intermediary_{kwargs['municipality']}"
        return directory.alias()

    return where
