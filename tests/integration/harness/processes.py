"""Processes of the tests: unprivileged, on free ports, ended by process id."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def unprivileged():
    """Who runs the servers: PostgreSQL refuses to run as root. None: whoever runs the tests."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no unprivileged user")


USER = unprivileged()


def as_user():
    """Arguments for subprocess that make the child unprivileged."""
    if USER is None:
        return {}
    return {"user": USER.pw_uid, "group": USER.pw_gid, "extra_groups": []}


def own(path):
    """Hands a file or folder to the unprivileged user."""
    if USER is not None:
        os.chown(path, USER.pw_uid, USER.pw_gid)
    return path


def folder(prefix):
    return pathlib.Path(own(tempfile.mkdtemp(prefix=f"ringfence-{prefix}-")))


def write(path, text, mode=0o600):
    """Replaces a file in one step, as an operator's tool would."""
    path = pathlib.Path(path)
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        own(path.parent)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    fresh.chmod(mode)
    own(fresh)
    fresh.rename(path)
    return path


def free_ports(count):
    """Ports that nothing listens on at this moment; all different."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(count):
            s = stack.enter_context(socket.socket())
            s.bind(("127.0.0.1", 0))
            ports.append(s.getsockname()[1])
        return ports


def wait_until(condition, what, seconds=20, process=None):
    """Polls until the condition holds; returns what it returned."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if process is not None and process.poll() is not None:
            raise AssertionError(f"the process ended with {process.returncode} before: {what}")
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def environment():
    """No setting of the caller reaches clients and servers."""
    keep = ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "JAVA_HOME",
            "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    env = {k: v for k, v in os.environ.items() if k in keep}
    env.update(LC_ALL="C.UTF-8", TZ="UTC", HOME="/nonexistent")
    return env


class Process:
    """A server in the foreground whose output goes to a file."""

    def __init__(self, command, log, stop=signal.SIGTERM, env=None):
        self.log = pathlib.Path(log)
        self.stop_signal = stop
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          cwd="/", env={**environment(), **(env or {})}, **as_user())

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, seconds=20):
        return self.popen.wait(seconds)

    def stop(self):
        if self.alive():
            self.signal(self.stop_signal)
            try:
                self.wait(15)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.wait()
        return self.popen.returncode

    def output(self):
        return self.log.read_text(errors="replace")


def run(command, check=True, env=None, input=None, seconds=60, **more):
    """A command that ends by itself; unprivileged; its output as text."""
    done = subprocess.run([str(c) for c in command], env={**environment(), **(env or {})}, input=input, text=True,
                          capture_output=True, timeout=seconds, cwd=more.pop("cwd", "/"), **as_user(), **more)
    if check and done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done


def remove(path):
    shutil.rmtree(path, ignore_errors=True)


def memory_kb(pid, field="VmRSS"):
    """VmRSS: resident now; VmHWM: the most there ever was."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise AssertionError(f"no {field}")
