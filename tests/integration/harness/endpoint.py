"""Where a client program connects: host, port, login, and what it must trust."""
import ssl

from .postgres import PASSWORD


class Endpoint:
    def __init__(self, host, port, tls, ca, login="orders"):
        self.host, self.port, self.tls, self.ca, self.login = host, port, tls, ca, login
        self.password = PASSWORD
        self.sslmode = "verify-full" if tls else "disable"

    def libpq(self, login=None):
        """Environment of a program that uses libpq."""
        env = {"PGHOST": "localhost" if self.tls else self.host, "PGPORT": str(self.port),
               "PGUSER": login or self.login, "PGPASSWORD": self.password, "PGDATABASE": "shop",
               "PGSSLMODE": self.sslmode, "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "tests"}
        if self.tls:
            env["PGSSLROOTCERT"] = str(self.ca)
            env["PGHOSTADDR"] = self.host
        return env

    def options(self, login=None, **more):
        """Keyword arguments of a Python driver that uses libpq."""
        names = {"PGHOST": "host", "PGHOSTADDR": "hostaddr", "PGPORT": "port", "PGUSER": "user",
                 "PGPASSWORD": "password", "PGDATABASE": "dbname", "PGSSLMODE": "sslmode",
                 "PGSSLROOTCERT": "sslrootcert", "PGCONNECT_TIMEOUT": "connect_timeout"}
        return {**{names[k]: v for k, v in self.libpq(login).items() if k in names}, **more}

    def dsn(self, login=None, **more):
        return " ".join(f"{k}='{v}'" for k, v in self.options(login, **more).items())

    def asyncpg(self):
        """Keyword arguments of asyncpg.connect."""
        tls = ssl.create_default_context(cafile=str(self.ca)) if self.tls else False
        return {"host": "localhost" if self.tls else self.host, "port": self.port, "user": self.login,
                "password": self.password, "database": "shop", "ssl": tls, "timeout": 10}
