"""The search_path, set and reset by the extended protocol."""
import pytest

from harness import corpus, postgres


@pytest.fixture
def client(ringfence):
    with corpus.Client(ringfence.host, ringfence.port) as made:
        yield made.login("orders", "shop", postgres.PASSWORD)


# Allowed only where no own schema is on the path, whose operators could stand for the catalogue's.
NEEDS_AN_EMPTY_PATH = ("SELECT set_config(name, 'view', false) FROM pg_settings "
                       "WHERE name = 'restrict_nonsystem_relation_kind'")


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("sql", ["SET search_path = ''", "SELECT set_config('search_path', '', false)"])
def test_a_path_that_was_set_takes_the_place_of_the_former_one(client, protocol, sql):
    assert not corpus.error(client.go(sql, protocol))
    assert not corpus.error(client.simple(NEEDS_AN_EMPTY_PATH))


@pytest.mark.parametrize("sql", ["DISCARD ALL", "DEALLOCATE ALL"])
def test_a_prepared_statement_that_forgets_all_may_itself_be_run(client, sql):
    client.extended("SET search_path = orders, extensions")
    assert not corpus.error(client.extended(sql))
