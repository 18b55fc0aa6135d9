"""A service that one test file has for itself: a schema and a login of its own, and a ringfence that tells whether
anything of what its client did was denied. RINGFENCE_DIRECT=1 leads past ringfence, to test the tests."""
import contextlib
import os
import pathlib

from . import policies as shop_policies, processes, ringfence as rf, scram
from .endpoint import Endpoint
from .postgres import PASSWORD

CLIENTS = pathlib.Path(__file__).parents[1] / "clients"
DIRECT = "RINGFENCE_DIRECT" in os.environ


class Service:
    """`setup` fills the schema, as superuser. `databases` are new ones: the service owns them as a whole (True), or a
    schema of its name in them (False)."""

    def __init__(self, postgres, login, setup="", databases=None, **settings):
        self.postgres, self.login, self.name, self.databases = postgres, login, f"{login}-service", databases or {}
        self.policies = shop_policies.shop()
        self.policies[self.name] = shop_policies.service(self.name, login, login, [login])
        for database, whole in self.databases.items():
            self.policies[self.name]["owns"].append(
                {"server": "shop-pg", "database": database, **({} if whole else {"schema": login})})
        self.proxy = None
        try:
            secret = scram.verifier(PASSWORD)
            postgres.sql(f"CREATE ROLE {login} LOGIN SUPERUSER PASSWORD '{secret}'; "
                         f"ALTER ROLE {login} SET search_path = {login}; CREATE SCHEMA {login}")
            for database in self.databases:
                postgres.sql(f"CREATE DATABASE {database}", "postgres")
            if setup:
                postgres.sql(f"SET search_path = {login}; {setup}")
            if not DIRECT:
                self.proxy = rf.Ringfence(postgres, policies=self.policies, **settings,
                                          credentials={"services": {login: {"verifier": secret}}})
        except BaseException:
            self.remove()
            raise

    def remove(self):
        if self.proxy:
            self.proxy.remove()
        for database in self.databases:
            self.postgres.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", "postgres")
        self.postgres.sql(f"DROP SCHEMA IF EXISTS {self.login} CASCADE; DROP ROLE IF EXISTS {self.login}")

    def endpoint(self, tls=True):
        at = self.proxy or self.postgres
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


def script(name):
    return (CLIENTS / name).read_text()


@contextlib.contextmanager
def of(postgres, login, setup="", **more):
    made = Service(postgres, login, setup, **more)
    try:
        yield made
    finally:
        made.remove()


def directly(postgres, schema):
    """Environment of a program that goes past ringfence, as its login at the server and with its search_path."""
    endpoint = Endpoint(postgres.host, postgres.port, True, postgres.authority.certificate, "ringfence")
    return {**endpoint.libpq(), "PGOPTIONS": f'-c search_path="{schema}"'}
