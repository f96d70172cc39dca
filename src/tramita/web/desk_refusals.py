"""Faults of a form that has rows: told at the input where what is wrong was typed."""

from dataclasses import replace

from tramita.services.definitions.shapes import Shape
from tramita.web.desk_form import input_of
from tramita.web.desk_inputs import Values
from tramita.web.refusals import Refusal


def placed(refused: Refusal | None, shape: Shape, values: Values) -> Refusal | None:
    """The same refusal, its faults under the names of inputs; one that has none stays under its own."""
    if refused is None:
        return None
    faults = {input_of(shape, values, field) or field: said for field, said in refused.faults.items()}
    return replace(refused, faults=faults)
