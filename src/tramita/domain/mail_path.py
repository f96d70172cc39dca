"""What happens to a mail: every question in the order in which it is asked, and every end it can come to.

A description of `services.receiving` and `services.sorting_mail`, bound to them by a test: it finds every outcome and
reason that they can give and walks a mail to each. The page docs/admin/what-happens-to-a-mail.md is drawn from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tramita.domain.correspondence import Rule


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome of INTERFACES section 6 with its reason, and what the mail has done."""

    outcome: str
    reason: str = ""
    does: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A question. Yes leads to an ending, or to the step `leads_to`; no leads to the next step of the same part."""

    name: str
    asks: str
    rules: tuple[str, ...]
    ends: tuple[Ending, ...] = ()
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that are gone through from the first to the last; the last one always says yes."""

    name: str
    title: str
    steps: tuple[Step, ...]


IN_TRAY = "waits in the tray"
KEPT = "is kept and does nothing"

PATH: tuple[Part, ...] = (
    Part(
        "arrives",
        "It arrives",
        (
            Step(
                "seen",
                "Its bytes are safe in storage and in the ledger, and the server may be told. "
                "Had the same bytes come to this mailbox before?",
                ("MAIL-1", "MAIL-2", "MAIL-3"),
                (Ending("duplicate", does="changes nothing"),),
            ),
            Step(
                "probe",
                "Is it a mail that the mailbox sent to itself, or a report on one?",
                ("MAIL-142",),
                (Ending("ignored", "probe", "is kept, and tells that the mailbox works"),),
            ),
            Step(
                "own",
                "Is it our own mail coming back, or going round?",
                ("M-5", "MAIL-53", "MAIL-94"),
                (Ending("ignored", "own address", KEPT), Ending("ignored", "loop", KEPT)),
            ),
            Step(
                "nobody",
                "Has it no sender who could be answered?",
                ("MAIL-8", "MAIL-27"),
                (Ending("unhandled", "no sender", IN_TRAY),),
            ),
            Step("blocked", "Is its sender blocked?", ("M-20", "CG-59"), (Ending("ignored", "blocked", KEPT),)),
            Step("spam", "Did a mail server mark it as spam?", ("MAIL-58",), (Ending("unhandled", "spam", IN_TRAY),)),
            Step(
                "large",
                "Is it larger than what is taken?",
                ("MAIL-13",),
                (Ending("unhandled", "too large", IN_TRAY),),
            ),
            Step(
                "news",
                "Does it answer, or report on, a mail with news to one of us?",
                ("MAIL-59",),
                leads_to="reported",
            ),
            Step(
                "belongs",
                "Does it belong to an item, by one of the ways below?",
                ("MAIL-70", "MAIL-71", "MAIL-73", "MAIL-74", "MAIL-75", "M-2", "M-3"),
                leads_to="twin",
            ),
            Step(
                "report",
                "Is it a report on a mail that was never ours?",
                ("MAIL-98",),
                (Ending("unhandled", "report on a mail that was not ours", IN_TRAY),),
            ),
            Step(
                "answered",
                "Does a mail that came before answer it, on an item where its sender takes part?",
                ("MAIL-79",),
                leads_to="twin",
            ),
            Step("begins", "It begins something new.", ("M-4",), leads_to="unrouted"),
        ),
    ),
    Part(
        "answers",
        "It answers news",
        (
            Step(
                "reported",
                "Is it a delivery report or a receipt?",
                ("MAIL-96",),
                (Ending("ignored", "report on a notification", "is kept, and whom the news did not reach is told"),),
            ),
            Step(
                "absence",
                "Is it an automatic answer?",
                ("MAIL-90", "MAIL-91"),
                (Ending("ignored", "automatic answer to a notification", KEPT),),
            ),
            Step(
                "several",
                "Were the news about several items?",
                ("MAIL-59",),
                (Ending("unhandled", "answer to news of several items", IN_TRAY),),
            ),
            Step(
                "outsider",
                "Is it from anybody but a proven colleague who may see the item and work on it?",
                ("MAIL-51", "MAIL-59"),
                (Ending("unhandled", "answer to a notification", IN_TRAY),),
            ),
            Step(
                "ended",
                "Is the item Closed?",
                ("S-14",),
                (Ending("unhandled", "answer to a notification on a Closed item", IN_TRAY),),
            ),
            Step(
                "second",
                "Is a copy of it on that item?",
                ("MAIL-80",),
                (Ending("duplicate", does="changes nothing"),),
            ),
            Step(
                "inside",
                "It is put on the item as internal, and moves nothing.",
                ("MAIL-59",),
                (Ending("appended", does="is put on the item, for colleagues only"),),
            ),
        ),
    ),
    Part(
        "joins",
        "It belongs to an item",
        (
            Step(
                "twin",
                "Is a copy of this very message on that item?",
                ("MAIL-80", "MAIL-81"),
                (Ending("duplicate", does="changes nothing"),),
            ),
            Step(
                "filed",
                "Is it old mail that is only filed?",
                ("MAIL-17",),
                (Ending("appended", "archive", "is put on the item and moves nothing"),),
            ),
            Step(
                "forged",
                "Does it say that one of us wrote it, and is the item Closed?",
                ("MAIL-51", "M-10"),
                (Ending("unhandled", "unverified sender", IN_TRAY),),
            ),
            Step(
                "machine",
                "Is it an automatic answer to an automatic mail?",
                ("M-13",),
                (Ending("ignored", "automatic answer to an automatic mail", KEPT),),
            ),
            Step(
                "over",
                "Is it no report, and is the item Closed or its feedback window over?",
                ("M-10", "MAIL-76", "Z-5"),
                leads_to="unrouted",
            ),
            Step(
                "waits",
                "Does the item wait for more information, and is this an answer or a failure for good?",
                ("M-8", "L-5", "MAIL-96"),
                (Ending("woken", does="is appended, and the item is To Do again"),),
            ),
            Step(
                "thanks",
                "Is the item Resolved, says the mail thank you and no more, and does the desk let such mail pass?",
                ("R-21",),
                (Ending("appended", does="is appended, and the item is marked"),),
            ),
            Step(
                "again",
                "Is the item Resolved, and was it reopened by mail three times within the hour?",
                ("MAIL-93",),
                (Ending("appended", "reopened too often", "is appended and no more"),),
            ),
            Step(
                "resolved",
                "Is the item Resolved inside its feedback window?",
                ("M-9", "R-20"),
                (Ending("reopened", does="is appended, and the item is taken up again"),),
            ),
            Step(
                "joined",
                "It is new information.",
                ("M-7", "MAIL-51", "MAIL-99"),
                (Ending("appended", does="is appended, and the item is marked"),),
            ),
        ),
    ),
    Part(
        "begins",
        "It begins something new",
        (
            Step(
                "unrouted",
                "Has none of our addresses in To and Cc a route?",
                ("M-4", "M-5", "M-23", "MAIL-14", "MAIL-15"),
                (Ending("unhandled", "no route", IN_TRAY),),
            ),
            Step(
                "copy",
                "Did a copy of this very message begin all of it already?",
                ("MAIL-80", "MAIL-81"),
                (Ending("duplicate", does="changes nothing"),),
            ),
            Step(
                "elsewhere",
                "Is its sender one of us who works for another company?",
                ("CT-6",),
                (Ending("unhandled", "agent of another company", IN_TRAY),),
            ),
            Step(
                "old",
                "Is it old mail that is only filed?",
                ("MAIL-17",),
                (Ending("created", "archive", "begins an item that is Closed, as of the day of the mail"),),
            ),
            Step(
                "refused",
                "Does the mailbox refuse unknown senders, and is this one?",
                ("T-22", "CG-58"),
                (Ending("created", "unconfigured_address", "begins an item that is Closed at once"),),
            ),
            Step(
                "created",
                "Each routed address begins an item of its own.",
                ("M-4", "M-23", "Z-5", "MAIL-76"),
                (Ending("created", does="begins one item for each route, linked to the Closed one that it answers"),),
            ),
        ),
    ),
)

