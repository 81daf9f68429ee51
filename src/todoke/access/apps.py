"""Django app of the staff directory."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "todoke.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
