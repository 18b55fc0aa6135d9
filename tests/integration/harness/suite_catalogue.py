"""What the objects of a server do by themselves, as far as the analyser reads it: for what no statement names."""
import collections
import re

from . import mysql_asking

SYSTEM = {"mysql", "performance_schema", "information_schema", "sys"}
# Places beside (schema, name): everything in a schema is (schema, None).
UNKNOWN, PREPARED = ("", "not known"), ("", "prepared statements of the session")


def place(touch):
    if touch["kind"] == "server":
        return UNKNOWN
    name = touch["name"].lower() if touch["kind"] == "function" else touch["name"]
    return touch["schema"], None if touch["kind"] == "schema" else name


class Catalogue:
    """What the server's objects do by themselves, read by the analyser: (schema, name) -> touches."""

    VIEWS = "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = '{}'"
    TRIGGERS = ("SELECT event_object_table, CONCAT('CREATE TRIGGER x AFTER INSERT ON `',"
                " REPLACE(event_object_table, '`', '``'), '` FOR EACH ROW ', action_statement)"
                " FROM information_schema.triggers WHERE trigger_schema = '{}'")
    ROUTINES = ("SELECT name, CONCAT('CREATE ', type, ' x(', CONVERT(param_list USING utf8mb4), ') ',"
                " IF(type = 'FUNCTION', CONCAT('RETURNS ', returns, ' '), ''), CONVERT(body USING utf8mb4))"
                " FROM mysql.proc WHERE db = '{}'")
    FOREIGN_KEYS = ("SELECT table_name, unique_constraint_schema, referenced_table_name FROM"
                    " information_schema.referential_constraints WHERE constraint_schema = '{}'")
    DEFAULTS = ("SELECT table_name, column_default FROM information_schema.columns WHERE table_schema = '{}' AND"
                " column_default LIKE '%val%'")
    MERGED = "SELECT table_name FROM information_schema.tables WHERE table_schema = '{}' AND engine LIKE 'MRG%'"

    def __init__(self, client, analyser):
        self.client, self.analyser = client, analyser
        self.edges, self.unknown = collections.defaultdict(list), []
        client.query("SET NAMES utf8mb4")
        for row in client.query("SHOW DATABASES"):
            if row[0].decode() not in SYSTEM:
                self._read(row[0].decode())

    def _read(self, schema):
        for source in (self.VIEWS, self.TRIGGERS, self.ROUTINES):
            for name, text in self._rows(source, schema):
                if text is not None:
                    self._text(schema, name.decode() if source != self.ROUTINES else name.decode().lower(), text)
        for name, there, parent in self._rows(self.FOREIGN_KEYS, schema):
            child, parent = (schema, name.decode()), (there.decode(), parent.decode())
            self.edges[child].append(parent)
            self.edges[parent].append(child)
        for name, text in self._rows(self.DEFAULTS, schema):
            sequences = re.findall(r"val\(`([^`]*)`\.`([^`]*)`\)", text.decode("utf-8", "replace"))
            self.edges[schema, name.decode()] += sequences
        for name, in self._rows(self.MERGED, schema):
            self.edges[schema, name.decode()].append(UNKNOWN)

    def _text(self, schema, name, text):
        found = self.analyser.footprint(text, schema=schema, sql_mode="", charset="utf8mb4")
        edges = self.edges[schema, name]
        edges += [place(t) for t in found["touches"]]
        if any(e["what"] == "execute" for e in found["effects"]):
            edges.append(PREPARED)
        if found["trouble"] != "none":
            self.unknown.append((text, found["why"]))
            edges.append(UNKNOWN)

    def _rows(self, source, schema):
        try:
            return self.client.query(source.format(schema.replace("'", "''")))
        except mysql_asking.Refused:
            return []

    def reached(self, start):
        """All places that are reached from there."""
        found, todo = set(), list(start)
        while todo:
            one = todo.pop()
            if one in found:
                continue
            found.add(one)
            todo += self.edges.get(one, [])
            todo += self.edges.get((one[0], (one[1] or "").lower()), [])         # routines fold
        return found
