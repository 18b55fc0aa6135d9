"""A throw-away MariaDB on which any statement may run: root without a password over a socket file, no network."""
import shutil
import signal

from . import mysql_asking, processes

SHARED = ("--innodb-log-file-size=16M", "--innodb-use-native-aio=0", "--innodb-flush-method=nosync")
CONF = (*SHARED, "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0",
        "--sync-frm=0", "--default-storage-engine=MyISAM",
        "--skip-log-bin", "--skip-networking", "--character-set-server=latin1", "--local-infile=1",
        "--max-statement-time=2", "--lock-wait-timeout=1", "--innodb-lock-wait-timeout=1", "--max-connections=20")


class Mariadb:
    def __init__(self, *options):
        self.folder = processes.folder("mariadb")
        self.socket = self.folder / "socket"
        self.data = self.folder / "data"
        self.options = options
        processes.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
                       "--auth-root-authentication-method=normal", *SHARED])
        self.template = self.folder / "template"
        shutil.copytree(self.data, self.template)
        self.process = None
        self.start()

    def start(self):
        self.process = processes.Process(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self.socket}",
             f"--pid-file={self.folder}/pid", f"--tmpdir={self.folder}", f"--secure-file-priv={self.folder}", *CONF,
             *self.options],
            self.folder / "log", stop=signal.SIGTERM)
        processes.wait_until(self._ready, "MariaDB is ready", process=self.process.popen)

    def _ready(self):
        try:
            self.connect().close()
            return True
        except (OSError, EOFError):
            return False

    def connect(self):
        return mysql_asking.Client(self.socket)

    def renew(self):
        """Everything as at first."""
        self.process.popen.kill()
        self.process.popen.wait()
        shutil.rmtree(self.data)
        shutil.copytree(self.template, self.data)
        for path in [self.data, *self.data.rglob("*")]:
            processes.own(path)
        self.start()

    def remove(self):
        self.process.popen.kill()
        self.process.popen.wait()
        processes.remove(self.folder)
