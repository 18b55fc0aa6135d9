"""mariadb-dump and mysqldump of the own database, restored into another one by mariadb and mysql; LOAD DATA LOCAL."""
import re

import pytest

from harness import processes, service

enforced = pytest.mark.skipif(service.DIRECT, reason="nobody denies")
COPY = "workshop_copy"
# What belongs to the server is not the service's to dump.
OWN = ["--routines", "--events", "--triggers", "--skip-dump-date", "--hex-blob"]
MYSQL = ["--no-tablespaces", "--set-gtid-purged=OFF", "--column-statistics=0"]


@pytest.fixture(scope="module")
def tools(my_server):
    with service.of(my_server, "workshop", service.script("my_everything.sql"), databases=[COPY]) as made:
        yield made


@pytest.fixture
def copy(tools, my_server):
    yield COPY
    my_server.sql(f"DROP DATABASE IF EXISTS {COPY}; CREATE DATABASE {COPY}")


def dump(of, *arguments, endpoint=None, check=True):
    """The text without what is never the same."""
    login = (endpoint or of.endpoint()).arguments() + ([] if of.server.flavour == "mariadb" else MYSQL)
    done = processes.run([of.server.program(of.server.dump), *login, *arguments], check=check, errors="surrogateescape")
    return re.sub(r"^-- (Host:|Server version|MariaDB dump|MySQL dump).*$", "", done.stdout, flags=re.M) if check else done


def restore(of, database, text, *arguments):
    processes.run([of.server.program(of.server.client), *of.endpoint().arguments(), *arguments, database], input=text,
                  errors="surrogateescape")


WAYS = [["--single-transaction"], ["--lock-tables"], ["--skip-opt"], ["--quick", "--compress"], ["--skip-extended-insert"],
        ["--complete-insert"], ["--no-data"], ["--no-create-info"], ["--add-drop-database"], ["--compact"], ["--xml"],
        ["--replace"], ["--insert-ignore"], ["--order-by-primary"], ["--disable-keys"], ["--add-drop-trigger"],
        ["--skip-comments"], ["--where=1 = 1"], ["--skip-tz-utc"], ["--default-character-set=latin1"],
        ["--no-autocommit"], ["--ignore-table=workshop.pet"], ["--max-allowed-packet=64M", "--net-buffer-length=1M"]]


@pytest.mark.parametrize("options", WAYS, ids=" ".join)
def test_a_dump_is_the_same_as_directly(tools, options):
    with tools.nothing_denied():
        through = dump(tools, *OWN, *options, "workshop")
    assert through == dump(tools, *OWN, *options, "workshop", endpoint=tools.directly())
    assert "person" in through


@pytest.mark.parametrize("tables", [["workshop", "person", "pet"], ["--databases", "workshop", COPY],
                                    ["--no-data", "workshop", "happy", "owners"]], ids=" ".join)
def test_some_tables_or_several_databases_are_dumped(tools, tables):
    with tools.nothing_denied():
        through = dump(tools, *OWN, *tables)
    assert through == dump(tools, *OWN, *tables, endpoint=tools.directly()) and "CREATE" in through


@pytest.mark.parametrize("options", [[], ["--skip-extended-insert", "--skip-lock-tables"], ["--single-transaction"]],
                         ids=" ".join)
def test_a_dump_is_restored(tools, copy, options):
    with tools.nothing_denied():
        text = dump(tools, *OWN, *options, "workshop")
        for expected in ("CREATE TABLE `person`", r"TRIGGER .?stamped", r"PROCEDURE .?tidy", r"EVENT .?nightly"):
            assert re.search(expected, text), expected
        restore(tools, copy, text)
        again = dump(tools, *OWN, *options, copy)
    assert again.replace(COPY, "workshop") == text
    restore(tools, copy, text)                                  # once more, over what is there


def test_a_dump_with_the_name_of_the_database_is_restored(tools, copy, my_server):
    with tools.nothing_denied():
        text = dump(tools, *OWN, "--databases", "--add-drop-database", COPY)
        restore(tools, "workshop", text)
    assert f"USE `{COPY}`" in text
    assert my_server.sql(f"SELECT count(*) FROM schemata WHERE schema_name = '{COPY}'") == "1"


def test_a_dump_is_piped_from_one_database_to_the_other(tools, copy, my_server):
    with tools.nothing_denied():
        text = dump(tools, "--no-create-db", "workshop", "person")
        restore(tools, copy, text, "--binary-mode", "--init-command=SET @a = 1")
    assert my_server.sql(f"SELECT count(*), max(id) FROM {copy}.person") == my_server.sql(
        "SELECT count(*), max(id) FROM workshop.person")


