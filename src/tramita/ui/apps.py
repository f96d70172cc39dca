"""An app with templates and static files only; its models are in `tramita.models`."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Label `tramita_ui`."""

    name = "tramita.ui"
    label = "tramita_ui"
