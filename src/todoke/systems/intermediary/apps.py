"""Django app of `todoke.systems.intermediary`."""

from __future__ import annotations

from django.apps import AppConfig


class IntermediaryConfig(AppConfig):
    """Link codes, replicas and exchange records of one municipality (自治体中間サーバー)."""

    name = "todoke.systems.intermediary"
    label = "intermediary"
    verbose_name = "中間サーバー"

    def ready(self) -> None:
        """Whatever process has these databases seals what lies in their outboxes and inboxes."""
        from todoke.exchange import bodies
        from todoke.systems.intermediary.codecs import contents

        bodies.seal_with(contents.PREFIX, contents.Bodies())
