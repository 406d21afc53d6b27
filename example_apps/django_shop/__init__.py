"""The shop in Django: `gunicorn example_apps.django_shop.wsgi:app`."""
