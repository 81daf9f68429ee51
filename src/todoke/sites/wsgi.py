"""WSGI entry of a site's screens; DJANGO_SETTINGS_MODULE says which site."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
