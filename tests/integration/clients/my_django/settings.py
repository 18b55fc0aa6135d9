"""The project of ../django, as far as MariaDB and MySQL have what it needs."""
import json
import os

SECRET_KEY = "only for tests"
USE_TZ = True
ROOT_URLCONF = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                  "django.contrib.messages", "django.contrib.admin", "store"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware",
              "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}}

_given = json.loads(os.environ["DJANGO_DATABASE"])
DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "CONN_MAX_AGE": 60, "NAME": _given.pop("db"),
                         "USER": _given.pop("user"), "PASSWORD": _given.pop("passwd"), "HOST": _given.pop("host"),
                         "PORT": _given.pop("port"), "OPTIONS": _given}}
