"""What the corpus' attacks need when they are sent directly, and those that the server itself refuses."""
from harness import canary

# What an attack needs that is not there: another's object of another kind, or an own one to reach it with.
PARTITIONED = "CREATE TABLE {0} (LIKE {1} EXCLUDING ALL) PARTITION BY LIST (id)"
EXTENSIONS = "SET search_path = orders, extensions"
BEFORE = {
    "attacks_catalogue: statements of others, a view of it": EXTENSIONS,
    "attacks_definitions: view in a foreign schema": "DROP MATERIALIZED VIEW users.v",
    "attacks_definitions: trigger on a foreign table":
        "CREATE FUNCTION orders.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "attacks_definitions: trigger with a foreign function":
        "DROP FUNCTION users.f(); "
        "CREATE FUNCTION users.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "attacks_definitions: function in a foreign schema": "DROP FUNCTION users.f()",
    "attacks_definitions: PARTITION OF":
        "ALTER TABLE users.accounts RENAME TO old; " + PARTITIONED.format("users.accounts", "users.old"),
    "attacks_definitions: ATTACH PARTITION":
        "ALTER TABLE orders.orders RENAME TO old; " + PARTITIONED.format("orders.orders", "users.accounts"),
    "attacks_definitions: OF a type": "DROP TYPE users.mood; CREATE TYPE users.mood AS (a int)",
    "attacks_definitions: owned by a foreign column": "CREATE SEQUENCE orders.s",
    "attacks_definitions: drop": "DROP VIEW users_api_v1.accounts; DROP MATERIALIZED VIEW users.v",
    "attacks_definitions: drop beside an own one":
        "DROP VIEW users_api_v1.accounts; DROP MATERIALIZED VIEW users.v; DROP TABLE orders.order_lines",
    "attacks_definitions: write to a publication": "DELETE FROM users.accounts WHERE id = 1",
    "attacks_names: INSERT": "ALTER SEQUENCE users.accounts_id_seq RESTART 5000",
    "attacks_names: TRUNCATE beside an own one": "DROP TABLE orders.order_lines",
    "attacks_session: DROP OWNED":
        "ALTER SCHEMA users OWNER TO postgres; DROP VIEW users_api_v1.accounts; DROP MATERIALIZED VIEW users.v",
    "attacks_functions: currval": "SELECT nextval('users.accounts_id_seq')",
    "attacks_functions: currval of an oid": "SELECT nextval(oid::regclass) FROM pg_class WHERE relkind = 'S'",
    "attacks_functions: dblink": EXTENSIONS,
    "attacks_functions: crosstab": EXTENSIONS,
    "attacks_functions: connectby": EXTENSIONS,
    "attacks_session: CREATE EXTENSION": "DROP EXTENSION dblink",
    "attacks_session: CREATE EVENT TRIGGER":
        "CREATE FUNCTION orders.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "attacks_session: settings through an own operator":
        "CREATE FUNCTION orders.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
        "CREATE OPERATOR orders.= (FUNCTION = orders.eq, LEFTARG = text, RIGHTARG = text)",
    "attacks_session: pg_dump's form with an own operator":
        "CREATE FUNCTION orders.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = ''role'''; "
        "CREATE OPERATOR orders.= (FUNCTION = orders.eq, LEFTARG = text, RIGHTARG = text)",
    "attacks_session: pg_dump's form with a table of names": "CREATE TABLE orders.names (n text)",
}
# What others did before the attack, outside its transaction, and what undoes it.
SLOT = "SELECT pg_drop_replication_slot('s')"
OUTSIDE = {
    "attacks_catalogue: pg_prepared_xacts": (f"BEGIN; PREPARE TRANSACTION '{canary.MARK}'",
                                             f"ROLLBACK PREPARED '{canary.MARK}'"),
    "attacks_session: COMMIT PREPARED": ("BEGIN; PREPARE TRANSACTION 'x'", ""),
    "attacks_session: PREPARE TRANSACTION": ("", "ROLLBACK PREPARED 'x'"),
    "attacks_functions: replication slot": ("", SLOT),
    "attacks_functions: changes of all tables":
        ("SELECT pg_create_logical_replication_slot('s', 'test_decoding'); UPDATE users.accounts SET birthday = NULL",
         SLOT),
}
# What the server itself refuses, and why the corpus has it nevertheless; beside what is no SQL.
REFUSED = {
    "attacks_catalogue: a lock on the information schema": "this view has an outer join; others have none",
    "attacks_catalogue: a lock through a view of the catalogue, in a subquery": "this view has an outer join",
    "attacks_catalogue: drop from the catalogue": "allow_system_table_mods is off",
    "attacks_catalogue: statements of others, a copy": "COPY of a view; of a query it works",
    "attacks_definitions: disable one of the triggers behind foreign keys": "which number it has is chance",
    "attacks_definitions: an identity that is owned by a foreign column": "not within IDENTITY; the walk must see it",
    "attacks_definitions: an identity whose sequence lands in a foreign schema":
        "makes it there, and then wants it beside the table; the walk must see it",
    "attacks_definitions: a table with an identity whose sequence lands in a foreign schema":
        "makes it there, and then wants it beside the table; the walk must see it",
    "attacks_definitions: rule": "ON SELECT is for views; the walk must see the body all the same",
    "attacks_definitions: function, default argument": "no subquery there; the walk must see it all the same",
    "attacks_definitions: owned by a foreign column": "only within one schema",
    "attacks_functions: crosstab, both texts": "reads, and then finds another number of columns than asked for",
    "attacks_functions: table_to_xml of a cast oid": "the first row may be an index; a WHERE would help",
    "attacks_functions: unclassified function of the engine": "a function that a newer server may have",
    "attacks_names: another database": "not implemented by the server",
    "attacks_names: another session's temporary table": "only if there is one",
    "attacks_names: in a recursive CTE": "never ends; sends rows until it is stopped",
    "attacks_session: CREATE LANGUAGE": "only where that language is installed",
    "attacks_session: CREATE SUBSCRIPTION": "connects first, and there is nobody",
    "attacks_session: DO in another language": "only where that language is installed",
    "attacks_session: DROP DATABASE": "not the one of the session",
    "attacks_session: pg_dump's form without its condition": "fails at the first setting that does not take the value",
    "attacks_session: unknown setting": "a setting that a newer server may have",
}
