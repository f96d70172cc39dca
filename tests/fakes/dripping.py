"""A system that is never silent for long and never done: it sends a byte at a time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PAUSE = 0.01  # seconds between two bytes
HEADERS = b"HTTP/1.1 200 OK\r\nX-Words: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
TLS = b"\x16\x03\x03\x40\x00"  # a record of 16 kB of a handshake begins


@contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """It says `first` and then drips to whoever connects, until the end of the block; its port."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.sendall(first)
                        while not over.wait(PAUSE):
                            connection.sendall(b"x")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join()
