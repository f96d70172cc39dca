"""Bytes to keep, never to be shown inside our pages: what they are called is the sender's word (MAIL-57)."""

from typing import BinaryIO

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

TYPE = "application/octet-stream"
PIECE = 256 * 1024  # bytes read from the disk at once


def download(content: bytes | BinaryIO, filename: str) -> HttpResponseBase:
    """An open file goes out piece by piece, and is closed behind the last one; its length is told before."""
    if isinstance(content, bytes):
        response: HttpResponseBase = HttpResponse(content, content_type=TYPE)
    else:
        response = Pieces(content, content_type=TYPE)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response


class Pieces(FileResponse):
    """Larger pieces than Django's: each is a turn between a thread and the event loop."""

    block_size = PIECE
