"""Django app of what people confirm, inspect and report; its tables stand in the directory of each realm."""

from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    name = "todoke.assurance"
    label = "assurance"
    default_auto_field = "django.db.models.BigAutoField"
