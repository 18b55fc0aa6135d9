"""A private MySQL 9 server, from the folder that tests/newest_mysql.sh makes."""
import functools
import pathlib
import subprocess

from . import my_server, processes

UNPACK = pathlib.Path(__file__).parents[2] / "newest_mysql.sh"


@functools.lru_cache(maxsize=None)
def programs():
    done = subprocess.run([UNPACK], text=True, capture_output=True, timeout=900)
    assert done.returncode == 0, f"there is no MySQL to test with:\n{done.stderr}"
    return pathlib.Path(done.stdout.strip())


class MySQL(my_server.Server):
    flavour, client, dump = "mysql", "mysql", "mysqldump"
    plugin = "caching_sha2_password"
    admins = {"tls": "admin_tls", "certificate": "admin_certificate"}

    def program(self, name):
        return programs() / name

    def settings(self):
        return "mysqlx = OFF\nsecure-file-priv =\nlog-error-verbosity = 1\ninnodb-redo-log-capacity = 64M\n"

    def server(self):
        return [self.program("mysqld"), f"--defaults-file={self.conf}"]

    def _initialize(self):
        processes.run([*self.server(), "--initialize-insecure"])

    def identified(self, plugin):
        return f"IDENTIFIED WITH {plugin} BY '{my_server.PASSWORD}'"
