"""node-postgres and postgres.js; Knex and TypeORM on top of the first."""
import json
import os

import pytest

from harness import processes, service

enforced = "RINGFENCE_DIRECT" not in os.environ


@pytest.fixture
def fresh(postgres):
    """A service whose schema is empty."""
    with service.of(postgres, "fresh") as made:
        yield made


def run(modules, endpoint, script):
    return json.loads(processes.run(["node", modules / script], env=endpoint.libpq(), cwd=modules).stdout)


def test_node_postgres(endpoint, modules):
    seen = run(modules, endpoint, "pg.mjs")
    assert seen["simple"] == 3000 and seen["extended"] == 2 and seen["prepared"] == 6
    assert seen["many"] == [1, 1] and seen["heard"] == "hello" and seen["pool"] == sum(range(40))
    assert seen["after"] == 1
    if enforced:
        assert seen["denied"]["code"] == "42501" and seen["denied"]["schema"] == "users"
        assert seen["denied"]["message"] == "ringfence: order-service may not read users.accounts"


def test_postgres_js(endpoint, modules):
    seen = run(modules, endpoint, "postgres.mjs")
    assert seen["simple"] == 3000 and seen["pipelined"] == sum(range(50))
    assert seen["cursor"] == 3000 and seen["copy"] == "1\n2\n3\n"
    if enforced:
        assert seen["mixed"] == [1, "42501", 2]
        assert seen["denied"]["code"] == "42501"
        assert seen["simple"] == 3000


def test_knex_migrates_and_queries(fresh, modules):
    seen = run(modules, fresh.endpoint(), "knex.mjs")
    assert seen.pop("denied", None) == ("42501" if enforced else None)
    fresh.assert_denied(fresh.denied(), 1 if enforced else 0)
    assert seen == {
        "up": ["1_first", "2_second"], "status": 0, "version": "2", "rolledBack": 2, "again": ["1_first"], "pending": 0,
        "has": [True, False, True], "columns": ["author_id", "id", "price", "published", "sold", "title"],
        "joined": ["book 1", "book 2", "book 3"], "sum": 2790, "expensive": 19, "cte": 4, "json": 9,
        "merged": "novelist", "rank": 90, "qualified": 5, "transaction": 30, "streamed": 90,
        "left": ["knex_migrations", "knex_migrations_lock"]}


def test_typeorm_synchronizes_queries_and_migrates(fresh, modules):
    seen = run(modules, fresh.endpoint(), "typeorm.mjs")
    assert seen.pop("denied", None) == ("42501" if enforced else None)
    fresh.assert_denied(fresh.denied(), 1 if enforced else 0)
    assert seen == {
        "again": 0, "found": [3, 3, 3, 3, 3], "version": 2, "alive": 24, "owners": 2, "grouped": ["24", "24"],
        "locked": 3, "generated": True, "pending": True, "ran": 1, "left": 0,
        "tables": ["owners", "people", "pets", "toys"],
        "schema": [True, True, True, "fresh"], "after": 0}
