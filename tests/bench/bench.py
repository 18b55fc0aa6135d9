"""The comparison behind tests/bench/run.sh. Reads /proc for the CPU time and the memory of each proxy."""
import argparse
import os
import pathlib
import re
import resource
import shutil
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))
from harness import postgres as pg, processes, ringfence as rf, scram, wire  # noqa: E402

HOST, LOGIN, DATABASE, SCALE, BIG_MB = "127.0.0.1", "bench", "bench", 10, 200
POLICIES = {
    "org": {"version": 1, "engines": ["postgresql"], "servers": {"shop-pg": {"engine": "postgresql"}},
            "defaults": {"mode": "enforce", "max_share_days": 180}},
    "bench-service": {"service": "bench-service", "team": "bench", "identities": [{"login": LOGIN}],
                      "owns": [{"server": "shop-pg", "database": DATABASE, "schema": "bench"}]},
}
# Name -> (pgbench's protocol, its script).
WORK = {
    "same text": ("simple", "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"),
    "distinct literals": ("simple", f"\\set aid random(1, {SCALE * 100000})\n"
                                    "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;"),
    "prepared": ("prepared", f"\\set aid random(1, {SCALE * 100000})\n"
                             "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;"),
}


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Direct:
    name, pid = "direct", None

    def __init__(self, server):
        self.port = server.port

    def stop(self):
        pass


class Peer:
    """A proxy that is one program with one configuration file."""

    def __init__(self, name, server, folder):
        self.name = name
        self.port, = processes.free_ports(1)
        conf, arguments = getattr(self, "_" + name)(server, folder)
        path = processes.write(folder / f"{name}.conf", conf)
        self.process = processes.Process([program(name), *arguments, path], folder / f"{name}.log")
        self.pid = self.process.pid
        processes.wait_until(lambda: reachable(self.port), f"{name} listens", process=self.process.popen)

    def stop(self):
        self.process.stop()

    def _pgbouncer(self, server, folder):
        users = processes.write(folder / "users.txt", f'"{LOGIN}" "{server.secret}"\n')
        return (f"[databases]\n{DATABASE} = host={HOST} port={server.port}\n[pgbouncer]\nlisten_addr = {HOST}\n"
                f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {users}\n"
                "pool_mode = session\nmax_client_conn = 2000\ndefault_pool_size = 1000\n"
                "server_reset_query = DISCARD ALL\nlog_connections = 0\nlog_disconnections = 0\n"
                "server_tls_sslmode = disable\n"), []

    def _haproxy(self, server, _):
        return ("global\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
                f"frontend f\n  bind {HOST}:{self.port}\n  default_backend b\n"
                f"backend b\n  server s {HOST}:{server.port}\n"), ["-db", "-f"]


class Ours:
    name = "ringfence"

    def __init__(self, server):
        self.proxy = rf.Ringfence(
            server, policies=POLICIES,
            config={"listen": {"postgresql": {"tls": "disable"}}, "tls": None, "audit": None,
                    "servers": {"shop-pg": {"tls": "disable", "ca": None, "pool": {"size": 1000}}}},
            credentials={"services": {login: None for login in ("orders", "users", "billing", "catalog")} |
                         {LOGIN: {"verifier": server.secret}},
                         "servers": {"shop-pg": {"user": LOGIN}}})
        self.port, self.pid = self.proxy.port, self.proxy.process.pid

    def stop(self):
        self.proxy.remove()


def reachable(port):
    try:
        wire.Connection(HOST, port).socket.close()
        return True
    except OSError:
        return False


def start_server():
    server = pg.Postgres(conf="max_connections = 1200\nshared_buffers = 256MB\nautovacuum = off\n"
                              "log_min_messages = error\n", shop=False)
    server.secret = scram.verifier(pg.PASSWORD)
    server.sql(f"CREATE ROLE {LOGIN} LOGIN SUPERUSER PASSWORD '{server.secret}'; "
               f"ALTER ROLE {LOGIN} SET search_path = bench", "postgres")
    server.sql(f"CREATE DATABASE {DATABASE} OWNER {LOGIN}", "postgres")
    server.sql("CREATE SCHEMA bench AUTHORIZATION bench", DATABASE)
    processes.run([pg.program("pgbench"), "-i", "-q", "-s", SCALE], env=libpq(server.port))
    server.sql(f"CREATE UNLOGGED TABLE bench.big AS SELECT g AS id, repeat('x', 1000) AS t "
               f"FROM generate_series(1, {BIG_MB * 1000}) g; VACUUM ANALYZE; CHECKPOINT", DATABASE)
    return server


