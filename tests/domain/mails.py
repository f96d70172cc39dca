"""Small messages for tests: fields and a body, as they come over the wire."""

from tramita.domain.mime import ParsedMail, parse

DEFAULTS = {
    "From": "Rui <rui@customer.example>",
    "To": "Service Desk <desk@helpdesk.example>",
    "Subject": "The lift is stuck",
    "Date": "Tue, 12 Mar 2024 10:11:00 +0100",
    "Message-ID": "<one@customer.example>",
}


def raw_mail(body: str = "It is stuck.", **fields: str | None) -> bytes:
    """`raw_mail(In_Reply_To="<a@b>", Subject=None)`: the defaults with these fields set or left out."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in (DEFAULTS | named).items() if value is not None]
    return "\r\n".join([*lines, "", body]).encode()


def mail(body: str = "It is stuck.", **fields: str | None) -> ParsedMail:
    """The same, read."""
    return parse(raw_mail(body, **fields))
