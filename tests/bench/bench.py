"""The comparison behind tests/bench/run.sh. Reads /proc for the CPU time and the memory of each proxy."""
import argparse
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time

from common import HOST, LOGIN  # noqa: E402  (makes the harness known)
from harness import processes, ringfence as rf, wire  # noqa: E402

from engine_mysql import MySQL  # noqa: E402
from engine_postgresql import PostgreSQL  # noqa: E402

ENGINES = {e.name: e for e in (PostgreSQL, MySQL)}


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Direct:
    name, pid = "direct", None

    def __init__(self, engine):
        self.port = engine.server.port

    def stop(self):
        pass


class Peer:
    """A proxy that is one program with one configuration file."""

    def __init__(self, name, engine, folder):
        self.name = name
        self.port, = processes.free_ports(1)
        command, conf = (haproxy if name == "haproxy" else getattr(type(engine), name))(engine, self.port, folder)
        path = processes.write(folder / f"{name}.conf", conf)
        self.process = processes.Process([program(command[0]), *command[1:], path], folder / f"{name}.log")
        self.pid = self.process.pid
        try:
            processes.wait_until(lambda: reachable(self.port), f"{name} listens", process=self.process.popen)
            engine.rest(self.port).close()
        except Exception:
            self.stop()
            raise

    def stop(self):
        self.process.stop()


def haproxy(engine, port, _):
    return (["haproxy", "-db", "-f"],
            "global\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
            f"frontend f\n  bind {HOST}:{port}\n  default_backend b\n"
            f"backend b\n  server s {HOST}:{engine.server.port}\n")


class Ours:
    name = "ringfence"

    def __init__(self, engine):
        self.proxy = rf.Ringfence(
            engine.server,
            policies={"org": {"version": 1, "engines": [engine.name], "servers": {engine.server_name: {"engine": engine.name}},
                              "defaults": {"mode": "enforce", "max_share_days": 180}},
                      "bench-service": {"service": "bench-service", "team": "bench", "identities": [{"login": LOGIN}],
                                        "owns": [engine.owns]}},
            config={"listen": {engine.name: {"tls": "disable"}}, "tls": None, "audit": None,
                    "servers": {engine.server_name: {"tls": "disable", "ca": None, "pool": {"size": 1000}}}},
            credentials={"services": {login: None for login in rf.LOGINS} | {LOGIN: engine.verifiers},
                         "servers": {engine.server_name: engine.backend}})
        self.port, self.pid = self.proxy.port, self.proxy.process.pid

    def stop(self):
        self.proxy.remove()


def reachable(port):
    try:
        wire.Connection(HOST, port).socket.close()
        return True
    except OSError:
        return False


def cpu(pid):
    """Seconds that all threads of a process have used; nanosecond grain."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def measured(target, work):
    """(units of work a second, CPU microseconds of the proxy per unit)"""
    before, began = cpu(target.pid) if target.pid else 0, time.monotonic()
    units = work.run(target.port)
    seconds = time.monotonic() - began
    return units / seconds, (cpu(target.pid) - before) * 1e6 / units if target.pid else None


def idle_kb(target, engine, clients):
    """Proportional memory per client that is logged in, has asked something, and rests."""
    def pss():
        text = pathlib.Path(f"/proc/{target.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    first = engine.rest(target.port)
    before, held = pss(), []
    try:
        for _ in range(clients):
            held.append(engine.rest(target.port))
        return (pss() - before) / clients
    finally:
        for socket in (first, *held):
            socket.close()


def compare(engine_type, args):
    folder = processes.folder("bench")
    engine = engine_type(args, folder)
    targets, results = [], {}
    try:
        targets.append(Direct(engine))
        for name in engine.peers:
            try:
                targets.append(Peer(name, engine, folder))
            except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
                print(f"{name} is left out: {problem}", file=sys.stderr)
        targets.append(Ours(engine))
        for number in range(args.rounds):
            print(f"{engine.title}: round {number + 1} of {args.rounds}", file=sys.stderr)
            order = targets[number % len(targets):] + targets[:number % len(targets)]    # drift falls on all alike
            for work in engine.work:
                for t in order:
                    results.setdefault((work.title, t.name), []).append(measured(t, work))
        idle = {t.name: idle_kb(t, engine, args.idle) for t in targets if t.pid}
        report(args, engine, targets, results, idle)
    finally:
        for t in targets:
            t.stop()
        engine.server.remove()
        processes.remove(folder)


def report(args, engine, targets, results, idle):
    """Markdown. Medians over the rounds."""
    names = [t.name for t in targets]
    print(f"\n{engine.title}: {args.clients} clients, {os.cpu_count()} cores, median of {args.rounds} rounds of "
          f"{args.seconds} s\n")
    print("| | " + " | ".join(names) + " | ringfence : haproxy |")
    print("| --- |" + " ---: |" * (len(names) + 1))

    def row(title, values, digits):
        ours, theirs = values["ringfence"], values.get("haproxy")
        cells = ["–" if values.get(n) is None else f"{values[n]:,.{digits}f}" for n in names]
        print(f"| {title} | " + " | ".join(cells) + f" | {f'{ours / theirs:.2f}' if theirs else '–'} |")
    for work in engine.work:
        middle = {n: [statistics.median(v) if v[0] is not None else None for v in zip(*results[work.title, n])]
                  for n in names}
        row(f"{work.title}, {'MB/s' if work.unit == 'MB' else 'tps'}", {n: middle[n][0] for n in names}, 0)
        row(f"{work.title}, CPU µs of the proxy per {work.unit}", {n: middle[n][1] for n in names}, 1)
    row("memory per idle client, kB", idle, 1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--engine", choices=[*ENGINES, "all"], default="all")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=int, default=5)
    p.add_argument("--clients", type=int, default=16)
    p.add_argument("--idle", type=int, default=500)
    args = p.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name, engine in ENGINES.items():
        if args.engine in (name, "all"):
            compare(engine, args)


if __name__ == "__main__":
    main()
