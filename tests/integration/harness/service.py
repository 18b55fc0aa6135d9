"""A service that one test file has for itself: a schema and a login of its own, and a ringfence that tells whether
anything of what its client did was denied. RINGFENCE_DIRECT=1 leads past ringfence, to test the tests."""
import contextlib
import os
import pathlib

from . import my_endpoint, policies as shop_policies, processes, ringfence as rf, scram
from .endpoint import Endpoint
from .my_server import ADMIN
from .postgres import PASSWORD

CLIENTS = pathlib.Path(__file__).parents[1] / "clients"
DIRECT = "RINGFENCE_DIRECT" in os.environ


class Service:
    """`setup` fills the schema, as superuser. `databases` are new ones: the service owns them as a whole (True), or a
    schema of its name in them (False)."""

    def __init__(self, server, login, setup="", databases=None, **settings):
        self.server, self.login, self.name, self.databases = server, login, f"{login}-service", databases or {}
        self.policies = shop_policies.shop(server.engine)
        self.policies[self.name] = shop_policies.service(self.name, login, login, [login], server.engine)
        self.policies[self.name]["owns"] += self._more()
        self.proxy = None
        try:
            self._create(setup)
            if not DIRECT:
                self.proxy = rf.Ringfence(server, policies=self.policies, **settings, credentials={
                    "services": {login: rf.client(PASSWORD, server.engine)}})
        except BaseException:
            self.remove()
            raise

    def _more(self):
        """What else it owns."""
        return [{"server": "shop-pg", "database": d, **({} if whole else {"schema": self.login})}
                for d, whole in self.databases.items()]

    def _create(self, setup):
        self.server.sql(f"CREATE ROLE {self.login} LOGIN SUPERUSER PASSWORD '{scram.verifier(PASSWORD)}'; "
                        f"ALTER ROLE {self.login} SET search_path = {self.login}; CREATE SCHEMA {self.login}")
        for database in self.databases:
            self.server.sql(f"CREATE DATABASE {database}", "postgres")
        if setup:
            self.server.sql(f"SET search_path = {self.login}; {setup}")

    def remove(self):
        if self.proxy:
            self.proxy.remove()
        self._drop()

    def _drop(self):
        for database in self.databases:
            self.server.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", "postgres")
        self.server.sql(f"DROP SCHEMA IF EXISTS {self.login} CASCADE; DROP ROLE IF EXISTS {self.login}")

    def endpoint(self, tls=True):
        at = self.proxy or self.server
        return Endpoint(at.host, at.port, tls, at.authority.certificate, self.login)

    def denied(self):
        """What was denied so far: the server's own refusals, too."""
        return int(self.proxy.metric("ringfence_violations_total", service=self.name)) if self.proxy else 0

    def audited(self, count):
        """The last audit lines, once they are written."""
        def lines():
            found = [line for line in self.proxy.audit() if line["service"] == self.name]
            return found[-count:] if len(found) >= before else None
        before = self.denied()
        return processes.wait_until(lines, "the audit log has caught up")

    @contextlib.contextmanager
    def nothing_denied(self):
        before = self.denied()
        yield
        self.assert_denied(self.denied() - before)

    def assert_denied(self, count, expected=0):
        if count != expected:
            lines = self.audited(count) if count else []
            shown = {f"{line['message']} {line.get('problem', '')}\n    {line.get('statement')}" for line in lines}
            raise AssertionError(f"{count} statements were denied, among them\n" + "\n".join(sorted(shown)))


class MyService(Service):
    """On MariaDB or MySQL; `databases` is a list of those that it owns beside the one of its name."""

    def _more(self):
        return [shop_policies.place(d, "mysql") for d in self.databases]

    def _create(self, setup):
        self.server.sql(self.server.account(self.login))
        for database in (self.login, *self.databases):
            self.server.sql(f"CREATE DATABASE {database}")
        if setup:                               # whoever makes them defines views and routines
            self.server.sql(setup, self.login, ADMIN)

    def _drop(self):
        for database in (self.login, *self.databases):
            self.server.sql(f"DROP DATABASE IF EXISTS {database}")
        self.server.sql(f"DROP USER IF EXISTS '{self.login}'")

    def endpoint(self, tls=True):
        return my_endpoint.Endpoint(self.proxy or self.server, self.server, tls, self.login)

    def directly(self, tls=True):
        """The same login, past ringfence."""
        return my_endpoint.Endpoint(self.server, self.server, tls, self.login)


KINDS = {"postgresql": Service, "mysql": MyService}


def script(name):
    return (CLIENTS / name).read_text()


@contextlib.contextmanager
def of(server, login, setup="", **more):
    made = KINDS[server.engine](server, login, setup, **more)
    try:
        yield made
    finally:
        made.remove()


def directly(postgres, schema):
    """Environment of a program that goes past ringfence, as its login at the server and with its search_path."""
    endpoint = Endpoint(postgres.host, postgres.port, True, postgres.authority.certificate, "ringfence")
    return {**endpoint.libpq(), "PGOPTIONS": f'-c search_path="{schema}"'}
