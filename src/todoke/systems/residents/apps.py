"""Django app of `todoke.systems.residents`."""

from __future__ import annotations

from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    """The part of the resident register that this duty uses (住民記録システム)."""

    name = "todoke.systems.residents"
    label = "residents"
    verbose_name = "住民記録"
