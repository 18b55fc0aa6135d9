"""What a private MariaDB and a private MySQL have in common; each in a temporary folder, with the shop inside."""
import pathlib
import shutil
import signal

from . import certificates, postgres, processes

SHOP = postgres.SHOP.with_name("shop-mysql.sql")
PASSWORD = postgres.PASSWORD
ADMIN = "shop_admin"                                # ringfence's login at the server; may do everything
LOGINS = ("orders", "users", "billing", "catalog")  # the services' own, for comparing with a direct connection

CONF = """[server]
datadir = {data}
port = {port}
socket = {socket}
bind-address = 127.0.0.1
pid-file = {folder}/pid
tmpdir = {folder}
skip-name-resolve
max-connections = 300
max-allowed-packet = 64M
local-infile = ON
character-set-server = utf8mb4
skip-log-bin
innodb-buffer-pool-size = 64M
innodb-flush-log-at-trx-commit = 0
innodb-flush-method = nosync
innodb-doublewrite = OFF
ssl-ca = {ca}
ssl-cert = {certificate}
ssl-key = {key}
"""


class Server:
    """`root` over its socket without a password; everybody else over TCP with one. Subclasses say how it is made."""

    engine = "mysql"                                # as policies call both
    flavour = client = dump = None                  # names of the server and of its programs
    admins = {}                                     # plugin or demand -> another superuser for ringfence

    def __init__(self, conf="", shop=True):
        self.folder = processes.folder(self.flavour)
        self.authority = certificates.Authority(self.folder)
        certificate, key = self.authority.issue("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.host = "127.0.0.1"
        self.port, = processes.free_ports(1)
        self.data, self.socket = self.folder / "data", self.folder / "socket"
        text = CONF.format(data=self.data, port=self.port, socket=self.socket, folder=self.folder,
                           ca=self.authority.certificate, certificate=certificate, key=key)
        self.conf = processes.write(self.folder / "my.cnf", text + self.settings() + conf)
        self.process = None
        self._initialize()
        self.start()
        self._accounts()
        if shop:
            self.sql(SHOP.read_text())

    def settings(self):
        """Lines of its configuration file."""
        return ""

    def program(self, name):
        raise NotImplementedError

    def server(self):
        """The command that starts it."""
        raise NotImplementedError

    def _initialize(self):
        raise NotImplementedError

    def account(self, name, plugin=None, demand=""):
        """A superuser with the tests' password."""
        how = self.identified(plugin or self.plugin)
        return (f"CREATE USER '{name}'@'%' {how} {demand}; GRANT ALL ON *.* TO '{name}'@'%' WITH GRANT OPTION;")

    def identified(self, plugin):
        raise NotImplementedError

    def _accounts(self):
        statements = [self.account(name) for name in (ADMIN, *LOGINS)]
        for kind, name in self.admins.items():
            demand = {"tls": "REQUIRE SSL", "certificate": "REQUIRE X509"}.get(kind)
            statements.append(self.account(name, demand=demand) if demand else self.account(name, kind))
        self.sql("\n".join(statements))

    def start(self):
        self.process = processes.Process(self.server(), self.folder / "log")
        processes.wait_until(self._answers, f"{self.flavour} is ready", 60, self.process.popen)

    def _answers(self):
        return self.run("SELECT 1", check=False).returncode == 0

    def stop(self):
        return self.process.stop()

    def remove(self):
        self.process.stop_signal = signal.SIGKILL           # nothing has to be kept
        self.stop()
        processes.remove(self.folder)

    def run(self, text, database="", user="root", check=True):
        return processes.run([self.program(self.client), "--no-defaults", "--batch", "--skip-column-names", "--raw",
                              f"--socket={self.socket}", f"--user={user}", "--default-character-set=utf8mb4",
                              *([f"--password={PASSWORD}"] if user != "root" else []),
                              database or "information_schema"], input=text, check=check)

    def sql(self, text, database="", user="root"):
        """Past ringfence; the rows of all results, their values separated by tabs."""
        return self.run(text, database, user).stdout.rstrip("\n")

    def backends(self, where="true"):
        """Sessions that ringfence holds open."""
        return int(self.sql(f"SELECT count(*) FROM processlist WHERE user = '{ADMIN}' AND {where}"))


def which(name):
    found = shutil.which(name, path=f"{processes.environment()['PATH']}:/usr/sbin:/sbin")
    assert found, f"there is no program {name}: tests/setup.sh"
    return pathlib.Path(found)
