"""A system that says some bytes to whoever asks, whatever they are, and closes."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.listening import listening


@contextmanager
def saying(words: bytes) -> Iterator[int]:
    """It answers until the end of the block; its port."""

    def say(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(words)

    with listening(say) as port:
        yield port
