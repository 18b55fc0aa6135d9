"""A private PostgreSQL server in a temporary folder."""
import pathlib
import signal

from . import certificates, processes, scram

SHOP = pathlib.Path(__file__).parents[3] / "examples/shop/shop.sql"
PASSWORD = "correct horse battery staple"


def program(name):
    """Of the newest installed server."""
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name))
    return next(p / name for p in folders if (p / "initdb").exists())


CONF = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
shared_buffers = 64MB
password_encryption = 'scram-sha-256'
log_min_messages = warning
ssl = on
ssl_cert_file = '{certificate}'
ssl_key_file = '{key}'
"""


class Postgres:
    """Superuser `postgres` over its socket folder without a password; roles over TCP by SCRAM.
    `programs` is the folder of another PostgreSQL than the installed one."""

    engine = "postgresql"

    def __init__(self, conf="", shop=True, programs=None):
        self.programs = programs
        self.folder = processes.folder("pg")
        self.authority = certificates.Authority(self.folder)
        certificate, key = self.authority.issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.host = "127.0.0.1"
        self.port, = processes.free_ports(1)
        self.data = self.folder / "data"
        processes.run([self.program("initdb"), "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                       "--no-sync", "--locale=C.UTF-8", "--no-instructions"])
        with open(self.data / "postgresql.conf", "a") as file:
            file.write(CONF.format(port=self.port, folder=self.folder, certificate=certificate, key=key) + conf)
        processes.write(self.data / "pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        self.process = None
        self.start()
        if shop:
            self._fill()

    def program(self, name):
        return self.programs / name if self.programs else program(name)

    def start(self):
        self.process = processes.Process([self.program("postgres"), "-D", self.data], self.folder / "log",
                                         stop=signal.SIGINT)
        processes.wait_until(lambda: processes.run(
            [self.program("pg_isready"), "-q", "-h", self.folder, "-p", self.port], check=False).returncode == 0,
            "PostgreSQL is ready", process=self.process.popen)

    def stop(self):
        self.process.stop()

    def remove(self):
        self.stop()
        processes.remove(self.folder)

    def _fill(self):
        """A superuser for ringfence, and the services' own logins for comparing with a direct connection."""
        secret = scram.verifier(PASSWORD)
        self.sql(f"CREATE ROLE ringfence LOGIN SUPERUSER PASSWORD '{secret}'", "postgres")
        for login in ("orders", "users", "billing", "catalog"):
            self.sql(f"CREATE ROLE {login} LOGIN SUPERUSER PASSWORD '{secret}'; "
                     f"ALTER ROLE {login} SET search_path = {login}", "postgres")
        self.sql("CREATE DATABASE shop", "postgres")
        self.sql(SHOP.read_text())

    def sql(self, text, database="shop"):
        """As superuser, past ringfence; the last result's rows, unaligned."""
        return processes.run([self.program("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
                              "-p", self.port, "-U", "postgres", "-d", database], input=text).stdout.strip()

    def backends(self, where="true"):
        """Sessions that ringfence holds open."""
        return int(self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE usename = 'ringfence' AND {where}"))
