"""The one Django app that owns every model and migration."""

from django.apps import AppConfig


class TramitaConfig(AppConfig):
    name = "tramita"
    label = "tramita"
    default_auto_field = "django.db.models.BigAutoField"
