"""`Idempotency-Key` on a POST: asking twice does once. Everything is decided in one transaction with the effect.

Only answers that did something are kept. A refusal changed nothing, so the same key may be tried again.
"""

import hashlib
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tramita.api.auth import caller
from tramita.domain.errors import Invalid
from tramita.services.answering import Answer, answer_once, answer_then_keep

HEADER = "Idempotency-Key"
LONGEST = 200
# bytes are kept whatever comes after; and nobody holds a lock while another server answers
ITS_OWN_TRANSACTIONS = frozenset(
    {
        "receive_mail",
        "replay_unhandled_mail",
        "unhandled_mail_is_no_spam",
        "hand_in_request",
        "write_about_request",
        "import_contacts",
        *("test_mailbox", "try_mail", "check_sender_domains"),
    }
)
TELL_SECRETS = frozenset({"make_webhook", "renew_secret"})

Run = Callable[..., HttpResponse]


def once_a_key(run: Run) -> Run:
    """Makes a call answer a repeated POST as it did the first time, with `Idempotency-Replayed: true`."""

    @wraps(run)
    def wrapper(request: HttpRequest, **path: Any) -> HttpResponse:
        if request.method != "POST" or HEADER not in request.headers:
            return run(request, **path)
        return _once(request, lambda: run(request, **path))

    return wrapper


def _once(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    name = request.resolver_match.url_name if request.resolver_match else None
    once = partial(answer_once, secret=name in TELL_SECRETS)
    answering = answer_then_keep if name in ITS_OWN_TRANSACTIONS else once
    answer, repeated = answering(
        by=caller(request),
        key=_key(request),
        request=_digest(request),
        at=timezone.now(),
        act=lambda: _kept(run()),
    )
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    for name, value in answer.headers.items():
        response[name] = value
    if repeated:
        response["Idempotency-Replayed"] = "true"
    return response


def _key(request: HttpRequest) -> str:
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST or not key.isprintable() or not key.isascii():
        raise Invalid.one(HEADER, "wrong_key", "A key is 1 to 200 printable ASCII characters.")
    return key


def _digest(request: HttpRequest) -> str:
    """What makes two requests the same: method, path with query, and body."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    for name in sorted(request.POST):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name, files in sorted(request.FILES.lists()):  # a form's boundary differs each time
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)  # the call reads it from its beginning
    return digest.hexdigest()


def _kept(response: HttpResponse) -> Answer:
    return Answer(
        status=response.status_code,
        body=response.content.decode(),
        content_type=response.headers.get("Content-Type", ""),
        headers={name: value for name, value in response.headers.items() if name != "Content-Type"},
    )
