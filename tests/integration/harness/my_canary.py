"""A mark that stands in everything which order-service must never see, on MariaDB and MySQL."""
import contextlib
import struct

from . import canary, my_server, my_wire, processes

MARK = canary.MARK
NUMBER = int(MARK, 16)
FIXTURE = canary.FIXTURE.parents[1] / "mysql/fixture.sql"
LOGINS = {"order-service": "orders", "user-service": "users", "stock-service": "stock"}
_LOOKS = (MARK.encode(), MARK.encode().hex().encode(), MARK.encode().hex().upper().encode(), str(NUMBER).encode(),
          struct.pack("<q", NUMBER))


def seen(data):
    """Whether the mark is in these bytes, as text, hexadecimal or a number."""
    return any(look in data for look in _LOOKS) or str(MARK).upper().encode() in data


class Corpus:
    """A server with the corpus' fixture, and canaries in the server itself. `session` is another's session."""

    def __init__(self, kind):
        self.server = kind(conf=f"log-bin-trust-function-creators = ON\nevent-scheduler = ON\nlog-bin = {MARK}\n"
                                f"general-log = ON\nlog-output = TABLE\nserver-id = 1\nmax-statement-time = 4\n"
                           if kind.flavour == "mariadb" else
                           f"log-bin-trust-function-creators = ON\nlog-bin = {MARK}\ngeneral-log = ON\n"
                           "log-output = TABLE\nserver-id = 1\nsync-binlog = 0\nmax-execution-time = 4000\n", shop=False)
        server = self.server
        server.sql(server.account("stock") + f"CREATE USER {MARK} {server.identified(server.plugin)}")
        self.file = processes.write(server.data / "secret.txt", MARK + "\n", mode=0o644)
        self.fill()
        server.stop()
        self.saved = server.folder / "saved"
        processes.run(["cp", "-a", "--reflink=auto", server.data, self.saved])
        server.start()
        self._another()

    def _another(self):
        server = self.server
        self.session = my_wire.Connection(server.host, server.port).login(
            "users", "users", my_server.PASSWORD, attributes={"program_name": MARK})
        self.session.query(f"SELECT '{MARK}' AS {MARK}")
        self.session.query(f"SELECT sleep(0), '{MARK}' FROM users.secrets WHERE a = '{MARK}'")

    def session_died(self):
        """Whether somebody killed it; then there is another one."""
        try:
            self.session.ask(my_wire.PING)
            return False
        except (EOFError, ConnectionError):
            self._another()
            return True

    def fill(self):
        """The seven schemas as at the beginning; also what was made beside them."""
        self.server.sql(FIXTURE.read_text())

    def restore(self):
        """The whole server as at the beginning."""
        self.server.process.popen.kill()
        self.server.stop()
        processes.remove(self.server.data)
        processes.run(["cp", "-a", "--reflink=auto", self.saved, self.server.data])
        self.server.start()
        self._another()

    def remove(self):
        with contextlib.suppress(OSError):
            self.session.socket.close()
        self.server.remove()
