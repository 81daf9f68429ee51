"""Routes and menu entry of the editions; only the city has them, for the document is drafted from its facts."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.assurance.web import editions
from todoke.pages.shell import Entry

_EDITION: Final = "assurance/editions/<int:number>"

urlpatterns: Final[list[URLPattern]] = [
    path("assurance/editions", editions.listed, name="assurance-editions"),
    path("assurance/editions/new", editions.new, name="assurance-edition-new"),
    path(_EDITION, editions.edition, name="assurance-edition"),
    path(f"{_EDITION}/publish", editions.publish, name="assurance-edition-publish"),
    path(f"{_EDITION}/drop", editions.drop, name="assurance-edition-drop"),
    path(f"{_EDITION}/files/<str:form>", editions.file, name="assurance-edition-file"),
]
ENTRY: Final = Entry(route="assurance-editions", title=editions.TITLE, below=("assurance-edition",))
