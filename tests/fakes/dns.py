"""A name server on this machine, by UDP and TCP, that answers from a table and misbehaves on command.

`records` holds values by name and type, as a zone file writes them. `faults` says what happens at a name instead:
SILENCE, SERVFAIL, RUBBISH, another message's number (STRANGER), or a ring of names (RING).
"""

import errno
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

SILENCE, SERVFAIL, RUBBISH, STRANGER, RING = "silence", "servfail", "rubbish", "stranger", "ring"
LARGEST_UDP = 512


class NameServer:
    """What it knows and what it was asked."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.faults: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []  # name, type, and udp or tcp
        self.udp, self.tcp = _pair()
        self.udp.house = self.tcp.house = self

    @property
    def address(self) -> str:
        """As `Resolver` wants it."""
        return f"127.0.0.1#{self.udp.server_address[1]}"

    def put(self, name: str, kind: str, *values: str) -> None:
        """Records of that name and type. A text of TXT is quoted here, in pieces as DNS wants them."""
        self.records[name, kind] = [_quoted(value) if kind == "TXT" else value for value in values]

    def answer(self, wire: bytes, way: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, way))
        fault = self.faults.get(name)
        if fault == SILENCE:
            return None
        if fault == RUBBISH:
            return wire[:2] + b"\xff" * 40
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if fault == SERVFAIL:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif fault == RING:
            reply.answer = [
                dns.rrset.from_text(question.name, 60, "IN", "CNAME", "ring.example."),
                dns.rrset.from_text("ring.example.", 60, "IN", "CNAME", question.name.to_text()),
            ]
        elif values := self.records.get((name, kind)):
            reply.answer = [dns.rrset.from_text(question.name, 60, "IN", kind, *values)]
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if fault == STRANGER:
            reply.id ^= 1
        return self._wire(reply, way)

    def _wire(self, reply: dns.message.Message, way: str) -> bytes:
        whole = reply.to_wire(max_size=65535)
        if way == "tcp" or len(whole) <= LARGEST_UDP:
            return whole
        reply.answer = []
        reply.flags |= dns.flags.TC
        return reply.to_wire()


def _quoted(text: str) -> str:
    pieces = [text[start : start + 200] for start in range(0, len(text), 200)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    house: NameServer


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    house: NameServer


def _pair() -> tuple[_Udp, _Tcp]:
    """One number for both: a truncated answer is asked for again at the same port.

    The machine gives a port that is free by UDP; somebody's connection may hold the number by TCP. Then the next one.
    """
    for _ in range(100):
        udp = _Udp(("127.0.0.1", 0), _OverUdp)
        try:
            return udp, _Tcp(udp.server_address, _OverTcp)
        except OSError as taken:
            udp.server_close()
            if taken.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free by UDP and TCP")


class _OverUdp(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        wire, door = self.request
        said = self.server.house.answer(wire, "udp")
        if said is not None:
            door.sendto(said, self.client_address)


class _OverTcp(socketserver.StreamRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        (size,) = struct.unpack("!H", self.rfile.read(2))
        said = self.server.house.answer(self.rfile.read(size), "tcp")
        if said is not None:
            self.wfile.write(struct.pack("!H", len(said)) + said)


@contextmanager
def name_server() -> Iterator[NameServer]:
    """A name server for the length of a test."""
    house = NameServer()
    servers = (house.udp, house.tcp)
    threads = [
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True) for one in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield house
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()
