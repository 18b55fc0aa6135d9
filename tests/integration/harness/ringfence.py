"""A ringfence process in front of a private PostgreSQL, MariaDB or MySQL server, or of one of each engine."""
import json
import os
import pathlib
import re
import ssl
import urllib.error
import urllib.request

from . import certificates, my_passwords, my_wire, policies as shop_policies, processes, scram, wire
from .postgres import PASSWORD

BINARY = os.environ.get("RINGFENCE", str(pathlib.Path(__file__).parents[3] / "build/dev/proxy/ringfence"))


def merge(into, changes):
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        elif value is None:
            into.pop(key, None)
        else:
            into[key] = value
    return into


LOGINS = ("orders", "users", "billing", "catalog")
# Of the engine's services.
VERIFIERS = {"postgresql": lambda password: [scram.verifier(password)], "mysql": my_passwords.verifiers}
BACKENDS = {"postgresql": "ringfence", "mysql": "shop_admin"}
WIRES = {"postgresql": wire.Connection, "mysql": my_wire.Connection}


def client(password, *engines):
    """Of the credentials file: one login's verifiers."""
    found = [v for engine in engines for v in VERIFIERS[engine](password)]
    return {"verifier": found[0]} if len(found) == 1 else {"verifiers": found}


class Ringfence:
    """`config` is merged into the runtime configuration (None removes a key); `credentials` likewise. `also` is a second
    server, of the other engine. Clients connect to the first."""

    def __init__(self, server, policies=None, config=None, credentials=None, arguments=(), env=None, wait=True,
                 also=None):
        self.server = self.postgres = server
        servers = {s.engine: s for s in (server, also) if s}
        self.arguments, self.env = arguments, env
        self.folder = processes.folder("proxy")
        self.authority = certificates.Authority(self.folder)
        certificate, key = self.authority.issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.host = "127.0.0.1"
        self.admin_port, *ports = processes.free_ports(1 + len(servers))
        self.ports = dict(zip(servers, ports))
        self.port = self.ports[server.engine]
        self.audit_file = self.folder / "audit.jsonl"
        self.policies = policies or shop_policies.shop(*servers)
        self.write_policies()
        names = shop_policies.SERVERS
        self.credentials = merge({
            "services": {login: client(PASSWORD, *servers) for login in LOGINS},
            "servers": {names[e]: {"user": BACKENDS[e], "password": PASSWORD} for e in servers}}, credentials or {})
        self.config = merge({
            "listen": {**{engine: {"address": self.host, "port": port, "tls": "prefer"}
                          for engine, port in self.ports.items()},
                       "admin": {"address": self.host, "port": self.admin_port}},
            "tls": {"certificate": str(certificate), "key": str(key), "client_ca": str(self.authority.certificate)},
            "policies": str(self.folder / "policies"),
            "credentials": str(self.folder / "credentials.yaml"),
            "servers": {names[engine]: {"host": s.host, "port": s.port, "tls": "verify-full",
                                        "ca": str(s.authority.certificate)} for engine, s in servers.items()},
            "audit": {"file": str(self.audit_file)}, "policy_check_interval": "200ms"}, config or {})
        self.process = None
        self.start(wait)

    def start(self, wait=True):
        processes.write(self.folder / "credentials.yaml", json.dumps(self.credentials, indent=1))
        self.config_file = processes.write(self.folder / "ringfence.yaml", json.dumps(self.config, indent=1))
        self.process = processes.Process([BINARY, "serve", "--config", self.config_file, *self.arguments],
                                         self.folder / "log", env=self.env)
        if wait:
            try:
                processes.wait_until(self.ready, "/readyz answers 200", process=self.process.popen)
            except AssertionError as problem:
                self.process.stop()
                raise AssertionError(f"{problem}\n{self.process.output()[-3000:]}") from None

    def write_policies(self, policies=None):
        for path, content in shop_policies.files(policies or self.policies).items():
            processes.write(self.folder / "policies" / path, content)
        processes.own(self.folder / "policies")

    def stop(self):
        return self.process.stop()

    def remove(self):
        code = self.stop()
        output = self.process.output()
        processes.remove(self.folder)
        for trace in ("Sanitizer", "runtime error:", "terminate called"):
            assert trace not in output, output[-5000:]
        return code

    # The admin listener.

    def admin(self, path):
        """(status, text)"""
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.admin_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def ready(self):
        try:
            return self.admin("/readyz")[0] == 200
        except OSError:
            return False

    def metric(self, name, **labels):
        """The sum of all samples with these labels; 0 when there is none."""
        total = 0.0
        for line in self.admin("/metrics")[1].splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if found and found[1] == name:
                have = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found[2] or ""))
                if all(have.get(k) == v for k, v in labels.items()):
                    total += float(found[3])
        return total

    def audit(self):
        """All lines so far, decoded."""
        if not self.audit_file.exists():
            return []
        return [json.loads(line) for line in self.audit_file.read_text().splitlines()]

    def audited(self, count, seconds=10):
        """Waits until that many lines are there (the file may be written in the background)."""
        processes.wait_until(lambda: len(self.audit()) >= count, f"{count} audit lines", seconds)
        return self.audit()

    # Clients.

    def connect(self, login="orders", password=PASSWORD, database=None, **options):
        """A raw, logged-in connection; by default to the shop, on MariaDB and MySQL to the service's own database."""
        database = database or ("shop" if self.server.engine == "postgresql" else login)
        return self.raw().login(login, database, password, **options)

    def raw(self):
        return WIRES[self.server.engine](self.host, self.port)

    def tls_context(self, certificate=None, key=None, alpn=None):
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if certificate:
            context.load_cert_chain(certificate, key)
        if alpn:
            context.set_alpn_protocols([alpn])
        return context

    def dsn(self, login="orders", **more):
        options = {"host": self.host, "port": self.port, "user": login, "password": PASSWORD, "dbname": "shop",
                   "connect_timeout": 10, **more}
        return " ".join(f"{k}='{v}'" for k, v in options.items())

    def alive(self):
        """Still there, and still serving."""
        assert self.process.alive(), self.process.output()[-3000:]
        with self.connect() as c:
            if self.server.engine == "postgresql":
                assert wire.rows(c.ask(wire.query("SELECT 41 + 1"))) == [["42"]]
            else:
                assert c.value("SELECT 41 + 1") == "42"
        return True
