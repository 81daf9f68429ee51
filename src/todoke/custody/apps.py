"""Django app of purges and exports."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "todoke.custody"
    label = "custody"
    default_auto_field = "django.db.models.BigAutoField"
