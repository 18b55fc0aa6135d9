"""MariaDB's JDBC driver, with statements that it fills in itself and with prepared ones."""
import os
import pathlib

import pytest

from harness import processes

SOURCE = pathlib.Path(__file__).parent / "clients/jdbc/MyClient.java"
JARS = "/usr/share/java/mariadb-java-client.jar"
OPTIONS = {"text": "", "prepared": "&useServerPrepStmts=true", "bulk": "&useBulkStmts=true&useServerPrepStmts=true",
           "rewritten": "&rewriteBatchedStatements=true", "pipelined": "&usePipelineAuth=true&useBatchMultiSend=true",
           "compressed": "&useCompression=true"}


@pytest.fixture(scope="module")
def classes():
    folder = processes.folder("jdbc")
    source = processes.write(folder / "MyClient.java", SOURCE.read_text())
    processes.run(["javac", "-encoding", "UTF-8", "-cp", JARS, "-d", folder, source])
    yield folder
    processes.remove(folder)


@pytest.mark.parametrize("way", OPTIONS)
def test_jdbc(my_endpoint, classes, way):
    e = my_endpoint
    url = (f"jdbc:mariadb://{e.host}:{e.port}/orders?allowMultiQueries=true&allowLocalInfile=true"
           f"&allowPublicKeyRetrieval=true{OPTIONS[way]}")
    if e.tls:
        url += f"&sslMode=verify-ca&serverSslCert={e.ca}&useSsl=true"
    done = processes.run(["java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", f"{JARS}:{classes}", "MyClient",
                          url, e.login, e.password])
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    denied, message = seen.pop("denied"), seen.pop("message", None)
    assert seen == {
        "prepared": "3000", "streamed": "3000", "batch": "200", "keys": "200", "results": "2", "timed": "5", "loaded": "3",
        "values": "grüße 🐘 3000000 null", "isolation": "8", "catalog": "orders", "valid": "true", "tables": "2",
        "columns": "5", "primary": "2", "imported": "1", "exported": "1", "indexes": "2", "types": "true",
        "described": "2 1", "called": "two-words", "after": "1"}
    if "RINGFENCE_DIRECT" not in os.environ:
        assert denied == "1142 42000" and "ringfence: order-service may not read users.accounts" in message
