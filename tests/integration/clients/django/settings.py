"""A Django project with its contrib apps and one of its own; the database comes from the environment."""
import json
import os

SECRET_KEY = "only for tests"
USE_TZ = True
ROOT_URLCONF = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                  "django.contrib.messages", "django.contrib.admin", "django.contrib.postgres", "store"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware",
              "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}}

_given = json.loads(os.environ["DJANGO_DATABASE"])
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60,
                         "NAME": _given.pop("dbname"), "USER": _given.pop("user"), "PASSWORD": _given.pop("password"),
                         "HOST": _given.pop("host"), "PORT": _given.pop("port"), "OPTIONS": _given}}
