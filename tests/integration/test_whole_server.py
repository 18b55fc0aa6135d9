"""A service that owns a whole server: psql shows the same, to the byte, as without ringfence."""
import difflib
import re

import pytest

from harness import postgres as pg, processes, scram, service

pytestmark = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")


@pytest.fixture
def platform(postgres, new_ringfence):
    """A ringfence in front of one service only, which owns everything."""
    owner = {"service": "platform-service", "team": "platform", "identities": [{"login": "ringfence"}],
             "owns": [{"server": "shop-pg"}]}
    org = {"version": 1, "engines": ["postgresql"], "servers": {"shop-pg": {"engine": "postgresql"}}}
    verifier = {"verifier": scram.verifier(pg.PASSWORD)}
    return new_ringfence(policies={"org": org, "platform-service": owner}, credentials={
        "services": {"ringfence": verifier, **{login: None for login in ("orders", "users", "billing", "catalog")}}})


def shown(postgres, endpoint, script, *arguments):
    """Both outputs of psql in a fresh database."""
    postgres.sql("DROP DATABASE IF EXISTS broad WITH (FORCE)", "postgres")
    postgres.sql("CREATE DATABASE broad", "postgres")
    try:
        done = processes.run([pg.program("psql"), "-X", "-d", "broad", *arguments], input=script, env=endpoint.libpq())
        return done.stdout, done.stderr
    finally:
        postgres.sql("DROP DATABASE broad WITH (FORCE)", "postgres")


def difference(direct, through):
    return "\n".join(difflib.unified_diff(direct.splitlines(), through.splitlines(), "direct", "through", lineterm="",
                                          n=2))


@pytest.fixture
def ways(postgres, platform):
    """Directly and through ringfence; both with the same name."""
    return [service.Endpoint(p.host, p.port, True, p.authority.certificate, "ringfence") for p in (postgres, platform)]


@pytest.mark.parametrize("script", ["broad.sql", "broad_not_analysed.sql"])
def test_psql_shows_the_same_to_the_byte(postgres, platform, ways, script):
    direct, through = [shown(postgres, way, service.script(script)) for way in ways]
    assert difference(direct[1], through[1]) == ""
    assert difference(direct[0], through[0]) == ""
    assert direct == through
    if script == "broad.sql":       # what is no SQL counts, whoever sends it
        assert platform.metric("ringfence_violations_total", caught_by="analysis") == 0


@pytest.mark.parametrize("command", [
    "pg_dumpall --no-role-passwords", "pg_dump --create shop", "pg_dump --format=custom --file=/dev/null --no-sync shop",
    "psql -X -l", "vacuumdb --all --analyze-only --quiet", "reindexdb --quiet shop"])
def test_other_programs_work_as_directly(platform, ways, command):
    name, *arguments = command.split()

    def output(way):
        done = processes.run([pg.program(name), *arguments], env=way.libpq())
        return re.sub(r"^\\(un)?restrict .*$", "", done.stdout + done.stderr, flags=re.M)
    direct, through = map(output, ways)
    assert difference(direct, through) == ""
    assert platform.metric("ringfence_violations_total") == 0
