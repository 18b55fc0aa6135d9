"""Django's commands and ORM in the service's own schema."""
import json
import shutil

import pytest

from harness import processes, service

PYTHON = "/usr/bin/python3"


class Project:
    """`sources` are folders, the later ones over the earlier ones; `options` are those of the database's driver."""

    def __init__(self, of, folder, sources=("django",), options=None):
        self.of, self.folder = of, folder
        self.options = options or of.endpoint().options()
        for source in sources:
            shutil.copytree(service.CLIENTS / source, folder, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("__pycache__"))
        for path in (folder, *folder.rglob("*")):
            processes.own(path)

    def run(self, script, *arguments):
        return processes.run([PYTHON, "-W", "ignore", self.folder / script, *arguments], cwd=self.folder, env={
            "DJANGO_DATABASE": json.dumps(self.options), "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SUPERUSER_PASSWORD": "secret"}).stdout

    def manage(self, *commands):
        """What each of the commands printed."""
        return json.loads(self.run("commands.py", *commands))


@pytest.fixture(scope="module")
def web(postgres):
    with service.of(postgres, "web") as made:
        yield made


@pytest.fixture
def project(web, scratch, postgres):
    """Migrated: the first migration is written by hand, the second by makemigrations."""
    made = Project(web, scratch)
    with web.nothing_denied():
        made.manage("makemigrations store", "migrate", "createcachetable")
    yield made
    postgres.sql("DROP SCHEMA web CASCADE; CREATE SCHEMA web")


def test_migrations_go_up_and_down(web, project, postgres):
    with web.nothing_denied():
        shown = project.manage("makemigrations --check --dry-run", "showmigrations", "sqlmigrate store 0001",
                               "check --database default", "migrate store zero", "migrate store", "migrate admin zero",
                               "migrate sessions zero", "migrate")
    assert "No changes detected" in shown[0] and "[X] 0002_" in shown[1] and "CREATE TABLE" in shown[2]
    assert "Unapplying store.0001_initial" in shown[4] and "Applying store.0001_initial" in shown[5]
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'web' AND tablename ~ "
                        "'^(auth|django|store)_'") == "14"


def test_the_orm_works(web, project):
    before = web.denied()
    seen = json.loads(project.run("queries.py"))
    assert seen.pop("denied", None) == ("42501" if web.proxy else None)
    web.assert_denied(web.denied() - before, 1 if web.proxy else 0)
    assert seen == {
        "authenticated": True, "count": 41, "joined": 120, "average": 59.5, "grouped": [24, 48, 72, 96, 120, 0],
        "window": 120, "exists": 19, "array": 120, "searched": 1, "streamed": 120, "explained": True, "union": 2,
        "created": False, "updated": True, "savepoint": 1, "committed": True, "constraint": True, "session": "value",
        "cached": 7, "deleted": 9, "tables": 15, "constraints": ["not_negative"], "sequences": True}


def test_inspectdb_flush_and_fixtures(web, project, postgres):
    with web.nothing_denied():
        _, written, dumped = project.manage("createsuperuser --noinput --username ada --email ada@example.com",
                                            "inspectdb", "dumpdata auth.user")
        for expected in ("class StoreArticle(models.Model):", "class AuthUser(models.Model):", "models.JSONField(",
                         "models.ForeignKey(AuthUser", "models.OneToOneField(StoreArticle"):
            assert expected in written
        processes.write(project.folder / "dump.json", dumped)
        project.manage("flush --noinput")
        assert postgres.sql("SELECT count(*) FROM web.auth_user") == "0"
        shown = project.manage("loaddata dump.json", "clearsessions", "remove_stale_contenttypes --noinput", "sqlflush",
                               "sqlsequencereset store")
        assert postgres.sql("SELECT username FROM web.auth_user") == "ada"
        assert "TRUNCATE" in shown[3] and "setval" in shown[4]
