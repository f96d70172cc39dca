"""The three lifecycles by kind, for those who do not care which (G-1)."""

from collections.abc import Mapping

from tramita.domain.actions import ACTION
from tramita.domain.cases import CASE
from tramita.domain.codes import Kind
from tramita.domain.lifecycle import Lifecycle
from tramita.domain.tickets import TICKET

LIFECYCLES: Mapping[Kind, Lifecycle] = {Kind.TICKET: TICKET, Kind.CASE: CASE, Kind.ACTION: ACTION}
