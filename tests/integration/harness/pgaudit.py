"""What the server itself saw of each statement: pgaudit's records in a private server's log."""
import collections
import csv
import io
import re

from . import processes

CONF = """
shared_preload_libraries = 'pgaudit'
logging_collector = on
log_destination = 'csvlog'
log_directory = 'audit'
log_filename = 'audit'
log_rotation_age = 0
log_rotation_size = 0
pgaudit.log = 'read,write,ddl,function'
pgaudit.log_relation = on
pgaudit.log_catalog = on
pgaudit.log_parameter = on
pgaudit.log_statement_once = on
"""
USER, SESSION, MESSAGE = 1, 5, 13              # columns of the server's csv log
STATEMENT, KIND, NAME, TEXT = 1, 5, 6, 7       # and of pgaudit's record after "SESSION"


class Log:
    """The records from now on."""

    def __init__(self, postgres):
        self.postgres = postgres
        self.file = postgres.data / "audit/audit.csv"
        self.start = self.file.stat().st_size
        self.marks = 0

    def touched(self, user):
        """[(the statement's text, {names of relations and functions})] of this login's sessions, in order."""
        self._written()
        found = collections.OrderedDict()
        with open(self.file, newline="", encoding="utf-8", errors="replace") as file:
            file.seek(self.start)
            for line in csv.reader(file):
                if len(line) > MESSAGE and line[USER] == user and line[MESSAGE].startswith("AUDIT: SESSION,"):
                    record, = csv.reader(io.StringIO(line[MESSAGE].removeprefix("AUDIT: "), newline=""))
                    text, names = found.setdefault((line[SESSION], record[STATEMENT]), ([], set()))
                    if not text:
                        text.append(record[TEXT])
                    if record[NAME]:
                        names.add(record[NAME])
        return [(text[0], names) for text, names in found.values()]

    def _written(self):
        """The server's log is written by another process: wait for a record that comes after all others."""
        self.marks += 1
        mark = f"mark {id(self)} {self.marks}"
        self.postgres.sql(f"SELECT count(*) AS \"{mark}\" FROM pg_class")

        def there():
            with open(self.file, "rb") as file:
                file.seek(self.start)
                return mark.encode() in file.read()
        processes.wait_until(there, "the server's log has all records")


def tag(text):
    """The number in the comment that a test put in front of a statement."""
    found = re.match(r"/\* (\d+) \*/", text)
    return int(found[1]) if found else None
