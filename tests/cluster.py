"""A throw-away PostgreSQL: a socket in a temporary folder, no network, no flushing to disk."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


class NoServer(Exception):
    """This machine has no PostgreSQL server, or Python no driver for it."""


@dataclass(frozen=True)
class Cluster:
    """One running server and the folder that holds all of it."""

    folder: Path
    binaries: Path

    @classmethod
    def start(cls) -> "Cluster":
        """Make and start one. Raises: NoServer."""
        cluster = cls(Path(tempfile.mkdtemp(prefix="tramita-pg-")), _binaries())
        if owner := _other_user():
            os.chown(cluster.folder, owner.pw_uid, owner.pw_gid)
        cluster.run("initdb", "-D", cluster.data, "-U", "tramita", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {cluster.folder} -c listen_addresses='' {QUICK}"
        cluster.run("pg_ctl", "start", "-w", "-D", cluster.data, "-l", f"{cluster.folder}/log", "-o", options)
        return cluster

    @staticmethod
    def find() -> Path:
        """Where its programs are. Raises: NoServer."""
        return _binaries()

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    @property
    def url(self) -> str:
        return f"postgresql:///postgres?host={self.folder}&user=tramita"

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", self.data)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        owner = _other_user()
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}")

    @staticmethod
    def new_database(url: str, *, like: str = "") -> str:
        """A database beside the one of `url`, empty or a copy of the one of `like`; gone with the cluster."""
        import psycopg

        host = parse_qs(urlsplit(url).query)["host"][0]
        name = f"fresh_{uuid4().hex}"
        pattern = f' TEMPLATE "{urlsplit(like).path[1:]}"' if like else ""
        with psycopg.connect(host=host, user="tramita", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"{pattern}')
        return f"postgresql:///{name}?host={host}&user=tramita"


def _other_user() -> pwd.struct_passwd | None:
    """Who runs the server when we are root, whom it refuses: `postgres`, or else the user without rights."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _binaries() -> Path:
    """The folder of the newest server. Raises: NoServer."""
    from importlib.util import find_spec

    if find_spec("psycopg") is None:
        raise NoServer("psycopg is not installed, so nothing was run on PostgreSQL")
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    places = [place for pattern in PLACES for place in Path("/").glob(pattern[1:]) if (place / "initdb").exists()]
    if not places:
        raise NoServer("no PostgreSQL server binary on this machine, so nothing was run on PostgreSQL")
    return max(
        places, key=lambda place: [int(part) for part in place.parent.name.split("-")[-1].split(".") if part.isdigit()]
    )
