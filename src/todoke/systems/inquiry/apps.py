"""Django app of `todoke.systems.inquiry`."""

from __future__ import annotations

from django.apps import AppConfig


class InquiryConfig(AppConfig):
    """The bulk tax query (税情報一括照会)."""

    name = "todoke.systems.inquiry"
    label = "inquiry"
    verbose_name = "税情報一括照会"
