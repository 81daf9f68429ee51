"""Django settings of the screens: middleware, templates, static files, cookies. The same for every site."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

APPS: Final = ["django.contrib.messages", "django.contrib.staticfiles", "todoke.pages"]
"""Apps without tables."""

MIDDLEWARE: Final = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "todoke.pages.security.StrictHeaders",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "todoke.pages.failures.FailurePages",
    "todoke.access.middleware.SignedIn",  # last, so that it sees a view's exception before it is answered
]

_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [Path(__file__).parent / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.messages.context_processors.messages",
            "todoke.sites.screens.shell.shell",
        ]
    },
}

SETTINGS: Final[dict[str, Any]] = {
    "MIDDLEWARE": MIDDLEWARE,
    "TEMPLATES": [_TEMPLATES],
    "FILE_UPLOAD_HANDLERS": [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ],  # no picture on a disk
    "FILE_UPLOAD_MAX_MEMORY_SIZE": 96 << 20,
    "FORM_RENDERER": "todoke.pages.forms.Renderer",
    "CSRF_FAILURE_VIEW": "todoke.pages.failures.stale_form",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "MESSAGE_TAGS": {20: "", 25: "done", 30: "warn", 40: "fail"},
    "STATIC_URL": "/static/",
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is kept in files
        "staticfiles": {"BACKEND": "todoke.pages.static_files.FingerprintedFiles"},
    },
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": False,
    "WHITENOISE_MAX_AGE": 31_536_000,
    "X_FRAME_OPTIONS": "DENY",
    "SECURE_REFERRER_POLICY": "same-origin",
}
