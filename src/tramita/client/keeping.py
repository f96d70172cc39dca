"""What those call who keep the desk: its configuration as files, and how its mailboxes fare."""

from collections.abc import Mapping
from typing import Any, cast

from tramita.client.any_call import AnyCall, part
from tramita.client.kept_shapes import Applied, Configuration, Proof, SenderDomain, Step, Tried


class Keeping(AnyCall):
    """For who configures the desk as a whole; never for a robot."""

    def configuration(self, *sections: str) -> Configuration:
        """What `tramita export` writes, all of it or these sections."""
        return cast("Configuration", self.get("/configuration", section=sections or None))

    def plan(self, files: Mapping[str, str], *, version: str = "") -> Applied:
        """What these files would change, YAML by their names. Faults are a 422 that names each as `FILE:LINE`."""
        return cast("Applied", self.post("/configuration/plan", _files(files, version)))

    def apply(self, files: Mapping[str, str], *, version: str = "", key: str | None = None) -> Applied:
        """Make the configuration equal to them, all of it or nothing; with `version`, the one that was read."""
        return cast("Applied", self.post("/configuration/apply", _files(files, version), key=key))

    def test_mailbox(self, address: str) -> list[Step]:
        """Try its connection, up to the first step that fails."""
        return cast("list[Step]", self.post(f"{_box(address)}/test")["steps"])

    def prove_mailbox(self, address: str) -> Proof:
        """Have a worker send a mail from it to itself."""
        return cast("Proof", self.post(f"{_box(address)}/proof"))

    def mailbox_proof(self, address: str) -> Proof:
        """How the newest such mail fares."""
        return cast("Proof", self.get(f"{_box(address)}/proof"))

    def try_mail(self, address: str, mail: bytes) -> Tried:
        """What a raw message would do there; nothing is kept."""
        return cast("Tried", self.calls.call("POST", f"{_box(address)}/try", mail=mail))

    def sender_domains(self) -> list[SenderDomain]:
        """The domains that mail is written from, and their records as they were found last."""
        return cast("list[SenderDomain]", self.get("/sender-domains")["results"])

    def check_sender_domains(self) -> list[SenderDomain]:
        """Look at them now; it takes half a minute at most."""
        return cast("list[SenderDomain]", self.post("/sender-domains/check")["results"])


def _files(files: Mapping[str, str], version: str) -> dict[str, Any]:
    return {"files": [{"name": name, "text": text} for name, text in files.items()], "version": version}


def _box(address: str) -> str:
    return f"/mailboxes/{part(address)}"
