"""The PostgreSQL part of the comparison: pgbench."""
import re

from harness import postgres as pg, processes, scram, wire

from common import BIG_MB, HOST, LOGIN, Work

SCALE = 10
# Name -> (pgbench's protocol, its script).
SCRIPTS = {
    "same text": ("simple", "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"),
    "distinct literals": ("simple", f"\\set aid random(1, {SCALE * 100000})\n"
                                    "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;"),
    "prepared": ("prepared", f"\\set aid random(1, {SCALE * 100000})\n"
                             "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;"),
}


class PostgreSQL:
    title, name, server_name, database = "PostgreSQL", "postgresql", "shop-pg", "bench"
    owns = {"server": "shop-pg", "database": database, "schema": "bench"}
    peers = ("haproxy", "pgbouncer")

    def __init__(self, args, folder):
        self.args = args
        self.server = pg.Postgres(conf="max_connections = 1200\nshared_buffers = 256MB\nautovacuum = off\n"
                                       "log_min_messages = error\n", shop=False)
        secret = scram.verifier(pg.PASSWORD)
        self.verifiers, self.backend = {"verifier": secret}, {"user": LOGIN}
        self.server.sql(f"CREATE ROLE {LOGIN} LOGIN SUPERUSER PASSWORD '{secret}'; "
                        f"ALTER ROLE {LOGIN} SET search_path = bench", "postgres")
        self.server.sql(f"CREATE DATABASE {self.database} OWNER {LOGIN}", "postgres")
        self.server.sql("CREATE SCHEMA bench AUTHORIZATION bench", self.database)
        processes.run([pg.program("pgbench"), "-i", "-q", "-s", SCALE], env=self._libpq(self.server.port))
        self.server.sql(f"CREATE UNLOGGED TABLE bench.big AS SELECT g AS id, repeat('x', 1000) AS t "
                        f"FROM generate_series(1, {BIG_MB * 1000}) g; VACUUM ANALYZE; CHECKPOINT", self.database)
        self.users = processes.write(folder / "users.txt", f'"{LOGIN}" "{secret}"\n')
        self.work = []
        for name, (protocol, text) in SCRIPTS.items():
            script = processes.write(folder / f"{name.replace(' ', '-')}.sql", text)
            self.work.append(Work(name, lambda port, p=protocol, s=script: self._pgbench(port, p, s)))
        self.work.append(Work("large result", self._stream, "MB"))

    def _libpq(self, port):
        return {"PGHOST": HOST, "PGPORT": str(port), "PGUSER": LOGIN, "PGPASSWORD": pg.PASSWORD,
                "PGDATABASE": self.database, "PGSSLMODE": "disable"}

    def _pgbench(self, port, protocol, script):
        done = processes.run([pg.program("pgbench"), "-n", "-M", protocol, "-c", self.args.clients, "-j", 2,
                              "-T", self.args.seconds, "-f", script], env=self._libpq(port),
                             seconds=self.args.seconds + 60)
        return int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])

    def _connect(self, port):
        return wire.Connection(HOST, port, 60).login(LOGIN, self.database, pg.PASSWORD)

    def _stream(self, port):
        with self._connect(port) as c:
            c.send(wire.query("SELECT * FROM big"))
            for _ in c.stream(BIG_MB * 1_000_000):
                pass
        return BIG_MB

    def rest(self, port):
        """The socket of a client that is logged in and has asked something."""
        c = self._connect(port)
        c.ask(wire.query("SELECT 1"))
        return c.socket

    def pgbouncer(self, port, _):
        return (["pgbouncer"],
                f"[databases]\n{self.database} = host={HOST} port={self.server.port}\n[pgbouncer]\nlisten_addr = {HOST}\n"
                f"listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {self.users}\n"
                "pool_mode = session\nmax_client_conn = 2000\ndefault_pool_size = 1000\n"
                "server_reset_query = DISCARD ALL\nlog_connections = 0\nlog_disconnections = 0\n"
                "server_tls_sslmode = disable\n")
