"""Django app of `todoke.exchange`."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Signed messages between realms."""

    name = "todoke.exchange"
    label = "exchange"
    verbose_name = "領域間通信"
