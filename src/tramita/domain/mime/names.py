"""Attachment names that are safe to show and to save (MAIL-34)."""

import re

MAX_BYTES = 255

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_EXTENSIONS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf", "image/png": ".png", "image/jpeg": ".jpg", "image/jpg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif", "image/bmp": ".bmp", "image/webp": ".webp", "image/svg+xml": ".svg",
    "application/pdf": ".pdf", "application/zip": ".zip", "application/msword": ".doc",
    "application/json": ".json",
    "application/xml": ".xml", "text/xml": ".xml", "application/ms-tnef": ".dat", "message/rfc822": ".eml",
    "message/global": ".eml", "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s", "application/x-pkcs7-mime": ".p7m", "application/rtf": ".rtf",
    "text/rtf": ".rtf", "message/partial": ".eml", "text/enriched": ".txt",
    "text/css": ".css", "image/heic": ".heic", "application/vnd.ms-excel": ".xls",
    "application/x-zip-compressed": ".zip",
    "application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pgp-keys": ".asc",
    "message/delivery-status": ".txt", "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "audio/mpeg": ".mp3", "audio/wav": ".wav", "video/mp4": ".mp4",
}  # fmt: skip
_STEMS = {"text/calendar": "invitation", "message/rfc822": "message", "message/global": "message",
          "message/delivery-status": "delivery-report", "application/ms-tnef": "winmail"}  # fmt: skip


def safe_name(name: str) -> str:
    """No path, no control or direction character, at most 255 bytes; empty if nothing remains."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _fitting(_UNSEEN.sub("", last).strip().strip(".").strip())


def made_up(content_type: str, number: int) -> str:
    """`image-3.png`, `invitation.ics`."""
    kind = content_type.partition("/")[0]
    stem = _STEMS.get(content_type) or (
        f"{kind}-{number}" if kind in ("image", "text", "audio", "video") else f"file-{number}"
    )
    return stem + _EXTENSIONS.get(content_type, ".bin")


def unique(name: str, taken: set[str]) -> str:
    """`same.txt`, `same (2).txt`: no two alike in one message, whatever the case."""
    stem, extension = _cut(name)
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _fitting(f"{stem} ({number}){extension}")
    taken.add(candidate.casefold())
    return candidate


def _cut(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    return (stem, dot + extension) if stem and len(extension) <= 20 else (name, "")


def _fitting(name: str) -> str:
    data = name.encode()
    if len(data) <= MAX_BYTES:
        return name
    stem, extension = _cut(name)
    suffix = re.search(r" \(\d+\)$", stem)
    tail = (suffix.group() if suffix else "") + extension
    room = MAX_BYTES - len(tail.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + tail
