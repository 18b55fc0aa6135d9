"""Django's commands and ORM in the service's own database."""
import json

import pytest

from harness import processes, service
from test_clients_django import Project


@pytest.fixture(scope="module")
def web(my_server):
    with service.of(my_server, "web") as made:
        yield made


@pytest.fixture
def project(web, scratch, my_server):
    """Migrated: the first migration is written by hand, the second by makemigrations."""
    made = Project(web, scratch, ("django", "my_django"), web.endpoint().mysqldb())
    with web.nothing_denied():
        made.manage("makemigrations store", "migrate", "createcachetable")
    yield made
    my_server.sql("DROP DATABASE web; CREATE DATABASE web")


def test_migrations_go_up_and_down(web, project, my_server):
    with web.nothing_denied():
        shown = project.manage("makemigrations --check --dry-run", "showmigrations", "sqlmigrate store 0001",
                               "check --database default", "migrate store zero", "migrate store", "migrate admin zero",
                               "migrate sessions zero", "migrate")
    assert "No changes detected" in shown[0] and "[X] 0002_" in shown[1] and "CREATE TABLE" in shown[2]
    assert "Unapplying store.0001_initial" in shown[4] and "Applying store.0001_initial" in shown[5]
    assert my_server.sql("SELECT count(*) FROM tables WHERE table_schema = 'web' AND table_name RLIKE "
                         "'^(auth|django|store)_'") == "14"


def test_the_orm_works(web, project):
    before = web.denied()
    seen = json.loads(project.run("queries.py"))
    assert seen.pop("denied", None) == (1142 if web.proxy else None)
    web.assert_denied(web.denied() - before, 1 if web.proxy else 0)
    assert seen == {
        "authenticated": True, "count": 41, "joined": 120, "average": 59.5, "grouped": [24, 48, 72, 96, 120, 120],
        "window": 120, "exists": 19, "values": ["\\'\"🐘", "00ff27", 7, {"n": 7}], "months": 120, "streamed": 120,
        "explained": True, "union": 2, "regex": 10, "created": False, "updated": True, "savepoint": 1, "committed": True,
        "constraint": True, "session": "value", "cached": 7, "deleted": 9, "tables": 15,
        "constraints": ["not_negative"], "sequences": True}


def test_inspectdb_flush_and_fixtures(web, project, my_server):
    with web.nothing_denied():
        _, written, dumped = project.manage("createsuperuser --noinput --username ada --email ada@example.com",
                                            "inspectdb", "dumpdata auth.user")
        for expected in ("class StoreArticle(models.Model):", "class AuthUser(models.Model):",
                         "models.ForeignKey(AuthUser", "models.OneToOneField(StoreArticle"):
            assert expected in written
        processes.write(project.folder / "dump.json", dumped)
        project.manage("flush --noinput")
        assert my_server.sql("SELECT count(*) FROM web.auth_user") == "0"
        shown = project.manage("loaddata dump.json", "clearsessions", "remove_stale_contenttypes --noinput", "sqlflush",
                               "sqlsequencereset store")
        assert my_server.sql("SELECT username FROM web.auth_user") == "ada"
        assert "TRUNCATE" in shown[3] or "DELETE FROM" in shown[3]
