"""A person at psql, mariadb or mysql: a pseudo-terminal on which keys are pressed one after another."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from . import postgres as pg, processes

PROMPT = "ready> "
# Of readline: one Tab lists all that fits, without questions, pages or bells.
INPUTRC = """set show-all-if-ambiguous on
set completion-query-items 0
set page-completions off
set bell-style none
set enable-bracketed-paste off
"""


class Person:
    """`echo` makes the program show a word without asking the server."""

    echo = None

    def __init__(self, command, env):
        self.count, self.seen = 0, ""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.process = subprocess.Popen(
            [str(c) for c in command], stdin=slave, stdout=slave, stderr=slave, cwd="/", start_new_session=True,
            **processes.as_user(), env={**processes.environment(), **env, "TERM": "dumb", "PAGER": "cat"})
        os.close(slave)
        self.greeting = self._until(re.compile(re.escape(PROMPT)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        os.close(self.master)

    def _until(self, pattern, seconds=15):
        """All output up to the end of the pattern's first match."""
        end = time.monotonic() + seconds
        while not (found := pattern.search(self.seen)):
            if not select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no answer: {self.seen[-500:]!r}")
            self.seen += os.read(self.master, 65536).decode(errors="replace")
        shown, self.seen = self.seen[:found.start()], self.seen[found.end():]
        return shown

    def _type(self, keys):
        """Some show a prompt before they take single keys."""
        processes.wait_until(lambda: not termios.tcgetattr(self.master)[3] & termios.ICANON, "it takes keys")
        os.write(self.master, keys.encode())

    def line(self, text):
        """What a whole line shows."""
        self._type(text + "\n")
        return self._mark(discard="")

    def complete(self, prefix, tab="\t"):
        """What a Tab after the prefix shows; the line is then discarded."""
        self._type(prefix + tab)
        return self._mark(discard="\x15")

    def _mark(self, discard):
        """Keys are taken one after another: when this is echoed, what was typed before is done."""
        self.count += 1
        word = f"{self.echo} done-{self.count}"
        self._type(f"{discard}{word}\n")
        return self._until(re.compile(rf"{re.escape(word)}\r\n+done-{self.count}\r\n{re.escape(PROMPT)}"))


class Psql(Person):
    echo = r"\echo"

    def __init__(self, env, folder):
        inputrc = processes.write(folder / "inputrc", INPUTRC)
        super().__init__([pg.program("psql"), "-X", "-q", "-v", f"PROMPT1={PROMPT}", "-v", f"PROMPT2={PROMPT}"],
                         {**env, "INPUTRC": str(inputrc), "PSQL_HISTORY": str(folder / "history")})


class Mysql(Person):
    """At the programs `mariadb` and `mysql`."""

    echo = r"\! echo"

    def __init__(self, program, arguments, folder):
        system = ["--system-command=ON"] if program.name == "mysql" else []
        super().__init__([program, *arguments[:-1], *system, f"--prompt={PROMPT}", "--no-beep", "--auto-rehash",
                          arguments[-1]], {"HOME": str(folder)})

    def complete(self, prefix, tab="\t"):
        """One Tab completes; if there are several ways, a second one lists them. A word that is whole gets a space."""
        shown = super().complete(prefix, tab)
        drawn = shown.split(PROMPT)[1].split("\r")[0] if PROMPT in shown else ""
        return shown if drawn.endswith(" ") and drawn.strip() else super().complete(prefix, tab + tab)
