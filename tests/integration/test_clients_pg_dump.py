"""pg_dump of the own schema, and its restore into databases that the service owns as a whole, or a schema in them."""
import re

import pytest

from harness import postgres as pg, processes, service

DATABASES = {"tools_copy": True, "tools_part": False}


@pytest.fixture(scope="module")
def tools(postgres):
    with service.of(postgres, "tools", service.script("everything.sql"), databases=DATABASES) as made:
        yield made


@pytest.fixture(params=sorted(DATABASES))
def copy(request, tools, postgres):
    yield request.param
    postgres.sql("DROP SCHEMA IF EXISTS tools CASCADE", request.param)


@pytest.fixture
def archive(tools, postgres, scratch):
    """A dump in the custom format, made past ringfence."""
    path = scratch / "direct.dump"
    dump(service.directly(postgres, "tools"), "--format=custom", "--file", path)
    return path


def dump(env, *arguments):
    # Roles are not the service's, so objects are restored as its backend login's. Subscriptions hold passwords.
    return processes.run([pg.program("pg_dump"), "--schema=tools", "--no-owner", "--no-subscriptions", *arguments],
                         env=env).stdout


def plain(env, database="shop"):
    text = dump({**env, "PGDATABASE": database})
    assert "CREATE TABLE tools.person" in text and "CREATE TRIGGER stamped" in text
    return re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.M)        # a random word each time


def restore(env, database, archive, *arguments):
    processes.run([pg.program("pg_restore"), "--no-owner", "--exit-on-error", "-d", database, *arguments, archive],
        env=env)


def test_a_plain_dump_is_restored_by_psql(tools, copy, scratch):
    env = tools.endpoint().libpq()
    with tools.nothing_denied():
        text = plain(env)
        processes.run([pg.program("psql"), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", copy], input=text, env=env)
        assert plain(env, copy) == text


@pytest.mark.parametrize("arguments", [["--single-transaction"], ["--jobs=2"], ["--section=pre-data"]])
def test_an_archive_is_restored_by_pg_restore(tools, copy, archive, arguments):
    env = tools.endpoint().libpq()
    with tools.nothing_denied():
        restore(env, copy, archive, *arguments)
        if arguments == ["--section=pre-data"]:
            restore(env, copy, archive, "--section=data")
            restore(env, copy, archive, "--section=post-data")
        assert plain(env, copy) == plain(env)
        restore(env, copy, archive, "--clean", "--if-exists")
        assert plain(env, copy) == plain(env)


@pytest.mark.parametrize("layout", ["custom", "tar", "directory"])
def test_an_archive_is_the_same_as_directly(tools, postgres, scratch, layout):
    def listed(name, env):
        dump(env, f"--format={layout}", "--file", scratch / name, *(["--jobs=2"] if layout == "directory" else []))
        text = processes.run([pg.program("pg_restore"), "--file=-", scratch / name]).stdout
        return re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.M)
    with tools.nothing_denied():
        through = listed("through", tools.endpoint().libpq())
    assert through == listed("direct", service.directly(postgres, "tools"))
