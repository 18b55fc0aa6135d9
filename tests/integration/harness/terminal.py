"""A person at psql: a pseudo-terminal on which keys are pressed one after another."""
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


class Psql:
    def __init__(self, env, folder):
        self.count, self.seen = 0, ""
        inputrc = processes.write(folder / "inputrc", INPUTRC)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.process = subprocess.Popen(
            [pg.program("psql"), "-X", "-q", "-v", f"PROMPT1={PROMPT}", "-v", f"PROMPT2={PROMPT}"],
            stdin=slave, stdout=slave, stderr=slave, cwd="/", start_new_session=True, **processes.as_user(),
            env={**processes.environment(), **env, "TERM": "dumb", "INPUTRC": str(inputrc), "PAGER": "cat",
                 "PSQL_HISTORY": str(folder / "history")})
        os.close(slave)
        self._until(re.compile(re.escape(PROMPT)))

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
                raise AssertionError(f"psql does not answer: {self.seen[-500:]!r}")
            self.seen += os.read(self.master, 65536).decode(errors="replace")
        shown, self.seen = self.seen[:found.start()], self.seen[found.end():]
        return shown

    def _type(self, keys):
        os.write(self.master, keys.encode())

    def line(self, text):
        """What a whole line shows."""
        self._type(text + "\n")
        return self._mark(discard="")

    def complete(self, prefix):
        """What a Tab after the prefix shows; the line is then discarded."""
        self._type(prefix + "\t")
        return self._mark(discard="\x15")

    def _mark(self, discard):
        """Keys are taken one after another: when this is echoed, what was typed before is done."""
        self.count += 1
        self._type(f"{discard}\\echo done-{self.count}\n")
        return self._until(re.compile(rf"\\echo done-{self.count}\r\n+done-{self.count}\r\n{re.escape(PROMPT)}"))