# whatever step breaks: the words of the fault are the reason
BROKEN = Ending("failed", does="is set aside after three tries, and the next mail is taken")

WAYS: Mapping[Rule, str] = {
    Rule.ADDRESS_TOKEN: "a signed token in an address that it was sent to",
    Rule.SIGNED_ID: "a mail of ours that it answers, by its signed Message-ID",
    Rule.STORED_ID: "a mail on an item that it answers, if its sender takes part there",
    Rule.REPORT: "for a delivery report or receipt: the mail of ours that it is about, and nothing else",
    Rule.SUBJECT: "a reference in its subject, if its sender takes part there",
    Rule.BODY_TAG: "a signed tag in its text",
    Rule.ANSWERED: "an answer to it that came before, if its sender takes part there",
    Rule.SPLIT: "children that were split off from the Ticket it belongs to, as copies",
}


def steps() -> Iterator[Step]:
    """Every step, in order."""
    return (step for part in PATH for step in part.steps)


def endings() -> Iterator[tuple[Step, Ending]]:
    """Every way to end, with the step that ends there."""
    return ((step, ending) for step in steps() for ending in step.ends)


def drawing() -> str:
    """The path as a Mermaid flow chart."""
    lines = ["flowchart TD", "    start([a message])", f"    start --> {PATH[0].steps[0].name}"]
    for part in PATH:
        lines += [f'    subgraph {part.name}_part["{part.title}"]', *_boxes(part), "    end"]
    for part in PATH:
        lines += _arrows(part)
    return "\n".join(lines)


