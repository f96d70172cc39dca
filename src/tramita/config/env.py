"""The environment, read once: every `TRAMITA_` variable, typed (INTERFACES section 3).

A wrong value stops the start with one line that names the variable, what it got and what it wants.
"""

import os
import secrets
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tramita.domain.errors import TramitaError

PREFIX = "TRAMITA_"
LANGUAGES = ("en", "pt-br", "fr", "es", "pl")
SECRET_BYTES = 50


class WrongSetting(TramitaError):
    """A variable holds what it may not; the message is the one line people see."""

    code = "wrong_setting"

    def __init__(self, variable: str, got: str, wants: str) -> None:
        super().__init__(f"{variable}: got {got}, wants {wants}")


class Listening(NamedTuple):
    """Where mail is handed to us."""

    protocol: str  # smtp or lmtp
    host: str
    port: int


class Certificate(NamedTuple):
    """Paths of PEM files."""

    certificate: str
    key: str


class Env(BaseSettings):
    """The settings an installation may choose. Each description says what the variable wants."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    env: Literal["development", "production", "test"] = Field(
        "development", description="development, production or test"
    )
    data_dir: Path = Field(Path("var"), description="a folder this user may write to")
    database_url: str = Field("", description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME")
    prepared_statements: bool = Field(True, description="1 or 0 (0 behind PgBouncer in transaction mode)")
    storage_url: str = Field("", description="file://FOLDER")
    secret_key: str = Field("", description="at least 32 random characters, kept secret")
    base_url: str = Field("http://127.0.0.1:8000", description="http://HOST or https://HOST, without a path")
    allowed_hosts: str = Field("", description="host names separated by commas")
    backup_dir: Path | None = Field(None, description="the folder where backups are put")
    smtp_url: str = Field("", description="smtp://USER:PASSWORD@HOST:PORT?tls=starttls or file://FOLDER")
    smtp_listen: str = Field("", description="HOST:PORT, smtp://HOST:PORT or lmtp://HOST:PORT")
    smtp_tls_cert: str = Field("", description="the path of a certificate with its chain (PEM) that can be read")
    smtp_tls_key: str = Field("", description="the path of the certificate's private key (PEM) that can be read")
    mail_hook_secret: str = Field("", description="at least 32 random characters, kept secret")
    mailgun_signing_key: str = Field("", description="the webhook signing key of the Mailgun account")
    mail_authorities: str = Field("", description="a file of certificates in PEM, or a folder of such files")
    scanner: str = Field("", description="clamd://HOST:PORT, clamd:///SOCKET or the path of a command")
    calls_inside: str = Field("", description="host names separated by commas")
    push_inside: str = Field("", description="host names separated by commas")
    sign_on_inside: str = Field("", description="host names separated by commas")
    robots_url: str = Field("", description="https://HOST/PATH of a list of robots")
    robots_token: str = Field("", description="the token that the list of robots asks for, kept secret")
    robots_every: int = Field(300, ge=10, le=86_400, description="seconds between looks at the list, 10 to 86400")
    webhook_allow: str = Field("", description="networks such as 10.0.0.0/8 separated by commas")
    send_only_to: str = Field("", description="addresses and @DOMAINs separated by commas")
    nameservers: str = Field("", description="ADDRESS or ADDRESS#PORT separated by commas, or off")
    language: Literal["en", "pt-br", "fr", "es", "pl"] = Field("en", description="en, pt-br, fr, es or pl")
    trusted_proxies: int = Field(0, ge=0, le=9, description="how many proxies stand in front, 0 to 9")
    time_zone: str = Field("UTC", description="an IANA time zone such as Europe/Warsaw")
    api_rate: int = Field(12_000, ge=0, description="API requests a minute for each token; 0: no limit")
    audit_views: bool = Field(True, description="1 or 0: whether the audit has every opening of an item")
    bulk_limit: int = Field(2_000, ge=1, le=50_000, description="items that are changed at once, 1 to 50000")
    time_travel: bool = Field(False, description="1 or 0; never 1 in production")

    @field_validator("env", "language", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().lower().replace("_", "-") if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _wanted(value, ok=value in available_timezones())

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        url = _split(value)
        _wanted(value, ok=url.scheme in {"http", "https"} and bool(url.hostname) and url.path in {"", "/"})
        return value.rstrip("/")

    @field_validator("robots_url")
    @classmethod
    def _list_of_robots(cls, value: str) -> str:
        url = _split(value)
        plain = url.scheme in {"http", "https"} and bool(url.hostname) and url.username is None
        return _wanted(value, ok=not value or plain)

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        url = _split(value)
        sends = url.scheme in {"smtp", "smtps"} and bool(url.hostname)
        return _wanted(value, ok=not value or sends or (url.scheme == "file" and bool(url.path)))

    @field_validator("send_only_to")
    @classmethod
    def _addresses_or_domains(cls, value: str) -> str:
        words = [word.strip() for word in value.split(",")]
        named = all(word.count("@") == 1 and not word.endswith("@") and " " not in word for word in words)
        return _wanted(value.lower(), ok=not value or named)

    @field_validator("webhook_allow")
    @classmethod
    def _networks(cls, value: str) -> str:
        for word in _hosts(value):
            try:
                ip_network(word)
            except ValueError:
                return _wanted(value, ok=False)
        return value

    @field_validator("mail_authorities")
    @classmethod
    def _certificates(cls, value: str) -> str:
        return _wanted(value, ok=not value or Path(value).expanduser().exists())

    @field_validator("scanner")
    @classmethod
    def _socket_or_command(cls, value: str) -> str:
        url = _split(value)
        if url.scheme == "clamd":
            return _wanted(value, ok=bool(url.hostname) != bool(url.path.strip("/")))
        return _wanted(value, ok=not value or value.startswith("/"))

    @field_validator("nameservers")
    @classmethod
    def _addresses_and_ports(cls, value: str) -> str:
        named = [word.strip().partition("#") for word in value.split(",")]
        plain = all(
            _is_address(one) and (not mark or (port.isdecimal() and 0 < int(port) <= 65_535))
            for one, mark, port in named
        )
        return _wanted(value.strip(), ok=value.strip().lower() in ("", "off") or plain)

    @field_validator("storage_url")
    @classmethod
    def _folder(cls, value: str) -> str:
        url = _split(value)
        return _wanted(value, ok=not value or (url.scheme == "file" and bool(url.path)))

    @field_validator("smtp_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        url = _split(value if "://" in value else f"smtp://{value}")
        whole = url.scheme in {"smtp", "lmtp"} and bool(url.hostname) and url.port is not None and url.path in {"", "/"}
        return _wanted(value, ok=not value or (whole and url.username is None))

    @field_validator("smtp_tls_cert", "smtp_tls_key")
    @classmethod
    def _readable_file(cls, value: str) -> str:
        return _wanted(value, ok=not value or (Path(value).is_file() and os.access(value, os.R_OK)))

    @field_validator("secret_key", "mail_hook_secret")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        return _wanted(value, ok=not value or len(value) >= 32)

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.env == "production" and not self.secret_key:
            raise WrongSetting(f"{PREFIX}SECRET_KEY", "nothing", f"{_wants('secret_key')} (TRAMITA_ENV is production)")
        if self.env == "production" and self.time_travel:
            raise WrongSetting(f"{PREFIX}TIME_TRAVEL", "1", "0 when TRAMITA_ENV is production")
        if self.smtp_tls_key and not self.smtp_tls_cert:
            raise WrongSetting(f"{PREFIX}SMTP_TLS_CERT", "nothing", f"{_wants('smtp_tls_cert')}, to go with the key")
        return self

    @property
    def mail_certificate(self) -> Certificate | None:
        """By what the listener proves who it is (STARTTLS); the key may stand in the certificate's file."""
        return Certificate(self.smtp_tls_cert, self.smtp_tls_key or self.smtp_tls_cert) if self.smtp_tls_cert else None

    @property
    def outgoing(self) -> str:
        """Where mail goes: a folder unless this is production, where it is the machine's own mail server."""
        if self.smtp_url:
            return self.smtp_url
        return "smtp://127.0.0.1:25" if self.env == "production" else f"file://{self.data_dir}/outgoing"

    @property
    def listener(self) -> Listening | None:
        """What the listener speaks, and where."""
        if not self.smtp_listen:
            return None
        url = _split(self.smtp_listen if "://" in self.smtp_listen else f"smtp://{self.smtp_listen}")
        return Listening(url.scheme, str(url.hostname), int(url.port or 0))

    @property
    def recipients(self) -> frozenset[str]:
        """The only addresses and domains that mail goes to; none named: to everybody (MAIL-127)."""
        return frozenset(word.strip() for word in self.send_only_to.split(",") if word.strip())

    @property
    def hosts_inside(self) -> frozenset[str]:
        """Hosts that Actions may call although they are inside of the own network (A-55)."""
        return _hosts(self.calls_inside)

    @property
    def push_services_inside(self) -> frozenset[str]:
        """Hosts of push services although they are inside of the own network (AP-17)."""
        return _hosts(self.push_inside)

    @property
    def providers_inside(self) -> frozenset[str]:
        """Hosts of providers of single sign-on although they are inside of the own network (TO-7)."""
        return _hosts(self.sign_on_inside)

    @property
    def robots_interval(self) -> timedelta:
        """How often the list of robots is read (B-2)."""
        return timedelta(seconds=self.robots_every)

    @property
    def webhook_networks(self) -> frozenset[str]:
        """Networks of one's own that webhooks may reach (API-2)."""
        return _hosts(self.webhook_allow)

    @property
    def authorities(self) -> Path | None:
        """Whose certificates vouch for the signers of mail."""
        return Path(self.mail_authorities).expanduser().absolute() if self.mail_authorities else None

    @property
    def resolvers(self) -> tuple[str, ...] | None:
        """The name servers to ask; empty: those of this machine; None: nobody is asked."""
        if self.nameservers.lower() == "off":
            return None
        return tuple(word.strip() for word in self.nameservers.split(",") if word.strip())

    @property
    def storage(self) -> str:
        """Where raw mail and attachments are kept."""
        return self.storage_url or f"file://{self.data_dir}/files"

    @property
    def hosts(self) -> list[str]:
        """The names this installation answers to: its address, this machine, and what was added."""
        added = [name.strip() for name in self.allowed_hosts.split(",") if name.strip()]
        return [str(urlsplit(self.base_url).hostname), "127.0.0.1", "localhost", "[::1]", *added]

    def secret(self) -> str:
        """The key that signs sessions and links: the one given, or one generated into the data folder."""
        return self.secret_key or _kept_secret(self.data_dir / "secret_key")


