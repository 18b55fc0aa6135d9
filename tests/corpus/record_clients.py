#!/usr/bin/python3
"""Records the texts that the tests of client programs send through ringfence (`pytest -k clients`), one of each shape,
as the private server logs them:

    RINGFENCE=path/to/ringfence tests/corpus/record_clients.py > tests/corpus/clients.jsonl
"""
import contextlib
import csv
import json
import pathlib
import re
import sys

import pytest

TESTS = pathlib.Path(__file__).parents[1] / "integration"
sys.path.insert(0, str(TESTS))
from harness import postgres as pg  # noqa: E402

LOG = """
log_statement = 'all'
log_destination = 'csvlog'
logging_collector = on
log_directory = 'csv'
log_rotation_size = 0
"""
SLOW = re.compile(r"pg_sleep|repeat\(")                  # what tests of time and size ask for
USER, MESSAGE = 1, 13                                    # columns of csvlog
texts = {}


def shape(text):
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"\b[0-9a-f]*\d[0-9a-f]*\b", "0", text))


def keep(server):
    csv.field_size_limit(1 << 30)
    for file in (server.data / "csv").glob("*.csv"):
        with open(file, newline="") as lines:
            for row in csv.reader(lines):
                found = re.match(r"(?:statement|execute [^:]*): (.*)", row[MESSAGE], re.S)
                if found and row[USER] == "ringfence" and not SLOW.search(found[1]):
                    texts.setdefault(shape(found[1]), found[1])


def remove(server, removed=pg.Postgres.remove):
    server.stop()
    keep(server)
    removed(server)


pg.CONF += LOG
pg.Postgres.remove = remove
with contextlib.redirect_stdout(sys.stderr):
    pytest.main(["-k", "clients", "--rootdir", str(TESTS), str(TESTS)])
for text in texts.values():
    print(json.dumps(text, ensure_ascii=False))
