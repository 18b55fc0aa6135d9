"""What a MariaDB server says that it touches: TABLE events of its plugin server_audit."""
import collections
import os

OPTIONS = ("--plugin-load-add=server_audit", "--server-audit-logging=ON", "--server-audit-events=TABLE",
           "--server-audit-file-rotate-size=9000000000000000000")

Event = collections.namedtuple("Event", "what schema table")


class Log:
    """Of a server started with OPTIONS that nobody else uses: what is new since the last question."""

    def __init__(self, server):
        self.path = server.data / "server_audit.log"
        self.at = self.path.stat().st_size

    def events(self):
        size = os.stat(self.path).st_size
        if size == self.at:
            return []
        with open(self.path, "rb") as file:
            file.seek(self.at)
            new = file.read(size - self.at)
        self.at = size
        return [event for line in new.decode("utf-8", "replace").splitlines() for event in self._read(line)]

    @staticmethod
    def _read(line):
        # time,server,user,host,connection,query,operation,schema,table[|schema.table],result
        fields = line.split(",")
        if len(fields) < 10:
            return
        what, schema, table = fields[6], fields[7], ",".join(fields[8:-1])
        if what == "RENAME":
            table, _, new = table.partition("|")
            new_schema, _, new_table = new.partition(".")
            yield Event(what, new_schema, new_table)
        yield Event(what, schema, table)
