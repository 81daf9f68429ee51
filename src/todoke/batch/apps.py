"""Django app of the batch runner."""

from django.apps import AppConfig


class BatchConfig(AppConfig):
    name = "todoke.batch"
    label = "batch"
    default_auto_field = "django.db.models.BigAutoField"
