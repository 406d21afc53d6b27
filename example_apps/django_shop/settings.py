"""Settings of the Django shop."""

from __future__ import annotations

import os
from pathlib import Path

SECRET_KEY = "not-a-secret-in-an-example"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "example_apps.django_shop.urls"
INSTALLED_APPS = ["failsoft_django"]
MIDDLEWARE = ["failsoft_django.FailsoftMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", "shop.db"),
    }
}
USE_TZ = True
FAILSOFT = str(Path(__file__).parents[1] / "shop/failsoft.toml")
