"""The gallery of components behind the real middleware, and a browser to look at it. No database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from cheroot import wsgi
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from django.urls import clear_url_caches

from todoke.sites import web

# as in a site, but for nobody in particular
MIDDLEWARE = [each for each in web.MIDDLEWARE if ".access." not in each]
TEMPLATES = [
    {
        **web.SETTINGS["TEMPLATES"][0],
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                           "django.contrib.messages.context_processors.messages",
                                           "tests.pages.gallery.shell"]},
    }
]  # fmt: skip


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """Address of the gallery, served by the WSGI server of the screens. Its settings hold for its own tests only."""
    with override_settings(ROOT_URLCONF="tests.pages.gallery", MIDDLEWARE=MIDDLEWARE, TEMPLATES=TEMPLATES):
        clear_url_caches()
        server = wsgi.Server(("127.0.0.1", 0), get_wsgi_application(), numthreads=4)
        server.prepare()
        thread = Thread(target=server.serve, daemon=True)
        thread.start()
        yield f"http://localhost:{server.bind_addr[1]}"
        server.stop()
        thread.join()
    clear_url_caches()
