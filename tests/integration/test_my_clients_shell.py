"""The programs `mariadb` and `mysql`: scripts, a person at the prompt who presses Tab, and their small sisters."""
import re

import pytest

from harness import processes, service, terminal

enforced = pytest.mark.skipif(service.DIRECT, reason="nobody denies")
SETUP = service.script("my_everything.sql")


@pytest.fixture(scope="module")
def tools(my_server):
    with service.of(my_server, "workshop", SETUP) as made:
        yield made


def shell(of, *arguments, script=None, tls=True, check=True, endpoint=None):
    endpoint = endpoint or of.endpoint(tls)
    commands = ["--commands"] if of.server.flavour == "mysql" else []           # \G and the like also in a script
    return processes.run([of.server.program(of.server.client), *endpoint.arguments(), *commands, *arguments, of.login],
                         input=script, check=check, errors="surrogateescape")


SCRIPT = r"""
status
SELECT * FROM person WHERE id < 13 ORDER BY id\G
SHOW TABLES; SHOW FULL COLUMNS FROM person; SHOW INDEX FROM pet; DESCRIBE happy;
SHOW CREATE TABLE person; SHOW CREATE VIEW owners; SHOW CREATE PROCEDURE tidy; SHOW CREATE TRIGGER stamped;
SHOW TABLE STATUS LIKE 'p%'; SHOW TRIGGERS; SHOW WARNINGS; SHOW VARIABLES LIKE 'sql_mode'; SHOW STATUS LIKE 'Uptime%';
SHOW CHARACTER SET LIKE 'utf8mb4'; SHOW COLLATION LIKE 'utf8mb4_bin'; SHOW ENGINES; SHOW EVENTS;
delimiter //
CREATE PROCEDURE again() BEGIN SELECT 1; SELECT 'two'; END//
delimiter ;
CALL again();
CALL tidy(0, @gone);
SELECT @gone, twice(21);
DROP PROCEDURE again;
USE workshop
tee /dev/null
START TRANSACTION;
DELETE FROM pet WHERE nr = 1;
SELECT row_count() > 50;
ROLLBACK;
SELECT count(*) FROM pet;
EXPLAIN SELECT * FROM person WHERE mood = 'ok';
-- a comment; with a semicolon
# another one;
/* and one */ SELECT ';' AS semicolon, "a\
b" AS two_lines;
warnings
SELECT 1/0;
CREATE TEMPORARY TABLE t (a int); INSERT INTO t VALUES (1), (2); SELECT sum(a) FROM t;
prompt >
HELP 'SELECT'
"""
DIFFERS = re.compile(r"(Connection id:|Current user:|Connection:|SSL:|TCP port:|Uptime|Threads:|Create_time|Update_time)"
                     r".*|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|(?<=\t)\d+(?=\tUptime)")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_script_shows_the_same_as_directly(tools, tls):
    with tools.nothing_denied():
        through = shell(tools, "--table", "--verbose", "--comments", script=SCRIPT, tls=tls)
    direct = shell(tools, "--table", "--verbose", "--comments", script=SCRIPT, endpoint=tools.directly(tls))

    def shown(done):
        return [DIFFERS.sub("", line) for line in (done.stdout + done.stderr).splitlines()
                if "Uptime" not in line and not re.match(r"(\| p\w+ +\||\+-)", line)]
    assert shown(through) == shown(direct)
    assert "two_lines" in through.stdout and "400" not in through.stderr


OPTIONS = [["--batch"], ["--xml"], ["--html"], ["--vertical"], ["--quick"], ["--compress"], ["--reconnect"],
           ["--safe-updates"], ["--skip-column-names"], ["--default-character-set=latin1"], ["--show-warnings"],
           ["--init-command=SET @a = 1"], ["--local-infile=1"], ["--column-type-info"], ["--unbuffered"],
           ["--max-allowed-packet=1048576"], ["--sigint-ignore"]]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_options_of_the_program(tools, options):
    statement = "SELECT id, name, mood, data FROM person WHERE id < 200 AND name NOT LIKE 'Grace%' ORDER BY id"
    with tools.nothing_denied():
        through = shell(tools, *options, "-e", statement)
    assert through.stdout == shell(tools, *options, "-e", statement, endpoint=tools.directly()).stdout
    assert "Ada" in through.stdout


