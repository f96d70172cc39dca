"""Work on what strangers wrote, done apart: in a child process with limits of CPU time, memory and files (MAIL-45).

C and Rust cannot be interrupted from Python, and a fault in them would take the worker along. The child is started at
the first job and serves until it dies; the kernel ends it when a job takes more than its seconds of CPU.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from tramita.gateways.cleaning import MOST_CHARS, Cleaned, TooMuchError
from tramita.gateways.signatures import Checked

CPU_SECONDS = 2.0  # of each job but one
READ_SECONDS = 45.0  # as long as a worker reads one message
PATIENCE = 60.0  # seconds of the clock on the wall: a busy machine is no fault of the mail
MEMORY = 1024**3
LONGEST_ANSWER = 16 * 1024 * 1024


def clean(html: str, *, parts: Mapping[str, str], reply: str, text: str) -> Cleaned:
    """See `cleaning.clean`. Raises: TooMuchError; OSError when no child can be started."""
    if len(html) > MOST_CHARS:
        raise TooMuchError("size")
    return Cleaned(**_child.ask({"do": "clean", "html": html, "parts": dict(parts), "reply": reply, "text": text}))


def written(html: str, *, pictures: Iterable[str] = ()) -> str:
    """See `cleaning.written`. Raises: TooMuchError; OSError when no child can be started."""
    if len(html) > MOST_CHARS:
        raise TooMuchError("size")
    return str(_child.ask({"do": "written", "html": html, "pictures": list(pictures)}))


def events(ics: str) -> list[dict[str, Any]]:
    """See `invitations.read`. Raises: TooMuchError; OSError when no child can be started."""
    found: list[dict[str, Any]] = _child.ask({"do": "events", "ics": ics})
    return found


def verified(job: Mapping[str, Any]) -> Checked:
    """See `signatures.verify`. Raises: TooMuchError; OSError when no child can be started."""
    return Checked(**_child.ask({"do": "verify", "job": dict(job)}))


def reads(raw: bytes) -> bool:
    """Whether a message can be read at all: false when it takes the child's life, its time or its memory.

    Raises: OSError when no child can be started.
    """
    try:
        _child.ask({"do": "read", "raw": b64encode(raw).decode(), "seconds": READ_SECONDS})
    except TooMuchError:
        return False
    return True


class _Child:
    """The process, and what we say to it: a line of JSON each way."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.one_at_a_time = threading.Lock()

    def ask(self, job: Mapping[str, Any]) -> Any:
        """Its answer. A child that died by the job takes the blame with it: the next job has a new one."""
        with self.one_at_a_time:
            process = self._running()
            try:
                answer = self._answer(process, json.dumps({"seconds": CPU_SECONDS, **job}).encode() + b"\n")
            except BaseException:  # a limit around us ran out: what it still says is no answer to the next job
                self.end()
                raise
            if answer is None:
                self.end()
                raise TooMuchError("time" if process.returncode == -signal.SIGPROF else "fault")
        said = json.loads(answer)
        if "too_much" in said:
            raise TooMuchError(said["too_much"])
        return said["done"]

    def _running(self) -> "subprocess.Popen[bytes]":
        """One that is ours and alive; after a fork the parent's belongs to the parent."""
        if self.process is None or self.owner != os.getpid() or self.process.poll() is not None:
            if self.owner == os.getpid():
                self.end()
            self.process, self.owner = _start(), os.getpid()
        return self.process

    def _answer(self, process: "subprocess.Popen[bytes]", job: bytes) -> bytes | None:
        """The line it answers with; None if it died over the job or never answers."""
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(job)
            process.stdin.flush()
        except BrokenPipeError:
            return None
        answer, until = bytearray(), time.monotonic() + PATIENCE
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece or len(answer) > LONGEST_ANSWER:
                return None
            answer += piece
        return bytes(answer)

    def end(self) -> None:
        """Kill it and wait; a pipe that it no longer reads is no trouble."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()  # nothing is done to one that is gone already
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe is not None else None


def _start() -> "subprocess.Popen[bytes]":
    """With an environment that holds no secret of ours."""
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "tramita.gateways.apart"]
    return subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )


_child = _Child()
atexit.register(_child.end)


def serve() -> None:
    """What the child does: each line is a job, and says how many seconds it gets."""
    _limit()
    for line in sys.stdin.buffer:
        job = json.loads(line)
        # nobody handles it: the kernel ends this process
        signal.setitimer(signal.ITIMER_PROF, job["seconds"])
        answer = json.dumps(_done(job)).encode() + b"\n"
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _limit() -> None:
    import resource

    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):  # a system that knows no such limit
            resource.setrlimit(what, (most, most))


def _done(job: Mapping[str, Any]) -> dict[str, Any]:
    from tramita.domain.mime import parse
    from tramita.gateways import cleaning, invitations, signatures
    from tramita.gateways.charsets import guess_charset

    try:
        if job["do"] == "events":
            return {"done": invitations.read(job["ics"])}
        if job["do"] == "read":
            parse(b64decode(job["raw"]), guess=guess_charset)
            return {"done": True}
        if job["do"] == "verify":
            return {"done": signatures.as_json(signatures.verify(**job["job"]))}
        if job["do"] == "written":
            return {"done": cleaning.written(job["html"], pictures=job["pictures"])}
        cleaned = cleaning.clean(job["html"], parts=job["parts"], reply=job["reply"], text=job["text"])
    except TooMuchError as limit:
        return {"too_much": limit.reason}
    except Exception as fault:  # noqa: BLE001 - whatever a stranger's words do to a library, it is told as a word
        return {"too_much": "fault", "said": type(fault).__name__}
    return {"done": cleaning.as_json(cleaned)}


if __name__ == "__main__":
    # imported again under its own name, the errors of `cleaning` are the same classes
    serve()
