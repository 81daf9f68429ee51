"""Django app of `todoke.systems.network`."""

from __future__ import annotations

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """Permission list, permits and code conversion (情報提供ネットワークシステム)."""

    name = "todoke.systems.network"
    label = "network"
    verbose_name = "情報提供ネットワーク"
