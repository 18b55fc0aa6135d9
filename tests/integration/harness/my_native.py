"""In the place of ringfence when RINGFENCE_DIRECT=1 leads tests past it: a server whose logins natively have the services'
rights only. What is denied then is so by the server, in its own words."""
import pytest

from . import my_wire
from .my_server import LOGINS, PASSWORD

RIGHTS = """
GRANT ALL ON orders.* TO orders; GRANT ALL ON users.* TO users; GRANT ALL ON users_api_v1.* TO users;
GRANT ALL ON billing.* TO billing; GRANT ALL ON catalog.* TO catalog;
GRANT SELECT ON users_api_v1.* TO orders; GRANT SELECT ON users_api_v1.* TO billing;
GRANT SELECT (id, email) ON users.accounts TO billing;
"""
# What the server says to somebody who may not.
REFUSALS = (1044, 1045, 1049, 1142, 1143, 1227, 1370, 1290, 1064, 1094, 1095, 1146, 1235, 1295, 1115, 1231, 1243, 1347,
            1410, 1419, 3098, 4166, 3948)


class Native:
    def __init__(self, kind):
        self.server = kind()
        self.server.sql("".join(f"REVOKE ALL, GRANT OPTION FROM {login}; GRANT SELECT, EXECUTE ON tools.* TO {login};"
                                for login in LOGINS) + RIGHTS)
        self.host, self.port, self.authority = self.server.host, self.server.port, self.server.authority

    def remove(self):
        self.server.remove()

    def raw(self):
        return my_wire.Connection(self.host, self.port)

    def connect(self, login="orders", password=PASSWORD, database=None, **options):
        return self.raw().login(login, database or login, password, **options)

    def alive(self):
        with self.connect() as c:
            return c.value("SELECT 41 + 1") == "42"

    def __getattr__(self, name):
        pytest.skip(f"only ringfence has {name}")
