"""The commands of the command line's own face."""

from tramita.cli.lifecycle import LIFECYCLE
from tramita.ui.terminal import Command

COMMANDS: list[Command] = [LIFECYCLE]
