"""Configuration as code: YAML files and the Builder's screens are two views of one model."""

from tramita.services.definitions.apply import apply
from tramita.services.definitions.export import export
from tramita.services.definitions.source import WrongConfiguration
from tramita.services.definitions.tally import Applied

__all__ = ["Applied", "WrongConfiguration", "apply", "export"]
