"""The environment: typed, with one line for a value that is wrong."""

import stat

import pytest

from tramita.config.databases import database
from tramita.config.env import WrongSetting, read_env


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    for name in ("ENV", "DATABASE_URL", "DATA_DIR"):
        monkeypatch.delenv(f"TRAMITA_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("ENV", "prod", "TRAMITA_ENV: got 'prod', wants development, production or test"),
        ("LANGUAGE", "de", "TRAMITA_LANGUAGE: got 'de', wants en, pt-br, fr, es or pl"),
        ("TIME_ZONE", "Mars/Base", "TRAMITA_TIME_ZONE: got 'Mars/Base', wants an IANA time zone such as Europe/Warsaw"),
        ("TIME_TRAVEL", "maybe", "TRAMITA_TIME_TRAVEL: got 'maybe', wants 1 or 0; never 1 in production"),
        (
            "SECRET_KEY",
            "short",
            "TRAMITA_SECRET_KEY: got 5 characters, wants at least 32 random characters, kept secret",
        ),
        (
            "BASE_URL",
            "desk.example",
            "TRAMITA_BASE_URL: got 'desk.example', wants http://HOST or https://HOST, without a path",
        ),
        (
            "SMTP_LISTEN",
            "imap://127.0.0.1:2525",
            "TRAMITA_SMTP_LISTEN: got 'imap://127.0.0.1:2525', wants HOST:PORT, smtp://HOST:PORT or lmtp://HOST:PORT",
        ),
        (
            "SMTP_LISTEN",
            "2525",
            "TRAMITA_SMTP_LISTEN: got '2525', wants HOST:PORT, smtp://HOST:PORT or lmtp://HOST:PORT",
        ),
        (
            "SMTP_TLS_CERT",
            "/nowhere/desk.pem",
            "TRAMITA_SMTP_TLS_CERT: got '/nowhere/desk.pem', wants the path of a certificate with its chain (PEM) "
            "that can be read",
        ),
        (
            "MAIL_HOOK_SECRET",
            "guess",
            "TRAMITA_MAIL_HOOK_SECRET: got 5 characters, wants at least 32 random characters, kept secret",
        ),
        (
            "NAMESERVERS",
            "dns.example",
            "TRAMITA_NAMESERVERS: got 'dns.example', wants ADDRESS or ADDRESS#PORT separated by commas, or off",
        ),
        (
            "NAMESERVERS",
            "192.0.2.1#70000",
            "TRAMITA_NAMESERVERS: got '192.0.2.1#70000', wants ADDRESS or ADDRESS#PORT separated by commas, or off",
        ),
        (
            "SEND_ONLY_TO",
            "acme.example",
            "TRAMITA_SEND_ONLY_TO: got 'acme.example', wants addresses and @DOMAINs separated by commas",
        ),
        (
            "SCANNER",
            "clamav.example:3310",
            "TRAMITA_SCANNER: got 'clamav.example:3310', "
            "wants clamd://HOST:PORT, clamd:///SOCKET or the path of a command",
        ),
        (
            "MAIL_AUTHORITIES",
            "/nowhere/ca.pem",
            "TRAMITA_MAIL_AUTHORITIES: got '/nowhere/ca.pem', wants a file of certificates in PEM, "
            "or a folder of such files",
        ),
    ],
)
def test_a_wrong_value_is_named_in_one_line(monkeypatch, variable, value, line):
    """INTERFACES section 3: the variable, what it got, what it wants."""
    monkeypatch.setenv(f"TRAMITA_{variable}", value)

    with pytest.raises(WrongSetting) as wrong:
        read_env()

    assert str(wrong.value) == line


def test_a_password_in_a_wrong_address_is_not_shown(monkeypatch):
    monkeypatch.setenv("TRAMITA_SMTP_URL", "ftp://ana:s3cret@mail.example")

    with pytest.raises(WrongSetting) as wrong:
        read_env()

    assert "s3cret" not in str(wrong.value)
    assert "mail.example" in str(wrong.value)


