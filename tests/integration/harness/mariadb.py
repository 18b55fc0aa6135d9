"""A private MariaDB server: the one of Debian."""
from . import my_server, processes


class MariaDB(my_server.Server):
    flavour, client, dump = "mariadb", "mariadb", "mariadb-dump"
    plugin = "mysql_native_password"
    admins = {"ed25519": "admin_ed25519", "tls": "admin_tls", "certificate": "admin_certificate"}

    def program(self, name):
        return my_server.which(name)

    def settings(self):
        return "plugin-load-add = auth_ed25519\ncollation-server = utf8mb4_general_ci\n"

    def server(self):
        return [self.program("mariadbd"), f"--defaults-file={self.conf}"]

    def _initialize(self):
        processes.run([self.program("mariadb-install-db"), f"--defaults-file={self.conf}", "--skip-test-db",
                       "--auth-root-authentication-method=normal"])

    def _accounts(self):
        self.sql("DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost'; FLUSH PRIVILEGES")
        super()._accounts()

    def identified(self, plugin):
        return f"IDENTIFIED VIA {plugin} USING PASSWORD('{my_server.PASSWORD}')"
