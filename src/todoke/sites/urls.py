"""URLs that every site has; screens of the systems join them in later issues."""

from django.urls import path

from todoke.sites import status

urlpatterns = [
    path("", status.front_page, name="front-page"),
    path("health", status.health, name="health"),
]