@pytest.mark.parametrize(
    ("value", "listener"),
    [
        ("", None),
        ("127.0.0.1:2525", ("smtp", "127.0.0.1", 2525)),
        ("smtp://mx.desk.example:25", ("smtp", "mx.desk.example", 25)),
        ("lmtp://[::1]:24", ("lmtp", "::1", 24)),
    ],
)
def test_the_listener_speaks_smtp_unless_it_is_told_otherwise(monkeypatch, value, listener):
    """INTERFACES section 3."""
    monkeypatch.setenv("TRAMITA_SMTP_LISTEN", value)

    assert read_env().listener == listener


def test_everything_has_a_default(tmp_path):
    env = read_env()

    assert env.env == "development"
    assert env.data_dir == tmp_path / "var"
    assert env.outgoing == f"file://{tmp_path}/var/outgoing"
    assert database(env)["NAME"] == tmp_path / "var" / "tramita.sqlite3"


def test_the_file_dot_env_is_read(tmp_path):
    (tmp_path / ".env").write_text("TRAMITA_TIME_ZONE=Europe/Warsaw\n")

    assert read_env().time_zone == "Europe/Warsaw"


@pytest.mark.parametrize(("name", "value"), [("LANGUAGE", "PT_BR"), ("LANGUAGE", "pt-br")])
def test_a_language_is_read_in_either_spelling(monkeypatch, name, value):
    monkeypatch.setenv(f"TRAMITA_{name}", value)

    assert read_env().language == "pt-br"


def test_the_secret_key_is_made_once_and_only_its_user_can_read_it(tmp_path):
    env = read_env()

    first, second = env.secret(), read_env().secret()

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("variable", ["SECRET_KEY", "TIME_TRAVEL"])
def test_production_wants_a_key_and_no_time_travel(monkeypatch, variable):
    monkeypatch.setenv("TRAMITA_ENV", "production")
    if variable == "TIME_TRAVEL":
        monkeypatch.setenv("TRAMITA_SECRET_KEY", "k" * 40)
        monkeypatch.setenv("TRAMITA_TIME_TRAVEL", "1")

    with pytest.raises(WrongSetting, match=f"^TRAMITA_{variable}: got"):
        read_env()


def test_postgresql_is_read_from_its_url(monkeypatch):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", "postgresql://ana:p%40ss@db.example:6543/desk?sslmode=require")

    made = database(read_env())

    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "ana", "p@ss", "db.example", "6543", "desk",
    )  # fmt: skip
    assert made["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 3, "sslmode": "require"}
    assert made["CONN_MAX_AGE"] is None


def test_postgresql_may_be_a_socket_in_a_folder(monkeypatch):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", "postgresql:///desk?host=/run/postgresql&user=ana")

    made = database(read_env())

    assert (made["HOST"], made["USER"], made["NAME"]) == ("/run/postgresql", "ana", "desk")


def test_behind_a_pooler_nothing_is_prepared(monkeypatch):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", "postgresql://db.example/desk")
    monkeypatch.setenv("TRAMITA_PREPARED_STATEMENTS", "0")

    made = database(read_env())

    assert made["OPTIONS"] == {"server_side_binding": False, "prepare_threshold": None}
    assert made["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.mark.parametrize(
    "url", ["mysql://db/desk", "sqlite://", "sqlite:///:memory:", "postgresql://db", "postgresql://db:x/desk",
            "postgresql://db/desk?colour=red"],
)  # fmt: skip
def test_a_wrong_database_address_is_named(monkeypatch, url):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", url)

    with pytest.raises(WrongSetting, match=r"^TRAMITA_DATABASE_URL: got .*, wants"):
        database(read_env())


def test_the_only_recipients_are_addresses_and_domains_in_any_case(monkeypatch):
    """MAIL-127."""
    monkeypatch.setenv("TRAMITA_SEND_ONLY_TO", "@Acme.example, Ana@desk.example")

    assert read_env().recipients == {"@acme.example", "ana@desk.example"}


@pytest.mark.parametrize(
    ("value", "servers"),
    [("", ()), ("Off", None), ("192.0.2.1, 2001:db8::1#5353", ("192.0.2.1", "2001:db8::1#5353"))],
)
def test_name_servers_are_the_machines_named_ones_or_none(monkeypatch, value, servers):
    """MAIL-123."""
    monkeypatch.setenv("TRAMITA_NAMESERVERS", value)

    assert read_env().resolvers == servers
