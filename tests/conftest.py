"""What every test stands on: a database of the kind asked for, a data folder of its own, profiles of Hypothesis.

`pytest --database postgresql -m database` starts a throw-away cluster for each worker.
"""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.cluster import Cluster, NoServer

DATABASE_FIXTURES = {
    "db",
    "desk",
    "transactional_db",
    "live_server",
    "django_db_setup",
    "fresh_database_url",
    "migrated_database_url",
}
# a single test of these keeps a core busy for ten seconds to a minute
LONG = {
    "test_accessibility.py",
    "test_canary.py",
    "test_export.py",
    "test_howto.py",
    "test_kill_bringing_in.py",
}
SOURCE = Path(__file__).parent.parent / "src"
CLUSTER = pytest.StashKey[Cluster]()
FOLDER = pytest.StashKey[Path]()

settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="the database to run on")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The environment must stand before Django reads it: in each worker, not where work is only handed out."""
    config.pluginmanager.register(LongFirst())
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="tramita-test-"))
        os.environ["TRAMITA_TEST_FOLDER"] = str(config.stash[FOLDER])
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    if config.getoption("--database") == "postgresql":
        _need_server(config)
    if worker is None and config.getoption("dist", "no") != "no":
        return
    _stand(config, Path(os.environ["TRAMITA_TEST_FOLDER"]) / (worker or "main"))


def pytest_collection_finish() -> None:
    """What is loaded for good is not looked through for garbage again and again: one second in fifteen of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    if cluster := config.stash.get(CLUSTER, None):
        cluster.stop()
    if folder := config.stash.get(FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


def on_one(item: pytest.Item) -> bool:
    """What a page says in five languages, say, is the same whatever keeps its items."""
    return item.get_closest_marker("one_database") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever touches the database runs on both; the rest need not run twice."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if (fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db")) and not on_one(item):
            item.add_marker("database")


class LongFirst:
    """What takes long begins first: as the last one it would leave the other cores with nothing to do."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.path.name not in LONG)  # whose order is by chance among themselves


@pytest.fixture(autouse=True)
def _versions_forgotten(request: pytest.FixtureRequest) -> None:
    """A test that rolls back gives the ids of its versions to the next one."""
    if request.node.get_closest_marker("database"):
        from tramita.queries import definitions

        definitions.forget()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The databases go with their folder or cluster: dropping them would fail on a thread's last connection."""
    return True


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test begins in English, whatever language a page left behind in this thread."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def data_dir(settings, tmp_path: Path) -> Path:
    """An empty data folder for one test."""
    settings.TRAMITA_DATA_DIR = tmp_path
    settings.TRAMITA_STORAGE_URL = f"file://{tmp_path}/files"
    settings.TRAMITA_SMTP_URL = f"file://{tmp_path}/outgoing"
    return tmp_path


@pytest.fixture
def fresh_database_url(tmp_path: Path) -> str:
    """The address of an empty database of the kind under test, for processes that a test starts itself."""
    url = os.environ.get("TRAMITA_DATABASE_URL")
    return Cluster.new_database(url) if url else f"sqlite:///{tmp_path}/fresh.sqlite3"


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with its tables, to be copied: migrating takes seconds."""
    url = os.environ.get("TRAMITA_DATABASE_URL")
    pattern = Cluster.new_database(url) if url else f"sqlite:///{tmp_path_factory.mktemp('migrated')}/tramita.sqlite3"
    environment = os.environ | {"TRAMITA_DATABASE_URL": pattern, "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-m", "tramita.config.command", "migrate"], env=environment, check=True)
    return pattern


@pytest.fixture
def migrated_database_url(_migrated: str, tmp_path: Path) -> str:
    """As `fresh_database_url`, with its tables."""
    if _migrated.startswith("postgresql"):
        return Cluster.new_database(_migrated, like=_migrated)
    shutil.copy(_migrated.removeprefix("sqlite:///"), tmp_path / "migrated.sqlite3")
    return f"sqlite:///{tmp_path}/migrated.sqlite3"


def _need_server(config: pytest.Config) -> None:
    """Say so and end where the machine has none."""
    try:
        Cluster.find()
    except NoServer as missing:
        shutil.rmtree(config.stash.get(FOLDER, "no folder"), ignore_errors=True)
        pytest.exit(f"skipped: {missing}", returncode=1 if os.environ.get("CI") == "true" else 0)


def _stand(config: pytest.Config, folder: Path) -> None:
    """A data folder and a database for this process.

    Each has a cluster of its own: followers of the ledger wait for every transaction of a server, in any database.
    """
    folder.mkdir()
    os.environ |= {
        "TRAMITA_ENV": "test",
        "TRAMITA_DATA_DIR": str(folder),
        "TRAMITA_NAMESERVERS": "off",
        "DJANGO_SETTINGS_MODULE": "tramita.config.settings",
    }
    os.environ.pop("TRAMITA_DATABASE_URL", None)
    if config.getoption("--database") == "postgresql":
        config.stash[CLUSTER] = Cluster.start()
        os.environ["TRAMITA_DATABASE_URL"] = config.stash[CLUSTER].url
    _hash_passwords_quickly()
    _empty_tables_quickly()


def _hash_passwords_quickly() -> None:
    """Argon2 is slow on purpose; a test that is about it asks for it by name."""
    from django.conf import settings as django_settings

    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    django_settings.PASSWORD_HASHERS = [quick, *django_settings.PASSWORD_HASHERS]


def _empty_tables_quickly() -> None:
    """After a test that commits: Django's flush would meet the ledger's own guard against deletion."""
    from django.test import TransactionTestCase

    from tests.emptying import empty_tables

    TransactionTestCase._fixture_teardown = lambda self: empty_tables()


@pytest.fixture
def desk(db: None):
    """A small desk with its cast (`tests.desk.Desk`)."""
    from tests.desk import build

    return build()