def read_env() -> Env:
    """The environment of this process. Raises: WrongSetting, for the first variable that is wrong."""
    tested = os.environ.get(f"{PREFIX}ENV") == "test"  # a test must not depend on a file lying about
    try:
        return Env(_env_file=None) if tested else Env()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = str(first["loc"][0])
        raise WrongSetting(PREFIX + name.upper(), _shown(name, first["input"]), _wants(name)) from None


def _wanted(value: str, *, ok: bool) -> str:
    if not ok:
        raise ValueError("wrong")
    return value


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _hosts(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.split(",") if word.strip())


def _split(value: str) -> SplitResult:
    url = urlsplit(value)
    _ = url.port  # a ValueError when it is no number
    return url


def _wants(name: str) -> str:
    return str(Env.model_fields[name].description)


def _shown(name: str, value: object) -> str:
    """The value as far as it may be shown: no key and no password reaches a log."""
    if name in {"secret_key", "mail_hook_secret", "mailgun_signing_key"}:
        return f"{len(str(value))} characters"
    if name.endswith("_url") and "@" in str(value):
        scheme, _, rest = str(value).partition("://")
        return repr(f"{scheme}://***@{rest.rpartition('@')[2]}")
    return repr(str(value))


def _kept_secret(path: Path) -> str:
    """Read the key, or write a new one that only this user can read; two processes agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            aside.unlink()
    return path.read_text(encoding="ascii").strip()
