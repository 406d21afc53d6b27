"""The settings of the test project; each test overrides some."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).parent
FOLDER = Path(tempfile.gettempdir()) / f"failsoft-django-{os.getpid()}"

SECRET_KEY = "not a secret"
DEBUG = False
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "project.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "failsoft_django"]
MIDDLEWARE = ["failsoft_django.FailsoftMiddleware"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"good.html": "good {{ word }}", "bad.html": "{{ word.explode }}"},
                )
            ]
        },
    }
]
DATABASES = {
    name: {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(FOLDER / f"{name}.sqlite3"),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"timeout": 10},
    }
    for name in ("default", "other")
}
LANGUAGES = [("en", "English"), ("de", "German")]
USE_I18N = True
USE_TZ = True
LOGGING_CONFIG = None
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "failsoft_django.drf.exception_handler",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
