"""From `TRAMITA_DATABASE_URL` to Django's `DATABASES`: two engines, one code (decision 0002).

The options are measured: connections are kept (a page that reopens the file costs twice as much), SQLite takes
its write lock at BEGIN, PostgreSQL prepares what it is asked three times.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tramita.config.env import Env, WrongSetting

VARIABLE = "TRAMITA_DATABASE_URL"
WANTS = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME"
PASSED_ON = {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "options"}
PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous={sync};PRAGMA temp_store=MEMORY;PRAGMA cache_size=-16000;"


def database(env: Env) -> dict[str, Any]:
    """The one database of this installation. Raises: WrongSetting."""
    url = env.database_url or f"sqlite:///{env.data_dir}/tramita.sqlite3"
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return _sqlite(url, env)
    if scheme in {"postgresql", "postgres"}:
        return _postgresql(url, env)
    raise WrongSetting(VARIABLE, repr(scheme), WANTS)


def _sqlite(url: str, env: Env) -> dict[str, Any]:
    name = unquote(url.removeprefix("sqlite:///"))
    if name == url or not name or name.startswith(":"):
        raise WrongSetting(VARIABLE, repr(url), WANTS)
    file = Path(name).expanduser().absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    # a test run may lose its database with the machine's power, never with a process
    pragmas = PRAGMAS.format(sync="OFF" if env.env == "test" else "NORMAL")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
        "TEST": {"NAME": env.data_dir / "test.sqlite3"},
    }


def _postgresql(url: str, env: Env) -> dict[str, Any]:
    """Host, port, user and password may also stand in the query: `postgresql:///name?host=/run/postgresql`."""
    if find_spec("psycopg") is None:
        raise WrongSetting(VARIABLE, "postgresql", "the extra of that name: pip install 'tramita[postgresql]'")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WrongSetting(VARIABLE, "a port or host that cannot be read", WANTS) from None
    query = dict(parse_qsl(parts.query))
    given = {key: query.pop(key, "") for key in ("host", "port", "user", "password")}
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise WrongSetting(VARIABLE, "no database name", WANTS)
    if unknown := set(query) - PASSED_ON:
        raise WrongSetting(VARIABLE, repr(min(unknown)), f"only {', '.join(sorted(PASSED_ON))} after the “?”")
    prepared = env.prepared_statements
    return {
        "ENGINE": "tramita.config.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or "") or given["user"],
        "PASSWORD": unquote(parts.password or "") or given["password"],
        "HOST": unquote(parts.hostname or "") or given["host"],
        "PORT": str(port or "") or given["port"],
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": not prepared,
        "OPTIONS": {
            "server_side_binding": prepared,
            "prepare_threshold": 3 if prepared else None,
            **query,
        },
    }
