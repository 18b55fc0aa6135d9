"""The JDBC driver."""
import os
import pathlib

import pytest

from harness import processes

SOURCE = pathlib.Path(__file__).parent / "clients/jdbc/ShopClient.java"
JARS = "/usr/share/java/postgresql.jar"


@pytest.fixture(scope="module")
def classes():
    folder = processes.folder("jdbc")
    source = processes.write(folder / "ShopClient.java", SOURCE.read_text())
    processes.run(["javac", "-cp", JARS, "-d", folder, source])
    yield folder
    processes.remove(folder)


def test_jdbc(endpoint, classes):
    url = f"jdbc:postgresql://{'localhost' if endpoint.tls else endpoint.host}:{endpoint.port}/shop?sslmode={endpoint.sslmode}"
    if endpoint.tls:
        url += f"&sslrootcert={endpoint.ca}"
    done = processes.run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}:{classes}", "ShopClient", url, "orders",
                          endpoint.password])
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert seen["prepared"] == "3000" and seen["portal"] == "3000" and seen["batch"] == "200"
    assert seen["tables"] == "2" and seen["columns"] == "5"
    assert seen["copied"] == "3"
    if "RINGFENCE_DIRECT" not in os.environ:
        assert seen["denied"] == "42501" and seen["schema"] == "users" and seen["table"] == "accounts"
        assert "https://users.shop.example/openapi.json" in seen["hint"]
        assert seen["aborted"] == "25P02" and seen["after"] == "1"
