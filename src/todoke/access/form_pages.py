"""Screens that do one thing: a form, the facts it is about, one button; refused with its sentence, never half done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from todoke.access import directory
from todoke.access.guard import actor_of, route_of
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import Family, TodokeError
from todoke.oplog.record import record_refusal

_SHOWN_HERE = frozenset({Family.INPUT, Family.CONFLICT, Family.NOT_FOUND})
"""Refusals that the person can put right on the same page; every other one has a page of its own."""


def refused(
    request: HttpRequest, permission: Permission | None, work: Callable[[], object]
) -> TodokeError | None:
    """Do the work; the refusal, logged, when it is one that belongs on the page."""
    try:
        work()
    except TodokeError as error:
        if error.code.family not in _SHOWN_HERE:
            raise
        verb = permission.value if permission else "access:screen:open"
        subject = f"{route_of(request)}:{error.code.name}"
        record_refusal(directory.alias(), by=actor_of(request), verb=verb, subject=subject)
        return error
    return None


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    permission: Permission | None,
    heading: str,
    verb: str,
    back: str,
    work: Callable[[Actor, dict[str, Any]], object],
    done: str,
    facts: Sequence[tuple[str, object]] = (),
    template: str = "pages/form_page.html",
    **more: object,
) -> HttpResponse:
    """Show the form; when it is sent and right, do the work, say `done` and go `back`."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = refused(request, permission, lambda: work(actor_of(request), form.cleaned_data))
        if refusal is None:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    context = {
        "form": form, "refusal": refusal, "heading": heading, "verb": verb, "back": back, "facts": facts, **more,
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, template, context, status=wrong)


def sent(request: HttpRequest) -> forms.Form:
    """A confirmation that asks for nothing but the button: valid once it was sent."""
    return forms.Form(request.POST if request.method == "POST" else None)
