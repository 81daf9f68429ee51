"""URLs of the page on the internet: one."""

from django.urls import path

from todoke.systems.benefits.web.status import pages

handler400 = "todoke.systems.benefits.web.status.pages.missing"
handler404 = "todoke.systems.benefits.web.status.pages.missing"
handler500 = "todoke.systems.benefits.web.status.pages.failed"

urlpatterns = [path("", pages.status, name="status")]
