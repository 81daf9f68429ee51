"""Django settings of the page on the internet (公開の状況照会): no staff, no sessions, no cookies; one role and one function.

`TODOKE_PUBLIC_HOSTS`: the names under which the public finds it. `TODOKE_BEHIND_GATEWAY=1`: it is reached only through the
city's own gateway, whose X-Forwarded-For says where a question comes from.
"""

from __future__ import annotations

import os
from pathlib import Path

from todoke.sites import web
from todoke.sites.instance import Instance
from todoke.sites.settings import database

_instance = Instance.load()

SECRET_KEY = _instance.public_secret().hex()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TODOKE_PUBLIC_HOSTS", "127.0.0.1,localhost").split(",")
INSTALLED_APPS = ["django.contrib.staticfiles", "todoke.pages"]
ROOT_URLCONF = "todoke.sites.public_urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "todoke.pages.security.StrictHeaders",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parents[1] / "systems" / "benefits" / "templates"],
        "APP_DIRS": True,
    }
]
DATABASES = {"default": {}, "benefits": database("public", _instance.public_account(), _instance.server())}
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
LANGUAGE_CODE = "ja"
TODOKE_BEHIND_GATEWAY = os.environ.get("TODOKE_BEHIND_GATEWAY") == "1"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16_384
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10

globals().update(
    {
        name: value
        for name, value in web.SETTINGS.items()
        if name.startswith(("FORM_", "STATIC", "STORAGES", "WHITENOISE", "X_FRAME", "SECURE_"))
    }
)
