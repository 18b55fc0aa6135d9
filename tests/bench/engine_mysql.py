"""The MySQL part of the comparison: sysbench, on MariaDB."""
import re

from harness import mariadb, my_passwords, my_server, my_wire, mysql, processes

from common import BIG_MB, HOST, LOGIN, Work

ROWS = 100_000
# Lua for what sysbench's own tests do not do.
SAME_TEXT = """
function thread_init() con = sysbench.sql.driver():connect() end
function event() con:query("SELECT c FROM sbtest1 WHERE id = 4711") end
"""
CONNECT = f"""
function thread_init() drv = sysbench.sql.driver() end
function event()
   local con = drv:connect()
   con:query("SELECT c FROM sbtest1 WHERE id = " .. sysbench.rand.uniform(1, {ROWS}))
   con:disconnect()
end
"""


class MySQL:
    title, name, server_name, database = "MariaDB", "mysql", "shop-my", "bench"
    owns = {"server": "shop-my", "database": database}
    peers = ("haproxy", "mysqlrouter")

    def __init__(self, args, folder):
        self.args = args
        self.server = mariadb.MariaDB(conf="max-connections = 1200\ninnodb-buffer-pool-size = 512M\n", shop=False)
        self.verifiers = {"verifiers": my_passwords.verifiers(my_server.PASSWORD)}
        self.backend = {"user": LOGIN, "password": my_server.PASSWORD}
        self.server.sql(self.server.account(LOGIN) + f"CREATE DATABASE {self.database}")
        self._sysbench(self.server.port, "oltp_read_write", "prepare", f"--table-size={ROWS}")
        self.server.sql(f"CREATE TABLE big AS SELECT seq AS id, repeat('x', 1000) AS t FROM seq_1_to_{BIG_MB * 1000}",
                        self.database)
        same = processes.write(folder / "same.lua", SAME_TEXT)
        connect = processes.write(folder / "connect.lua", CONNECT)
        self.work = [
            self._test("same text", same, "disable"),
            self._test("distinct literals", "oltp_point_select", "disable"),
            self._test("prepared", "oltp_point_select", "auto"),
            self._test("read only, text", "oltp_read_only", "disable"),
            self._test("read only, prepared", "oltp_read_only", "auto"),
            self._test("read write, text", "oltp_read_write", "disable"),
            self._test("read write, prepared", "oltp_read_write", "auto"),
            self._test("connection per query", connect, "disable"),
            Work("large result", self._stream, "MB"),
        ]

    def _sysbench(self, port, test, step, *options):
        return processes.run(["sysbench", test, f"--mysql-host={HOST}", f"--mysql-port={port}", f"--mysql-user={LOGIN}",
                              f"--mysql-password={my_server.PASSWORD}", f"--mysql-db={self.database}", *options, step],
                             seconds=self.args.seconds + 60).stdout

    def _test(self, title, test, prepared):
        size = [f"--table-size={ROWS}"] if "/" not in str(test) else []
        options = [f"--db-ps-mode={prepared}", f"--threads={self.args.clients}", f"--time={self.args.seconds}",
                   "--events=0", "--rand-type=uniform", *size]

        def run(port):
            return int(re.search(r"total number of events: +(\d+)", self._sysbench(port, test, "run", *options))[1])
        return Work(title, run)

    def _connect(self, port):
        return my_wire.Connection(HOST, port, 60).login(LOGIN, self.database, my_server.PASSWORD)

    def _stream(self, port):
        room, missing = bytearray(1 << 20), BIG_MB * 1_000_000
        with self._connect(port) as c:
            c.command(my_wire.QUERY, b"SELECT * FROM big")
            while missing > 0:
                got = c.socket.recv_into(room)
                assert got, "the rows ended early"
                missing -= got
        return BIG_MB

    def rest(self, port):
        """The socket of a client that is logged in and has asked something."""
        c = self._connect(port)
        c.value("SELECT 1")
        return c.socket

    def mysqlrouter(self, port, folder):
        programs = mysql.programs()
        return ([programs / "mysqlrouter", "-c"],
                f"[DEFAULT]\nplugin_folder={programs.parent / 'lib/mysqlrouter/plugin'}\nlogging_folder={folder}\nruntime_folder={folder}\ndata_folder={folder}\n"
                f"[logger]\nlevel=ERROR\nfilename=router.log\n[routing:all]\nbind_address={HOST}\nbind_port={port}\n"
                f"destinations={HOST}:{self.server.port}\nrouting_strategy=first-available\nprotocol=classic\n"
                "max_connections=2000\nmax_connect_errors=1000000\n")
