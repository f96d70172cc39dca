"""An app with templates and static files only; its models are in `tramita.models`."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Label `tramita_ui`."""

    name = "tramita.ui"
    label = "tramita_ui"

    def ready(self) -> None:
        """Models can be imported by now."""
        from tramita.ui import pushing

        pushing.listen()
