"""A system that is never silent for long and never done: it sends a byte at a time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.listening import listening

PAUSE = 0.01  # seconds between two bytes
HEADERS = b"HTTP/1.1 200 OK\r\nX-Words: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
TLS = b"\x16\x03\x03\x40\x00"  # a record of 16 kB of a handshake begins


@contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """It says `first` and then drips to whoever connects, until the end of the block; its port."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(first)
        while not over.wait(PAUSE):
            connection.sendall(b"x")

    with listening(drip) as port:
        yield port
        over.set()
