"""Django app of `todoke.systems.benefits`."""

from __future__ import annotations

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """Programmes, decisions, cases and payments (給付管理システム). Holds no 個人番号."""

    name = "todoke.systems.benefits"
    label = "benefits"
    verbose_name = "給付管理"
