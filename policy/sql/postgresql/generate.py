#!/usr/bin/env python3
"""Writes functions_data.inc from lists of pg_proc and the decisions in functions_review.py.

    generate.py --dump 'psql -d postgres' 17    write tests/data/postgresql/*_17.* from a server of that version
    generate.py                                 write functions_data.inc from all lists of functions

The lists of relations and settings are what the tests of catalogue.cpp and settings.cpp compare with.

Fails with the names that nobody has classified."""
import pathlib
import re
import shlex
import subprocess
import sys

import functions_review as review

HERE = pathlib.Path(__file__).resolve().parent
LISTS = HERE.parents[2] / "tests/data/postgresql"
QUERIES = {
    "pg_proc_{}.tsv": """
        select proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid), provolatile,
               has_function_privilege('public', oid, 'execute')
        from pg_proc where pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        order by proname collate "C", 2""",
    "relations_{}.txt": """
        select nspname || '.' || relname from pg_class join pg_namespace n on n.oid = relnamespace
        where nspname in ('pg_catalog', 'information_schema') and relkind in ('r', 'v')
        order by nspname desc, relname collate "C" """,
    "settings_{}.txt": """
        select lower(name) || ' ' || context from pg_settings
        where context in ('user', 'superuser', 'backend', 'superuser-backend') order by lower(name) collate "C" """,
}


def dump(psql, version):
    LISTS.mkdir(parents=True, exist_ok=True)
    for name, query in QUERIES.items():
        command = [*shlex.split(psql), "-qAtX", "-F", "\t", "-c", query]
        rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        (LISTS / name.format(version)).write_text(rows)


def functions():
    """name -> rows (arguments, result, volatility, public) of all versions."""
    found = {}
    for path in sorted(LISTS.glob("pg_proc_*.tsv")):
        for line in path.read_text().splitlines():
            name, arguments, result, volatility, public = line.split("\t")
            found.setdefault(name, []).append((arguments, result, volatility, public == "t"))
    return found


def harmless_by_signature(rows):
    if all(re.search(r"\binternal\b", arguments) for arguments, *_ in rows):
        return True
    return all(volatility == "i" and not re.search(review.NOT_PLAIN, f"{arguments} {result}")
               for arguments, result, volatility, _ in rows)


def positions(numbers):
    return "{" + ", ".join(map(str, numbers)) + "}, " + str(len(numbers))


def special_rules():
    """name -> the C++ initialiser."""
    rules = {}

    def add(names, text):
        for name in names.split():
            assert name not in rules, f"{name} is classified twice"
            rules[name] = f'{{.name = "{name}", {text}}}'

    for table in (review.REFUSED, review.EXTENSIONS_REFUSED):
        for facility, names in table.items():
            add(names, f'.what = function_class::refused, .facility = "{facility}"')
    for table, end in ((review.NAMES, False), (review.EXTENSIONS_NAMES, False), (review.NAMES_FROM_END, True)):
        for kind, action, numbers, any_value, names in table:
            count = positions(numbers).split("}, ")
            text = (f".what = function_class::names_object, .act = action::{action}, .kind = object_kind::{kind}, "
                    f".arguments = {count[0]}}}, .argument_count = {count[1]}")
            text += ", .from_end = true" * end + ", .any_value = true" * any_value
            add(names, text)
    for numbers, harmless_from, names in review.RUNS_SQL + review.EXTENSIONS_RUNS_SQL:
        count = positions(numbers).split("}, ")
        text = f".what = function_class::runs_sql, .arguments = {count[0]}}}, .argument_count = {count[1]}"
        text += f", .harmless_from = {harmless_from}" * (harmless_from != 255)
        add(names, text)
    return rules


def main():
    found = functions()
    special = special_rules()
    reviewed = set()
    for names in review.HARMLESS.values():
        reviewed |= set(names.split())
    twice = sorted(reviewed & set(special))
    harmless = {n for n, rows in found.items() if n not in special and (n in reviewed or harmless_by_signature(rows))}
    unclassified = sorted(set(found) - harmless - set(special))
    # What not even every role may call natively is not harmless.
    guarded = sorted(n for n in harmless if not all(row[3] for row in found[n]))
    for title, names in (("classified twice", twice), ("not classified", unclassified),
                         ("harmless, but PostgreSQL guards it", guarded)):
        if names:
            sys.exit(f"{title}: {' '.join(names)}")
    lines = ["// Written by generate.py; the decisions are in functions_review.py.", "// clang-format off",
             f"constexpr std::array<function_rule, {len(special)}> special_rules{{{{"]
    lines += [f"    {special[name]}," for name in sorted(special)]
    lines += ["}};", "", f"constexpr std::array<std::string_view, {len(harmless)}> harmless_names{{{{"]
    lines += [f'    "{name}",' for name in sorted(harmless)]
    lines += ["}};", "// clang-format on", ""]
    (HERE / "functions_data.inc").write_text("\n".join(lines))


if __name__ == "__main__":
    dump(*sys.argv[2:4]) if sys.argv[1:2] == ["--dump"] else main()
