"""Django app of the operation log."""

from django.apps import AppConfig


class OplogConfig(AppConfig):
    name = "todoke.oplog"
    label = "oplog"
    default_auto_field = "django.db.models.BigAutoField"
