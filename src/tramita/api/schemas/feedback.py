"""What those who ask say of the work that was done for them."""

from datetime import datetime

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Output, Text, Whole
from tramita.api.schemas.files import Author


class FeedbackIn(Input):
    """Whether it is done, inside the feedback window. That it is not needs a word on what is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"done": True, "rating": 5, "comment": "Quick."}]})

    done: bool
    rating: Whole | None = Field(None, json_schema_extra={"examples": [5]})
    """From 1 to 5."""
    comment: Text = Field("", json_schema_extra={"examples": ["Quick."]})


class FeedbackOut(Output):
    """The last word on one resolution. The comments are in the timeline: `feedback_given`."""

    item: str
    done: bool
    rating: int | None
    by: Author
    at: datetime
    resolved_at: datetime
    resolved_by: Author | None


class FeedbackList(Output):
    """What was said of each resolution of an item, the newest first."""

    results: list[FeedbackOut]


class FeedbackPage(FeedbackList):
    """What was said lately, the newest first."""

    next: str | None


class ResultOut(Output):
    """What was said of the work of one queue, or of one person or robot."""

    name: str
    """Empty for what had none."""
    answers: int
    disputed: int
    """Said that it is not done."""
    rated: int
    average: float | None


class ResultsOut(Output):
    """Counted by queue, and by who resolved it."""

    since: datetime
    queues: list[ResultOut]
    resources: list[ResultOut]
