"""回答の原本: what arrived about one question, opened from its seal. Asks the purpose; every look is logged."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.systems.inquiry.actions.read_original import Original, read_original
from todoke.systems.inquiry.web import naming, orders


@screen(Permission.INQUIRY_ORIGINAL)
def original(request: HttpRequest, order_id: str, record_id: str) -> HttpResponse:
    """Every arrival about one question, in words and as the bytes came."""
    orders.one(order_id)
    opened = read_original(record_id=record_id, by=actor_of(request))
    title = "回答の原本"
    context = {
        "record_id": record_id,
        "arrivals": [(_facts(arrival), arrival.items, arrival.text) for arrival in opened],
        "crumbs": [
            orders.HOME,
            orders.ORDERS,
            (order_id, reverse("inquiry-order", args=[order_id])),
            (title, ""),
        ],
    }
    return render(request, "inquiry/original.html", context)


def _facts(arrival: Original) -> list[tuple[str, object]]:
    return [
        ("到着", arrival.received_at),
        ("経路", arrival.source),
        ("提供者", naming.provider(arrival.provider)),
        ("照会ステータス（明細単位）", f"{arrival.detail}　{arrival.detail_message}".rstrip("　")),
        (
            "照会ステータス（特定個人情報名単位）",
            f"{arrival.information}　{arrival.information_message}".rstrip("　"),
        ),
        ("SHA-256", arrival.sha256),
    ]
