"""Where a client program of MariaDB or MySQL connects: host, port, login, and what it must trust."""
import ssl

from .my_server import PASSWORD


class Endpoint:
    """The service's own database has the name of its login."""

    def __init__(self, at, server, tls, login="orders"):
        self.host, self.port, self.tls, self.login, self.server = at.host, at.port, tls, login, server
        self.ca = at.authority.certificate
        self.password = PASSWORD

    def arguments(self, flavour=None):
        """Of the programs of MariaDB or MySQL; by default those of the server."""
        out = ["--no-defaults", f"--host={self.host}", f"--port={self.port}", "--protocol=tcp", f"--user={self.login}",
               f"--password={self.password}"]
        if (flavour or self.server.flavour) == "mariadb":
            return out + ([f"--ssl-ca={self.ca}", "--ssl-verify-server-cert"] if self.tls else ["--skip-ssl"])
        return out + ([f"--ssl-ca={self.ca}", "--ssl-mode=VERIFY_IDENTITY"] if self.tls else
                      ["--ssl-mode=DISABLED", "--get-server-public-key"])

    def context(self):
        return ssl.create_default_context(cafile=str(self.ca)) if self.tls else None

    def pymysql(self, **more):
        return {"host": self.host, "port": self.port, "user": self.login, "password": self.password,
                "database": self.login, "connect_timeout": 10, **({"ssl": self.context()} if self.tls else {}), **more}

    def mysqldb(self, **more):
        """mysqlclient; it uses MariaDB's library."""
        return {"host": self.host, "port": self.port, "user": self.login, "passwd": self.password, "db": self.login,
                "connect_timeout": 10, "charset": "utf8mb4", **({"ssl": {"ca": str(self.ca)}} if self.tls else {}), **more}

    def environment(self):
        """Of the programs in clients/."""
        return {"MY_HOST": self.host, "MY_PORT": str(self.port), "MY_USER": self.login, "MY_PASSWORD": self.password,
                "MY_DATABASE": self.login, "MY_CA": str(self.ca) if self.tls else "", "MY_FLAVOUR": self.server.flavour}
