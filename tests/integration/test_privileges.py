"""ringfence's login may be a superuser: what the server itself lets superusers do only must be refused."""
import pytest

from harness.wire import first, query


def asked(connection, texts):
    """The texts that ringfence did not deny. Nothing is evaluated: no text asks for a row."""
    return [text for text in texts
            if not any(m.kind == b"E" and m.fields["M"].startswith("ringfence:") for m in connection.ask(query(text)))]


def for_superusers_only(server, proxy):
    """What PUBLIC has no privilege for, and yet is not refused."""
    server.sql("CREATE ROLE anybody")
    try:
        relations = server.sql("""
            SELECT format('SELECT * FROM %I.%I LIMIT 0', nspname, relname) FROM pg_class c
            JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname IN ('pg_catalog', 'information_schema') AND relkind IN ('r', 'v')
              AND NOT has_table_privilege('anybody', c.oid, 'SELECT')
              AND NOT has_any_column_privilege('anybody', c.oid, 'SELECT')""").splitlines()
        functions = server.sql("""
            SELECT format('SELECT pg_catalog.%I(%s) FROM orders LIMIT 0', proname,
                          array_to_string(array_fill('user_id'::text, ARRAY[pronargs]), ', ')) FROM pg_proc p
            WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
              AND NOT has_function_privilege('anybody', p.oid, 'EXECUTE')""").splitlines()
    finally:
        server.sql("DROP ROLE anybody")
    assert len(relations) > 10 and len(functions) > 30
    with proxy.connect() as c:
        return asked(c, relations + functions)


def test_relations_and_functions_that_only_superusers_may_use_are_refused(postgres, ringfence):
    assert for_superusers_only(postgres, ringfence) == []


@pytest.mark.parametrize("strength", ["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"])
@pytest.mark.parametrize("text", [
    "SELECT relname FROM pg_class WHERE relname = 'accounts' FOR {}", "SELECT datname FROM pg_database FOR {}",
    "SELECT 1 FROM orders o JOIN pg_namespace n ON n.nspname = o.status FOR {}",
    "SELECT 1 FROM orders o JOIN pg_namespace n ON n.nspname = o.status FOR {} OF n NOWAIT",
    "SELECT 1 FROM (SELECT oid FROM pg_proc) p FOR {}", "WITH l AS (SELECT oid FROM pg_type FOR {}) SELECT 1 FROM l",
    "SELECT 1 FROM information_schema.tables FOR {} SKIP LOCKED", "TABLE pg_catalog.pg_index FOR {}",
    "DECLARE held CURSOR FOR SELECT 1 FROM pg_attribute FOR {}"])
def test_rows_of_the_catalogue_cannot_be_locked(ringfence, text, strength):
    """Such a lock holds up the definitions of everybody; the server lets superusers take it only."""
    with ringfence.connect() as c:
        c.ask(query("BEGIN"))
        answer = c.ask(query(text.format(strength)))
        assert first(answer, b"E").fields["C"] == "42501"


def test_own_rows_next_to_the_catalogue_can_be_locked(ringfence):
    with ringfence.connect() as c:
        c.ask(query("BEGIN"))
        answer = c.ask(query("SELECT 1 FROM orders o, pg_class c WHERE o.id = 1 AND c.oid = 'orders'::regclass "
                             "FOR UPDATE OF o"))
        assert first(answer, b"C").tag == "SELECT 1"
