"""URLs that every site has; screens of the systems join them in later issues."""

from django.urls import path

from todoke.sites import status

handler400 = "todoke.pages.failures.bad_request"
handler403 = "todoke.pages.failures.denied"
handler404 = "todoke.pages.failures.not_found"
handler500 = "todoke.pages.failures.fault"

urlpatterns = [
    path("", status.front_page, name="front-page"),
    path("health", status.health, name="health"),
]
