"""The one Django app that owns every model and migration."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class TramitaConfig(AppConfig):
    name = "tramita"
    label = "tramita"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(_prepare)


def _prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "postgresql":
        from tramita.config import postgresql

        postgresql.remember_long_statements()
        postgresql.read_moments_quickly(connection)
