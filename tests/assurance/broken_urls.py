"""The site's URLs, and one screen that nobody declared."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from todoke.sites.urls import urlpatterns as declared


def undeclared(_: HttpRequest) -> HttpResponse:
    """Says nothing of who may open it."""
    return HttpResponse()


urlpatterns = [*declared, path("undeclared", undeclared)]
