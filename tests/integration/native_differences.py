"""Where ringfence and PostgreSQL's own grants may differ, and why. The first that matches counts.

A difference has a name, an expression for the message (ringfence's with its detail, or where ringfence allows: the
server's), one for the statement, and the reason."""
import collections
import re

from harness import variations

Difference = collections.namedtuple("Difference", "name message sql reason")

# The server allows, ringfence denies.
STRICTER = [
    Difference("IF EXISTS", r"may not (define|read|write|reference)", r"\bIF\s+EXISTS\b",
               "there is nothing, so the server has nothing to check; we do not tell what there is"),
    Difference("catalogues", r"may not use catalogue \w+", "",
               "the server shows each role its own rows; a text cannot be narrowed, so the relation is refused"),
    Difference("other sessions", r"may not use other sessions", "",
               "the server lets a role end its own; ours are one login"),
    Difference("names by value", r"may not use (objects|types|settings) named by value", "",
               "the server knows the value when it runs; a text does not show it"),
    Difference("dynamic SQL", r"may not use (dynamic SQL|database export)", "",
               "the server checks what is made; a text does not show it"),
    Difference("path", r"may not reference schema|search_path set (by a body|inside a query)", "",
               "any path may be set on the server; here it decides what names mean"),
    Difference("settings", r"setting \w|may not use (server administration|logging|libraries|roles|replication)",
               r"\b(RE)?SET\b|set_config", "harmless for the server; ours are a list, and these are not on it"),
    Difference("all settings", r"may not use (server settings|settings)", r"SHOW ALL|pg_show_all_settings",
               "the server leaves out what the role may not see; the superuser's login may see all"),
    Difference("limits", r"nested too deeply|too long", "", "costs more to analyse than any honest statement"),
    Difference("large objects", r"may not use large objects", "", "they belong to roles and not to a schema"),
    Difference("facilities", r"may not use (other servers|two-phase commit|storage|replication|files|statistics|"
               r"procedural languages|system catalogue|server administration|checkpoints|extensions)", "",
               "the server asks for a right that everybody has, or only when there is something to do; here all "
               "services have one login, and it may be a superuser's"),
    Difference("bodies", r"may not (read|write|define|reference|execute|use)|only by itself, not inside a body",
               r"\bCREATE\b.*\b(FUNCTION|PROCEDURE)\b",
               "the server checks a body when it runs, and finds its names by the path of that moment"),
    Difference("definitions", r"may not (read|write|define)", r"\b(VIEW|PREPARE|DECLARE)\b",
               "the server checks what a view, plan or cursor touches when it is used"),
    Difference("not run", r"may not", r"EXISTS\b.*(_size|reg\w+|privilege|val|_setting) ?\(|pg_get_serial_sequence|^EXPLAIN\b|"
               r"(_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*)\W",
               "the server never came to it: a column that nobody wants, a function of NULL, a plan that is only shown. "
               "SQL in a string is checked when it runs"),
    Difference("statements in bodies", r"only by itself, not inside a body|something after the last END", "",
               "PREPARE and BEGIN ATOMIC inside a body are not read"),
    Difference("first of the path", r"may not define extensions\.", r"CREATE (TEMP )?\w+ (?!extensions)",
               "a new object may land in any schema of the path whose former ones are gone by then"),
    Difference("names", r"may not (reference|write)", r"privilege|reg(class|type|proc)|::|CAST|_size|val ?\(",
               "to name a table needs no right on it where the schema is everybody's (public)"),
    Difference("warnings", r"may not define", r"\b(VACUUM|ANALY[ZS]E|CLUSTER)\b",
               "the server warns and skips what belongs to others"),
    Difference("default privileges", r"may not define schema", r"ALTER\s+DEFAULT\s+PRIVILEGES",
               "counts for the role's own objects only; here all services have one role"),
]
# The server denies, ringfence allows.
LOOSER = [
    Difference("own schema", r"permission denied for database shop", r"(?i)CREATE\s+SCHEMA\b",
               "a service may make the schema that it owns; a grant would allow any schema"),
    Difference("own pattern", r"permission denied for schema public", r"\border_\w+",
               "a service may make what matches its pattern; a grant would allow any name"),
    Difference("names of storage", r"permission denied for schema pg_toast", r"::\s*(pg_catalog\.)?reg",
               "a name that is looked up shows an oid, which pg_class shows as well"),
    Difference("sizes", r"permission denied for tablespace", r"pg_tablespace_size",
               "a number for the whole server; psql's \\db+ asks for it"),
]


def plain(sql):
    """One blank in the place of every comment and gap."""
    return re.sub(r"\s+", " ", variations.replaced(sql, lambda kind, token: " " if kind == "comment" else token))


def name(verdict, sql):
    """Of the listed difference, or None."""
    sql = plain(sql)
    for difference in LOOSER if verdict.native == "denied" else STRICTER:
        if re.search(difference.message, verdict.message) and re.search(difference.sql, sql, re.I):
            return difference.name
    return None