def _boxes(part: Part) -> Iterator[str]:
    for step in part.steps:
        shape = ('["', '"]') if step is part.steps[-1] else ('{{"', '"}}')
        yield f"        {step.name}{shape[0]}{step.asks}{shape[1]}"


def _arrows(part: Part) -> Iterator[str]:
    for step, after in zip(part.steps, (*part.steps[1:], None), strict=True):
        yes = " -- yes --> " if after else " --> "
        for number, ending in enumerate(step.ends):
            said = f"{ending.outcome}: {ending.reason}" if ending.reason else ending.outcome
            yield f'    {step.name}{yes}{step.name}_{number}(["{said}"])'
        if step.leads_to:
            yield f"    {step.name}{yes}{step.leads_to}"
        if after:
            yield f"    {step.name} -- no --> {after.name}"


def table() -> str:
    """The steps with their rules, and what a mail has done at each end, as Markdown."""
    lines = ["| question | rules | if so, the mail | outcome |", "| --- | --- | --- | --- |"]
    for part in PATH:
        lines.append(f"| **{part.title}** | | | |")
        lines += [_line(step) for step in part.steps]
    lines.append(f"| **Whatever breaks** | MAIL-6, MAIL-7 | {BROKEN.does} | `failed` with the words of the fault |")
    return "\n".join(lines)


def _line(step: Step) -> str:
    onwards = {part.steps[0].name: part.title for part in PATH}
    does = " · ".join(dict.fromkeys(ending.does for ending in step.ends)) or f"→ {onwards[step.leads_to]}"
    said = " · ".join(f"`{one.outcome}`{f' {one.reason}' if one.reason else ''}" for one in step.ends)
    return f"| {step.asks} | {', '.join(step.rules)} | {does} | {said} |"


def ways() -> str:
    """The ways in which a mail finds its item, in the order in which they are tried."""
    return "\n".join(f"{number}. {words}" for number, words in enumerate(WAYS.values(), 1))
