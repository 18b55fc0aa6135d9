"""Real servers, real clients. One server of each kind and one ringfence for each serve most tests; a test that needs other
settings, or that ends what it talks to, starts its own with `new_ringfence` or `new_my_ringfence`."""
import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import (mariadb as maria, my_endpoint as my, my_native, mysql, postgres as pg, processes,  # noqa: E402
                     ringfence as rf, service)
from harness.endpoint import Endpoint  # noqa: E402

for _name in [n for n in os.environ if n.startswith("PG")]:
    del os.environ[_name]

# Written, run against the servers directly, and not green through ringfence yet: metadata that drivers and ORMs ask
# information_schema for, statements of many megabytes, some cases of the corpus, which grew since.
collect_ignore = ["test_my_clients_django.py", "test_my_clients_dump.py", "test_my_clients_jdbc.py",
                  "test_my_clients_node.py", "test_my_clients_python.py", "test_my_clients_shell.py",
                  "test_my_clients_sqlalchemy.py", "test_my_corpus.py", "test_my_corpus_directly.py"]

SECONDS = 120          # no single test may take longer


@pytest.fixture(autouse=True)
def time_limit():
    def expired(*_):
        raise TimeoutError(f"the test took more than {SECONDS} s")
    previous = signal.signal(signal.SIGALRM, expired)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="session")
def postgres():
    server = pg.Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def ringfence(postgres):
    """Shared by many tests: nothing may be stopped or reconfigured here."""
    proxy = rf.Ringfence(postgres)
    yield proxy
    proxy.remove()


@pytest.fixture
def new_ringfence(postgres):
    """Ringfence(postgres, …) with a clean-up."""
    started = []

    def make(server=postgres, **settings):
        started.append(rf.Ringfence(server, **settings))
        return started[-1]
    yield make
    for proxy in started:
        proxy.remove()


@pytest.fixture
def new_postgres():
    """For tests that stop the server under ringfence."""
    started = []

    def make():
        started.append(pg.Postgres())
        return started[-1]
    yield make
    for server in started:
        server.remove()


# MariaDB and MySQL: tests whose fixtures lead to `my_server` run on both.

@pytest.fixture(scope="session")
def mariadb():
    server = maria.MariaDB()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def mysql9():
    server = mysql.MySQL()
    yield server
    server.remove()


@pytest.fixture(scope="session", params=["mariadb", "mysql9"])
def my_server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def my_ringfence(my_server):
    """Shared by many tests: nothing may be stopped or reconfigured here."""
    proxy = my_native.Native(type(my_server)) if service.DIRECT else rf.Ringfence(my_server)
    yield proxy
    proxy.remove()


@pytest.fixture
def new_my_ringfence(my_server):
    """Ringfence(my_server, …) with a clean-up."""
    if service.DIRECT:
        pytest.skip("about ringfence's own settings")
    started = []

    def make(server=my_server, **settings):
        started.append(rf.Ringfence(server, **settings))
        return started[-1]
    yield make
    for proxy in started:
        proxy.remove()


@pytest.fixture
def new_my_server(my_server):
    """Another of the same kind, for tests that stop the server under ringfence."""
    started = []

    def make(**settings):
        started.append(type(my_server)(**settings))
        return started[-1]
    yield make
    for server in started:
        server.remove()


@pytest.fixture(params=["plain", "tls"])
def my_endpoint(request, my_server):
    """Plain TCP and TLS. RINGFENCE_DIRECT=1 leads past ringfence, to test the tests."""
    at = my_server if service.DIRECT else request.getfixturevalue("my_ringfence")
    return my.Endpoint(at, my_server, request.param == "tls")


@pytest.fixture(scope="session")
def modules():
    """A folder with the programs of clients/node and the modules that they use."""
    folder = processes.folder("node")
    for source in (pathlib.Path(__file__).parent / "clients/node").iterdir():
        if source.is_file():
            processes.write(folder / source.name, source.read_text())
    processes.run(["npm", "ci", "--no-progress", "--ignore-scripts"], cwd=folder, seconds=300,
                  env={"HOME": str(folder), "npm_config_cache": str(folder / "cache")})
    yield folder
    processes.remove(folder)


@pytest.fixture
def scratch():
    """An empty folder of the unprivileged user."""
    path = processes.folder("scratch")
    yield path
    processes.remove(path)


@pytest.fixture(params=["plain", "tls"])
def endpoint(request, postgres):
    """Plain TCP and TLS, both with SCRAM. RINGFENCE_DIRECT=1 leads past ringfence, to test the tests."""
    tls = request.param == "tls"
    if os.environ.get("RINGFENCE_DIRECT"):
        return Endpoint(postgres.host, postgres.port, tls, postgres.authority.certificate)
    proxy = request.getfixturevalue("ringfence")
    return Endpoint(proxy.host, proxy.port, tls, proxy.authority.certificate)


@pytest.fixture
def today_is():
    """Settings of Ringfence that make it believe in another date (UTC)."""
    def settings(day):
        return {"arguments": ["--today", day]}
    return settings