@enforced
@pytest.mark.parametrize("arguments", [["users"], ["users", "accounts"], ["--databases", "workshop", "users"], ["mysql"],
                                       ["--no-data", "users"], ["--all-databases"]], ids=" ".join)
def test_a_dump_of_others_is_denied(tools, arguments):
    done = dump(tools, *OWN, *arguments, check=False)
    assert done.returncode != 0 and "ringfence" in done.stderr
    assert "password_hash" not in done.stdout and "@example.com" not in done.stdout


@enforced
@pytest.mark.parametrize("option", ["--master-data", "--lock-all-tables", "--flush-logs", "--tab=/tmp",
                                    "--flush-privileges"])
def test_a_dump_that_governs_the_server_is_denied(tools, option):
    if tools.server.flavour == "mysql":
        option = option.replace("master-data", "source-data")
    done = dump(tools, option, "workshop", check=False)
    assert done.returncode != 0 and "ringfence" in done.stderr


# LOAD DATA LOCAL.

LOADS = {
    "plain": ("INTO TABLE loaded", "1\tone\n2\ttwo\n\\N\t\\N\n", "1\tone\n2\ttwo\nNULL\tNULL"),
    "csv": ("INTO TABLE loaded FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' LINES TERMINATED BY '\\r\\n' "
            "IGNORE 1 LINES (a, b)", 'a,b\r\n1,"o,n""e"\r\n2,two\r\n', '1\to,n"e\n2\ttwo'),
    "set": ("REPLACE INTO TABLE loaded CHARACTER SET utf8mb4 (@x, b) SET a = @x * 10", "1\tgrüß\n2\t🐘\n",
            "10\tgrüß\n20\t🐘"),
    "ignore": ("IGNORE INTO TABLE loaded (a)", "5\n5\nx\n", "0\tNULL\n5\tNULL"),
    "starting": ("INTO TABLE loaded LINES STARTING BY '>>' TERMINATED BY ';' (b, a)", "x>>one\t1;y>>two\t2;",
                 "1\tone\n2\ttwo"),
    "empty": ("INTO TABLE loaded", "", ""),
}


@pytest.mark.parametrize("way", LOADS)
def test_a_file_is_loaded(tools, scratch, way, my_server):
    clauses, data, expected = LOADS[way]
    (scratch / "data").write_bytes(data.encode())
    my_server.sql("DROP TABLE IF EXISTS loaded; CREATE TABLE loaded (a int UNIQUE, b varchar(40))", "workshop")
    with tools.nothing_denied():
        restore(tools, "workshop", f"LOAD DATA LOCAL INFILE '{scratch / 'data'}' {clauses}", "--local-infile=1",
                "--default-character-set=utf8mb4")
    assert my_server.sql("SELECT a, b FROM loaded ORDER BY a IS NULL, a", "workshop") == expected
    my_server.sql("DROP TABLE workshop.loaded")


def test_a_large_file_is_loaded(tools, scratch, my_server):
    (scratch / "data").write_text("".join(f"{n}\t{'x' * 100}\n" for n in range(300_000)))
    my_server.sql("CREATE TABLE loaded (a int PRIMARY KEY, b varchar(100))", "workshop")
    with tools.nothing_denied():
        restore(tools, "workshop", f"LOAD DATA LOCAL INFILE '{scratch / 'data'}' INTO TABLE loaded", "--local-infile=1")
    assert my_server.sql("SELECT count(*), sum(a) FROM workshop.loaded") == f"300000\t{sum(range(300_000))}"
    my_server.sql("DROP TABLE workshop.loaded")


@enforced
def test_a_file_for_others_is_never_asked_for(tools, scratch):
    (scratch / "data").write_text("1\n")
    for sql in (f"LOAD DATA LOCAL INFILE '{scratch / 'data'}' INTO TABLE users.accounts (full_name)",
                "LOAD DATA INFILE '/etc/passwd' INTO TABLE person (name)",
                f"LOAD XML LOCAL INFILE '{scratch / 'data'}' INTO TABLE users.accounts"):
        done = processes.run([tools.server.program(tools.server.client), *tools.endpoint().arguments(), "--local-infile=1",
                              "workshop"], input=sql, check=False)
        assert "ringfence" in done.stderr
