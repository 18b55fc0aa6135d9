"""What decides how a name is read is pinned: search_path, start-up options, roles, settings."""
import pytest

from harness import wire
from harness.postgres import PASSWORD
from harness.wire import bind, execute, first, parse, query, rows, SYNC


def path(connection):
    return rows(connection.ask(query("SHOW search_path")))[0][0]


def refused(messages):
    return [m.fields["C"] for m in messages if m.kind == b"E"] == ["42501"]


def test_the_path_starts_with_the_services_own_schemas(ringfence):
    with ringfence.connect() as c:
        assert "orders" in path(c) and "public" not in path(c)
    with ringfence.connect("users") as c:
        assert path(c).replace('"', "").replace(" ", "") == "users,users_api_v1"


@pytest.mark.parametrize("attempt", [
    "SET search_path = users", "SET search_path TO orders, users", "SET LOCAL search_path = users",
    "SET search_path = \"$user\"", "SET SCHEMA 'users'", "SELECT set_config('search_path', 'users', false)",
    "SELECT set_config('search' || '_path', 'users', true)", "SELECT pg_catalog.set_config('SEARCH_PATH', 'users', false)",
    "BEGIN; SET LOCAL search_path = users; COMMIT", "ALTER ROLE CURRENT_USER SET search_path = users",
    "ALTER DATABASE shop SET search_path = users", "CREATE SCHEMA users_two",
    "CREATE FUNCTION orders.f() RETURNS int LANGUAGE sql SET search_path = users AS 'SELECT 1'",
    "UPDATE pg_settings SET setting = 'users' WHERE name = 'search_path'",
])
def test_the_path_cannot_lead_into_a_foreign_schema(ringfence, attempt):
    with ringfence.connect() as c:
        assert refused(c.ask(query(attempt))), attempt
        c.ask(query("ROLLBACK"))
        assert "users" not in path(c).replace("users_api_v1", "")


def test_the_path_may_be_set_within_the_boundary(ringfence):
    with ringfence.connect() as c:
        before = path(c)
        for allowed in ("SET search_path = orders, extensions", "SET search_path = users_api_v1, orders"):
            assert not refused(c.ask(query(allowed)))
        for back in ("RESET search_path", "SET search_path = DEFAULT", "DISCARD ALL", "RESET ALL"):
            c.ask(query("SET search_path = extensions"))
            assert path(c) == "extensions"
            assert not refused(c.ask(query(back)))
            assert path(c) == before, back


def test_a_statement_prepared_under_one_path_does_not_slip_through_under_another(ringfence):
    with ringfence.connect() as c:
        c.ask(query("SET search_path = users_api_v1"))
        c.ask(parse("SELECT count(*) FROM accounts", "s") + SYNC)
        c.ask(query("SET search_path = orders"))
        messages = c.ask(bind("", "s") + execute() + SYNC)
        # The server itself plans it again, in `orders`, where there is no such table.
        assert first(messages, b"E").fields["C"] in ("42P01", "42501")


@pytest.mark.parametrize("parameters", [
    {"search_path": "users"}, {"options": "-c search_path=users"}, {"options": "--search_path=users"},
    {"options": "-csearch_path=orders\\,users"}, {"options": "-c role=postgres"}, {"role": "postgres"},
    {"session_authorization": "postgres"}, {"options": "-c session_preload_libraries=evil"},
    {"standard_conforming_strings": "off"}, {"client_encoding": "SJIS"}, {"options": "-c client_encoding=GBK"},
    {"options": "-c row_security=off"}, {"session_replication_role": "replica"},
])
def test_start_up_parameters_are_an_allow_list(ringfence, parameters):
    with ringfence.raw() as c:
        try:
            c.login("orders", "shop", PASSWORD, **parameters)
        except (wire.Refused, EOFError):
            return
        assert "users" not in path(c).split(", ")
        assert rows(c.ask(query("SELECT current_setting('role'), current_setting('session_replication_role'), "
                                "current_setting('standard_conforming_strings'), current_setting('client_encoding')"))) \
            == [["none", "origin", "on", "UTF8"]]


def test_harmless_start_up_parameters_arrive(ringfence):
    with ringfence.connect(application_name="report", options="-c statement_timeout=12345 -c TimeZone=Asia/Tokyo",
                           DateStyle="German") as c:
        assert rows(c.ask(query("SELECT current_setting('application_name'), current_setting('statement_timeout'), "
                                "current_setting('TimeZone'), current_setting('DateStyle')"))) \
            == [["report", "12345ms", "Asia/Tokyo", "German, DMY"]]
        assert c.parameters["application_name"] == "report" and c.parameters["TimeZone"] == "Asia/Tokyo"


@pytest.mark.parametrize("value", ["true", "database", "1", "on"])
def test_replication_is_refused(ringfence, value):
    with ringfence.raw() as c, pytest.raises(wire.Refused) as caught:
        c.login("orders", "shop", PASSWORD, replication=value)
    assert caught.value.fields["S"] == "FATAL"


@pytest.mark.parametrize("setting", [
    "standard_conforming_strings = off", "client_encoding = 'SJIS'", "backslash_quote = on", "role = postgres",
    "session_replication_role = replica", "row_security = force", "local_preload_libraries = 'x'",
    "session_authorization = postgres", "NAMES 'BIG5'",
])
def test_settings_that_change_how_a_statement_is_read_are_refused(ringfence, setting):
    with ringfence.connect() as c:
        assert refused(c.ask(query("SET " + setting)))


@pytest.mark.parametrize("setting", ["statement_timeout = '3s'", "TimeZone = 'Europe/Vienna'", "work_mem = '8MB'",
                                     "application_name = 'x'", "NAMES 'LATIN1'", "enable_seqscan = off",
                                     "LOCAL lock_timeout = '1s'", "TRANSACTION ISOLATION LEVEL SERIALIZABLE"])
def test_settings_that_services_use_are_allowed(ringfence, setting):
    with ringfence.connect() as c:
        assert not refused(c.ask(query("BEGIN; SET " + setting + "; ROLLBACK")))


def test_a_database_of_nobody_is_refused_like_one_that_does_not_exist(ringfence):
    def answer(database):
        with ringfence.raw() as c, pytest.raises(wire.Refused) as caught:
            c.login("orders", database, PASSWORD)
        return {k: v.replace(database, "X") for k, v in caught.value.fields.items()}
    assert answer("postgres") == answer("nosuchdb")
