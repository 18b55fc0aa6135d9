"""All of java.sql.DatabaseMetaData on the service's own schema: the same as directly."""
import pytest

from harness import processes, service

JARS = "/usr/share/java/postgresql.jar"
pytestmark = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")


@pytest.fixture(scope="module")
def tools(postgres):
    with service.of(postgres, "tools", service.script("everything.sql")) as made:
        yield made


@pytest.fixture(scope="module")
def classes():
    folder = processes.folder("jdbc")
    source = processes.write(folder / "Metadata.java", service.script("jdbc/Metadata.java"))
    processes.run(["javac", "-cp", JARS, "-d", folder, source])
    yield folder
    processes.remove(folder)


def told(classes, env):
    """{call: rows}"""
    url = f"jdbc:postgresql://localhost:{env['PGPORT']}/shop?sslmode=verify-full&sslrootcert={env['PGSSLROOTCERT']}"
    if "PGOPTIONS" in env:
        url += "&currentSchema=tools"
    text = processes.run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}:{classes}", "Metadata", url, env["PGUSER"],
                          env["PGPASSWORD"], "tools"]).stdout
    return dict(part.split("\n", 1) for part in text.split("== ")[1:])


def test_all_of_database_metadata_is_the_same_as_directly(tools, classes, postgres):
    with tools.nothing_denied():
        through = told(classes, tools.endpoint().libpq())
    direct = told(classes, service.directly(postgres, "tools"))
    assert through.pop("getUserName") == "tools\n" and direct.pop("getUserName") == "ringfence\n"
    assert {call: (shown, direct.get(call)) for call, shown in through.items() if shown != direct.get(call)} == {}
    assert "person" in through["getTables"] and "pet_owner_fkey" in through["getImportedKeys pet"]
    assert "person_mood" in through["getIndexInfo person"] and "tidy" in through["getProcedures"]
    assert "mood" in through["getTypeInfo"] and "updated to 5" in through["result of SELECT * FROM person"]
