"""What a page asks of the parts of a process: the keys that `flow` and `processes` read (C-7, A-9, BU-3).

Which conditions and fields there are is known only where a whole process is read; here each key is read by itself.
"""

from collections.abc import Mapping

from tramita.domain import mail_templates
from tramita.services.definitions import approvers, calling, flow, shapes, values
from tramita.services.definitions.assigning import assignment
from tramita.services.definitions.processes import AUTOMATIC_MAILS
from tramita.services.definitions.shapes import Key, Shape
from tramita.services.definitions.skills import skills

RECIPIENTS = values.several(flow.contact_or_address)
SUGGESTED = Shape(tuple(shapes.lines(name, RECIPIENTS) for name in ("to", "cc", "bcc")))
MAIL = Shape(
    (
        *(shapes.special(name, "inherited_lines", RECIPIENTS) for name in ("to", "cc", "bcc")),
        shapes.special("suggest", "part", values.mapping, inner=SUGGESTED),
    )
)
START = Shape((shapes.long_text("said"), shapes.choice("way", "every", "cron", "dates", "schedule", otherwise="every")))
RULE = Shape(
    (
        approvers.LEVELS,
        shapes.special("when", "condition", values.condition),
    )
)
CASE_TYPE = Shape(
    (
        shapes.text("title"),
        shapes.reference("queue", "queue"),
        shapes.special("team", "inherited", values.reference("team"), of=("team",)),
        shapes.lines("skills", skills),
        shapes.reference("due", "due_rule"),
        shapes.text("feedback_window"),
        shapes.special("assign", "assign", assignment, of=("user", "robot", "position")),
        shapes.choice("progression", "automatic", "manual", otherwise="automatic"),
        shapes.flag("allow_title_change"),
        shapes.flag("contacts_required"),
        shapes.flag("self_service"),
        shapes.special("automatic_mails", "ticked", AUTOMATIC_MAILS, of=mail_templates.SWITCHES),
        shapes.reference("schedule", "schedule"),
        shapes.special("starts", "starts", values.mapping, inner=START),
        shapes.special("mail", "part", flow.mail_defaults, inner=MAIL),
        shapes.text("records"),
    )
)
STEP = Shape((shapes.text("title"), shapes.special("when", "condition", values.condition)))
COMMON = (
    shapes.text("title"),
    shapes.choice("kind", *flow.OF_KIND, otherwise="manual"),
    shapes.special("when", "condition", values.condition),
)
OF_AN_ACTION: Mapping[str, Key] = {
    one.name: one
    for one in (
        shapes.long_text("instructions"),
        shapes.lines("checklist", values.texts),
        shapes.reference("queue", "queue"),
        shapes.special("team", "inherited", values.reference("team"), of=("team",)),
        shapes.special("skills", "inherited_lines", skills),
        shapes.special("assign", "assign", assignment, of=("user", "robot", "position")),
        shapes.reference("due", "due_rule"),
        shapes.choice("review", "four_eyes"),
        shapes.reference("review_queue", "queue"),
        shapes.reference("review_due", "due_rule"),
        shapes.lines("review_checklist", values.texts),
        shapes.flag("startable"),
        shapes.special("mail", "part", flow.mail_defaults, inner=MAIL),
        shapes.special("estimate", "text", flow.effort),
        shapes.long_text("template"),
        shapes.special("to", "text", flow.recipient),
        shapes.reference("case_type", "case_type"),
        shapes.flag("independent"),
        shapes.flag("close_if_none"),
        approvers.LEVELS,
        shapes.special("rules", "rows", values.mapping, inner=RULE),
        shapes.special("sheet", "sheet", values.long_text),
        shapes.special("timeout", "text", values.duration),
        shapes.flag("reminders", on=True),
        shapes.special("url", "text", calling.web_address, needed=True),
        shapes.choice("method", *flow.METHODS, otherwise="post"),
        shapes.special("headers", "pairs", calling.headers),
        shapes.special("secret_headers", "pairs", calling.secret_headers),
        shapes.special("body", "json", calling.body),
        shapes.special("store", "pairs", values.mapping),
        shapes.number("retries", 0, flow.MAX_RETRIES, 3),
        shapes.special("date", "text", flow.moment_or_field),
        shapes.special("after", "text", values.duration),
    )
}


def action(kind: str) -> Shape:
    """What an Action of this kind is asked, in the order of its kind."""
    return Shape((*COMMON, *(OF_AN_ACTION[name] for name in flow.OF_KIND.get(kind, ()))))
