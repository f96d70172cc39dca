"""A throw-away Dovecot: IMAP and POP3 on ports of its own, any user with one password, mail in a temporary folder."""

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imap_tools import BaseMailBox, MailBoxUnencrypted

PASSWORD = "only-for-tests"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
{tokens}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_fsync = never
maildir_copy_with_hardlinks = yes
mail_max_userip_connections = 100
pop3_uidl_format = %08Xu%08Xv
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
  }}
  mailbox Done {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2
}}
"""
INTROSPECTION = """
introspection_url = {url}
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass(frozen=True)
class Dovecot:
    """One running server and the folder that holds all of it."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    imap: int
    imaps: int
    pop3: int

    @classmethod
    def start(cls, program: str, *, introspection: str = "") -> "Dovecot":
        """Start one; it answers when this returns. `introspection`: where it asks about tokens (RFC 7662)."""
        folder = Path(tempfile.mkdtemp(prefix="tramita-dovecot-", dir="/tmp"))  # short: it has sockets in it
        folder.chmod(0o755)
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
        imap, imaps, pop3 = _free_ports(3)
        user = pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "nobody"
        group = _group(user)
        if not os.getuid():
            shutil.chown(folder / "mail", user, group)
        names = {"folder": folder, "user": user, "group": group, "imap": imap, "imaps": imaps, "pop3": pop3}
        (folder / "oauth2").write_text(INTROSPECTION.format(url=introspection))
        names["mechanisms"] = " xoauth2 oauthbearer" if introspection else ""
        names["tokens"] = TOKENS.format(folder=folder) if introspection else ""
        tls = _certificate(folder)
        (folder / "conf").write_text(CONFIG.format(**names, **tls, password=PASSWORD))
        process = subprocess.Popen([program, "-F", "-c", str(folder / "conf")], stderr=subprocess.PIPE)
        server = cls(folder, process, imap, imaps, pop3)
        try:
            server._wait()
        except RuntimeError:
            server.stop()
            raise
        return server

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self, user: str, **more: object) -> dict[str, object]:
        """What a mailbox's `incoming` says of a user here; the password is in DOVECOT_PASSWORD."""
        plain = {"protocol": "imap", "host": "127.0.0.1", "port": self.imap, "tls": "off", "user": user}
        if more.get("protocol") == "pop3":
            plain["port"] = self.pop3
        return plain | {"password_env": "DOVECOT_PASSWORD", "since": "2020-01-01"} | more

    def box(self, user: str) -> BaseMailBox:
        """A session of the user's own."""
        return MailBoxUnencrypted("127.0.0.1", self.imap, 30).login(user, PASSWORD)

    def put(self, user: str, messages: Iterable[bytes], folder: str = "INBOX") -> None:
        """Messages arrive."""
        with self.box(user) as box:
            for raw in messages:
                box.append(raw, folder)

    def uids(self, user: str, criteria: str = "ALL", folder: str = "INBOX") -> list[int]:
        """What the folder holds."""
        with self.box(user) as box:
            box.folder.set(folder)
            return sorted(map(int, box.uids(criteria)))

    def count_anew(self, user: str) -> None:
        """All UIDs are others from now on, and UIDVALIDITY says so: a folder restored from a backup."""
        folder = self.folder / "mail" / user
        head, *lines = (folder / "dovecot-uidlist").read_text().splitlines()
        validity = int(head.split()[1].removeprefix("V")) + 1000
        names = [line.partition(":")[2] for line in lines]
        anew = [f"3 V{validity} N{len(names) + 1}", *(f"{uid} :{name}" for uid, name in enumerate(reversed(names), 1))]
        for index in folder.glob("dovecot*"):
            index.unlink()
        (folder / "dovecot-uidlist").write_text("\n".join(anew) + "\n")
        shutil.chown(folder / "dovecot-uidlist", folder.owner(), folder.group())

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.pop3), 1), self.box("nobody.yet"):
                    return
            except (OSError, imaplib.IMAP4.error):
                if time.monotonic() > until or self._ended_within(0.05):
                    raise RuntimeError(self._said()) from None

    def _ended_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is not None

    def _said(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else str(self.process.stderr and self.process.stderr.read())


def _group(user: str) -> str:
    import grp

    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _certificate(folder: Path) -> dict[str, str]:
    """One that nobody trusts."""
    program = shutil.which("openssl")
    if program is None:
        return {"ssl": "no", "certificate": ""}
    curve, files = "ec_paramgen_curve:prime256v1", ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run(
        [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", curve, "-nodes", "-subj", "/CN=nobody.example", *files],
        check=True,
        capture_output=True,
    )
    return {"ssl": "yes", "certificate": f"ssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem"}


def _free_ports(count: int) -> list[int]:
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [door.getsockname()[1] for door in doors]
    for door in doors:
        door.close()
    return ports
