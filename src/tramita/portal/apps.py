"""An app with templates only; its models are in `tramita.models`."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Label `tramita_portal`."""

    name = "tramita.portal"
    label = "tramita_portal"
