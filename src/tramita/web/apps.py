"""An app with templates and static files only; its models are in `tramita.models`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Label `tramita_web`."""

    name = "tramita.web"
    label = "tramita_web"
