"""Django app of the screens' shell; it has no models."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "todoke.pages"
    label = "pages"
