"""Django app of `todoke.systems.linkage`."""

from __future__ import annotations

from django.apps import AppConfig


class LinkageConfig(AppConfig):
    """Integrated numbers and the city's only 個人番号 (統合番号連携システム)."""

    name = "todoke.systems.linkage"
    label = "linkage"
    verbose_name = "統合番号連携"

    def ready(self) -> None:
        """Register who hears the answers to this system's messages."""
        from todoke.systems.linkage import serves  # noqa: F401
