"""A mark that stands in everything which order-service must never see."""
from . import postgres, processes, wire

MARK = "c0ffee5ec4e7"                                   # hexadecimal, so that it can be part of a password's hash, too
FIXTURE = postgres.SHOP.parents[2] / "tests/corpus/postgresql/fixture.sql"
_ascii = MARK.encode()
_LOOKS = (_ascii, _ascii.hex().encode(), _ascii.hex(" ").encode())       # as text, in a bytea, in a page of an index

CONF = f"""
shared_preload_libraries = 'pg_stat_statements'
max_prepared_transactions = 5
wal_level = logical
statement_timeout = 5s
primary_conninfo = 'host=elsewhere password={MARK}'
ssl_passphrase_command = 'echo {MARK}'
"""


def seen(data):
    """Whether the mark is in these bytes, however they are shown."""
    return any(look in data for look in _LOOKS)


class Server(postgres.Postgres):
    """The shop with the corpus' fixture, and canaries in the server itself. `session` is another's session."""

    def __init__(self, conf=""):
        super().__init__(conf=CONF + conf)
        with open(self.data / "pg_hba.conf", "a") as file:
            file.write(f"host {MARK} all 127.0.0.1/32 reject\n")
        self.file = processes.write(self.data / "secret.txt", MARK + "\n")
        self.sql(f"CREATE ROLE hashed PASSWORD 'md5{MARK:0<32}'; "
                 f"SELECT pg_create_physical_replication_slot('slot_{MARK}')", "postgres")
        self.sql(FIXTURE.read_text())
        self.session = wire.Connection(self.host, self.port).login("users", "postgres", postgres.PASSWORD,
                                                                   application_name=MARK)
        self.session.ask(wire.query(f"SELECT '{MARK}' AS {MARK}"))

    def remove(self):
        self.session.socket.close()
        super().remove()