@enforced
def test_a_denial_is_shown_with_its_reason_and_ends_a_script(tools):
    done = shell(tools, script="SELECT 'before';\nSELECT * FROM users.accounts;\nSELECT 'after';\n", check=False)
    assert done.returncode == 1 and "before" in done.stdout and "after" not in done.stdout
    assert "ERROR 1142 (42000) at line 2: ringfence: workshop-service may not read users.accounts" in done.stderr
    assert "services/user-service.yaml" in done.stderr
    done = shell(tools, "--force", script="USE users\nSELECT database();\n", check=False)
    assert "ERROR 1044 (42000) at line 1: ringfence:" in done.stderr and "workshop" in done.stdout


# A person at the prompt.

@pytest.fixture
def person(tools, scratch):
    at = terminal.Mysql(tools.server.program(tools.server.client), [*tools.endpoint().arguments(), tools.login], scratch)
    with at:
        yield at


# What is typed before the Tab, and words that must then be on the screen.
COMPLETIONS = [("SELECT * FROM pers", ["person", "person.name", "person.mood"]), ("SELECT person.", ["person.longer"]),
               ("SELECT * FROM ha", ["happy", "happy.id"]), ("INSERT INTO even", ["event.at", "event.what"]),
               ("SELECT pet.o", ["pet.owner"]), ("SELE", ["SELECT"]), ("USE works", ["workshop"])]


def test_tables_and_columns_are_completed(tools, person):
    before = tools.denied()
    assert "Reading table information for completion" in person.greeting
    for prefix, expected in COMPLETIONS:
        shown = person.complete(prefix)
        for word in expected:
            if word != "workshop" or service.DIRECT:
                assert word in shown, (prefix, shown)
    assert "empty_one.a" in person.complete("SELECT empty_")
    # To complete names of schemas it asks for all of them, which are others', too.
    assert tools.denied() - before <= 1


def test_a_person_at_the_prompt(tools, person):
    assert "1 row in set" in person.line("SELECT count(*) FROM person;")
    assert "ERROR 1146" in person.line("SELECT * FROM nothing_here;")
    assert "Database changed" in person.line("USE workshop") and "workshop" in person.line("SELECT database();")
    assert "Current database:\tworkshop" in person.line("status")
    assert "CREATE TABLE" in person.line("SHOW CREATE TABLE pet\\G")
    person.line("rehash")
    assert "Connection id:    " in (again := person.line("connect")) and "Current database: workshop" in again
    assert "ERROR 1064" in person.line("SELEKT 1;")


@enforced
def test_a_person_is_told_why(person):
    shown = person.line("SELECT * FROM users.accounts;")
    assert "ERROR 1142 (42000): ringfence: workshop-service may not read users.accounts" in shown
    assert "ERROR 1044 (42000): ringfence:" in person.line("USE users")
    assert "workshop" in person.line("SELECT database();")


# Their sisters.

def sister(of, name, *arguments, check=True):
    flavour = of.server.flavour
    program = of.server.program(f"mariadb-{name}" if flavour == "mariadb" else f"mysql{name}")
    return processes.run([program, *of.endpoint().arguments(), *arguments], check=check)


def test_show(tools):
    assert "person" in sister(tools, "show", "workshop").stdout
    assert "initial" in sister(tools, "show", "workshop", "person").stdout


def test_admin_pings_and_asks_for_the_version(tools):
    assert "mysqld is alive" in sister(tools, "admin", "ping").stdout.replace("mariadbd", "mysqld")
    assert "Server version" in sister(tools, "admin", "version").stdout


@enforced
@pytest.mark.parametrize("command", [["shutdown"], ["flush-logs"], ["kill", "1"], ["create", "mine"], ["debug"],
                                     ["reload"], ["password", "x"], ["processlist"]], ids=" ".join)
def test_admin_may_not_govern_the_server(tools, command):
    done = sister(tools, "admin", *command, check=False)
    assert done.returncode != 0 and ("ringfence" in done.stderr or "Unknown thread id" in done.stderr)


def test_import_loads_a_file(tools, scratch):
    path = scratch / "empty_one.txt"
    path.write_text("1\n2\n3\n")
    with tools.nothing_denied():
        assert "Records: 3" in sister(tools, "import", "--local", "--delete", "workshop", path).stdout
    assert tools.server.sql("SELECT sum(a) FROM workshop.empty_one") == "6"


def test_slap(tools):
    with tools.nothing_denied():
        sister(tools, "slap", "--create-schema=workshop", "--query=SELECT count(*) FROM person WHERE mood = 'ok'",
               "--concurrency=4", "--number-of-queries=40", "--no-drop")
