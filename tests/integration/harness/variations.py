"""Statements made from others: own and foreign names swapped, written in other ways, wrapped, put together. The same
seed makes the same statements."""
import random
import re

TOKEN = re.compile(r"""
    (?P<body>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$) | (?P<text>\b[eE]'(?:\\.|''|[^'\\])*'|'(?:[^']|'')*')
  | (?P<quoted>(?:\b[uU]&)?"(?:[^"]|"")*") | (?P<comment>--[^\n]*\n?|/\*(?:/\*.*?\*/|(?!\*/).)*\*/) | (?P<space>\s+)
  | (?P<word>[^\W\d][\w$]*) | (?P<other>.)""", re.S | re.X)

# (schema, relation, a column of text)
RELATIONS = [
    ("orders", "orders", "status"), ("orders", "order_lines", "line"), ("orders", "no_such_table", "status"),
    ("users", "accounts", "email"), ("users", "addresses", "street"), ("users", "no_such_table", "email"),
    ("billing", "invoices", "note"), ("catalog", "products", "name"), ("nobody", "things", "thing"),
    ("users_api_v1", "accounts", "full_name"), ("public", "order_archive", "id"), ("public", "user_sessions", "token"),
]
SCHEMAS = {schema for schema, _, _ in RELATIONS}
COLUMNS = {column for _, _, column in RELATIONS} - {"id", "name"}
NAMES = SCHEMAS | {relation for _, relation, _ in RELATIONS}
QUALIFIED = re.compile(rf'\b({"|".join(sorted(SCHEMAS))})"?\s*\.\s*"?([a-z_]+)\b')

QUERIES = [                                              # {0}: something that can stand where a query can
    "SELECT * FROM ({0}) x", "SELECT 1 FROM ({0}) x LIMIT 1", "WITH x AS ({0}) SELECT * FROM x",
    "WITH x AS ({0}) SELECT 1", "WITH x AS MATERIALIZED ({0}) SELECT 1 FROM x", "SELECT EXISTS ({0})",
    "SELECT 1 WHERE NOT EXISTS ({0})", "SELECT (SELECT count(*) FROM ({0}) x)", "SELECT ARRAY(SELECT 1 FROM ({0}) x)",
    "SELECT * FROM orders.orders o, LATERAL ({0}) x", "SELECT 1 FROM orders.orders o LEFT JOIN ({0}) x ON true",
    "({0}) UNION ALL ({0})", "SELECT CASE WHEN EXISTS ({0}) THEN 1 END", "VALUES ((SELECT count(*) FROM ({0}) x))",
    "SELECT * FROM orders.orders ORDER BY (SELECT count(*) FROM ({0}) x)", "COPY ({0}) TO STDOUT",
    "INSERT INTO orders.orders (user_id) SELECT 1 FROM ({0}) x LIMIT 1",
    "UPDATE orders.orders SET user_id = 1 WHERE EXISTS ({0})", "DELETE FROM orders.order_lines WHERE EXISTS ({0})",
    "CREATE VIEW orders.made AS {0}", "CREATE TEMP VIEW made AS {0}", "CREATE TABLE orders.made AS {0}",
    "CREATE TEMP TABLE made AS {0}", "CREATE MATERIALIZED VIEW orders.made AS {0}",
    "DECLARE made CURSOR FOR {0}", "DECLARE made CURSOR FOR {0}; FETCH 1 FROM made",
    "DO $v$ BEGIN PERFORM 1 FROM ({0}) x; END $v$",
    "DO $v$ DECLARE r record; BEGIN FOR r IN {0} LOOP EXIT; END LOOP; END $v$",
    "CREATE FUNCTION orders.made() RETURNS bigint LANGUAGE sql AS $v$ SELECT count(*) FROM ({0}) x $v$",
    "CREATE FUNCTION orders.made() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM ({0}) x; END",
    "CREATE FUNCTION orders.made() RETURNS bigint LANGUAGE sql AS $v$ SELECT count(*) FROM ({0}) x $v$; "
    "SELECT orders.made()",
    "SELECT query_to_xml($v${0}$v$, true, false, '')",
]
STATEMENTS = [
    "EXPLAIN {0}", "EXPLAIN (COSTS off) {0}", "PREPARE made AS {0}", "DO $v$ BEGIN {0}; END $v$", "BEGIN; {0}; SELECT 1",
    "{0};",
    "CREATE FUNCTION orders.made() RETURNS void LANGUAGE plpgsql AS $v$ BEGIN {0}; END $v$; SELECT orders.made()",
    "CREATE PROCEDURE orders.made() LANGUAGE sql AS $v${0}$v$; CALL orders.made()",
]
GAPS = [" ", "\n", "\t", "  ", " /* x */ ", "/**/", " -- x\n", " /* users.accounts /* nested */ */ "]


def replaced(text, change):
    """The text with change(kind, token) in the place of every token."""
    return "".join(change(m.lastgroup if m.lastgroup != "tag" else "body", m[0]) for m in TOKEN.finditer(text))


class Variations:
    def __init__(self, texts, seed=20261121):
        self.random = random.Random(seed)
        self.texts = texts

    def __iter__(self):
        seen = set(self.texts)
        steps = [self.swap, self.swap, self.wrap, self.wrap, self.spell, self.gaps, self.case, self.pair]
        while True:
            text = self.random.choice(self.texts)
            for step in self.random.sample(steps, self.random.choice((1, 2, 2, 3, 4))):
                text = step(text)
            if text not in seen and len(text) < 6000:
                seen.add(text)
                yield text

    def swap(self, text):
        """Other relations in the place of those that are there, the same for the same."""
        chosen, columns = {}, []

        def other(found):
            if found[0] not in chosen:
                schema, relation, column = self.random.choice(RELATIONS)
                columns.append(column)
                chosen[found[0]] = f"{schema}.{relation}"
            return chosen[found[0]]
        text = QUALIFIED.sub(other, text)
        if columns:
            text = re.sub(rf'(?<![.\w"])({"|".join(sorted(COLUMNS))})(?![.\w"])', columns[0], text)
        return text

    def wrap(self, text):
        text = text.rstrip("; \n")
        if re.match(r"\s*(select|with|table|values)\b", text, re.I) and self.random.random() < 0.8:
            return self.random.choice(QUERIES).replace("{0}", text)
        return self.random.choice(STATEMENTS).replace("{0}", text)

    def spell(self, text):
        """Names quoted, in upper case, with Unicode escapes."""
        def spelt(kind, token):
            if kind != "word" or token not in NAMES or self.random.random() < 0.3:
                return token
            escaped = f"\\{ord(token[0]):04x}{token[1:]}"
            return self.random.choice([f'"{token}"', token.upper(), token.title(), f'U&"{escaped}"',
                                       f'U&"{escaped.replace(chr(92), "!")}" UESCAPE \'!\' '])
        return replaced(text, spelt)

    def gaps(self, text):
        return replaced(text, lambda kind, token: self.random.choice(GAPS) if kind == "space" else
                         token + self.random.choice(("", " ", "/* x */")) if token in (",", "(", ".") else token)

    def case(self, text):
        return replaced(text, lambda kind, token: self.random.choice((token.upper(), token.lower(), token))
                         if kind == "word" else token)

    def pair(self, text):
        both = [text.rstrip("; \n"), self.random.choice(self.texts).rstrip("; \n")]
        self.random.shuffle(both)
        return "; ".join(both)