def libpq(port):
    return {"PGHOST": HOST, "PGPORT": str(port), "PGUSER": LOGIN, "PGPASSWORD": pg.PASSWORD, "PGDATABASE": DATABASE,
            "PGSSLMODE": "disable"}


def connect(port):
    return wire.Connection(HOST, port, 60).login(LOGIN, DATABASE, pg.PASSWORD)


def cpu(pid):
    """Seconds that all threads of a process have used; nanosecond grain."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def measured(target, work):
    """(units of work a second, CPU microseconds of the proxy per unit)"""
    before, began = cpu(target.pid) if target.pid else 0, time.monotonic()
    units = work()
    seconds = time.monotonic() - began
    return units / seconds, (cpu(target.pid) - before) * 1e6 / units if target.pid else None


def pgbench(target, protocol, script, args):
    done = processes.run([pg.program("pgbench"), "-n", "-M", protocol, "-c", args.clients, "-j", 2, "-T", args.seconds,
                          "-f", script], env=libpq(target.port), seconds=args.seconds + 60)
    return int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])


def stream(target):
    with connect(target.port) as c:
        c.send(wire.query("SELECT * FROM big"))
        for _ in c.stream(BIG_MB * 1_000_000):
            pass
    return BIG_MB


def idle_kb(target, clients):
    """Proportional memory per client that is logged in, has asked something, and rests."""
    def pss():
        text = pathlib.Path(f"/proc/{target.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    connect(target.port).ask(wire.query("SELECT 1"))
    before, held = pss(), []
    try:
        for _ in range(clients):
            held.append(connect(target.port))
            held[-1].ask(wire.query("SELECT 1"))
        return (pss() - before) / clients
    finally:
        for c in held:
            c.socket.close()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=int, default=5)
    p.add_argument("--clients", type=int, default=16)
    p.add_argument("--idle", type=int, default=500)
    args = p.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = processes.folder("bench")
    targets, server = [], start_server()
    results = {}
    try:
        targets.append(Direct(server))
        targets += [Peer(name, server, folder) for name in ("haproxy", "pgbouncer")]
        targets.append(Ours(server))
        scripts = {name: processes.write(folder / f"{n}.sql", text) for n, (name, (_, text)) in enumerate(WORK.items())}
        for number in range(args.rounds):
            print(f"round {number + 1} of {args.rounds}", file=sys.stderr)
            order = targets[number % len(targets):] + targets[:number % len(targets)]    # drift falls on all alike
            for name, (protocol, _) in WORK.items():
                for t in order:
                    results.setdefault((name, t.name), []).append(
                        measured(t, lambda: pgbench(t, protocol, scripts[name], args)))
            for t in order:
                results.setdefault(("large result", t.name), []).append(measured(t, lambda: stream(t)))
        idle = {t.name: idle_kb(t, args.idle) for t in targets if t.pid}
        report(args, targets, results, idle)
    finally:
        for t in targets:
            t.stop()
        server.remove()
        processes.remove(folder)


def report(args, targets, results, idle):
    """Markdown. Medians over the rounds."""
    names = [t.name for t in targets]
    print(f"{args.clients} clients, {os.cpu_count()} cores, median of {args.rounds} rounds of {args.seconds} s\n")
    print("| | " + " | ".join(names) + " |")
    print("| --- |" + " ---: |" * len(names))

    def row(title, values):
        print(f"| {title} | " + " | ".join("–" if v is None else v for v in values) + " |")
    for work in [*WORK, "large result"]:
        unit, per = ("MB/s", "MB") if work == "large result" else ("tps", "transaction")
        middle = {n: [statistics.median(v) if v[0] is not None else None for v in zip(*results[work, n])] for n in names}
        row(f"{work}, {unit}", [f"{middle[n][0]:,.0f}" for n in names])
        row(f"{work}, CPU µs of the proxy per {per}",
            [None if middle[n][1] is None else f"{middle[n][1]:.1f}" for n in names])
    row("memory per idle client, kB", [f"{idle[n]:.1f}" if n in idle else None for n in names])


if __name__ == "__main__":
    main()
