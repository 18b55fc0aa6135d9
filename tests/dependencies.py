#!/usr/bin/env python3
"""Fails when a dependency between folders runs the wrong way, with the line that does it.

    policy  <-  policy/sql  <-  proxy/wire, proxy/auth, proxy/session  <-  proxy/net, proxy/observe  <-  proxy/cli, main

  tests/dependencies.py [ROOT]        check the sources
  tests/dependencies.py --self-test   check that wrong ones are found
"""
import pathlib
import re
import sys
import tempfile

# Folder -> the folders that its files may include, each with everything below it. The longest folder that fits a file
# counts; a file whose folder is not here is an error, so that a new folder gets a rule. "=" before a name: that folder only.
MAY_INCLUDE = {
    "policy": ["=policy", "policy/yaml"],
    "policy/yaml": ["policy/yaml", "=policy"],
    "policy/grants": ["policy/grants", "=policy"],
    "policy/sql": ["policy/sql", "=policy"],
    "proxy/wire": ["proxy/wire"],
    "proxy/auth": ["proxy/auth"],
    "proxy/catalog": ["proxy/catalog", "policy"],
    "proxy/session": ["=proxy/session", "policy"],
    "proxy/session/postgresql": ["proxy/session/postgresql", "=proxy/session", "proxy/wire/postgresql", "proxy/auth",
                                 "policy"],
    "proxy/session/mysql": ["proxy/session/mysql", "=proxy/session", "proxy/wire/mysql", "proxy/auth", "policy"],
    "proxy/observe": ["proxy/observe", "proxy/session", "policy"],
    "proxy/net": ["proxy/net", "proxy/session", "proxy/wire", "proxy/auth", "proxy/catalog", "policy"],
    "proxy/cli": ["proxy", "policy"],
    "proxy": ["proxy", "policy"],
}
# Folder -> what may not be included in angle brackets, as the beginning of the path.
MAY_NOT_USE = {
    "policy": ["boost/asio", "openssl", "sys/socket", "netinet", "prometheus", "libpq", "spdlog"],
    "proxy/wire": ["boost/asio", "openssl", "sys/", "netinet", "unistd", "spdlog", "yaml-cpp"],
    "proxy/session": ["boost/asio", "openssl", "sys/", "netinet", "unistd", "spdlog", "prometheus", "yaml-cpp"],
    "proxy/auth": ["boost/asio", "sys/socket", "spdlog"],
}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def rule(table, folder):
    """The entry of the folder or of the nearest one above it."""
    while folder and folder not in table:
        folder = folder.rpartition("/")[0]
    return table.get(folder)


def fits(folder, allowed):
    for entry in allowed:
        if entry.startswith("="):
            if folder == entry[1:]:
                return True
        elif folder == entry or folder.startswith(entry + "/"):
            return True
    return False


def findings(root):
    for path in sorted(p for top in ("policy", "proxy") for p in (root / top).rglob("*") if p.suffix in (".h", ".cpp")):
        name = path.relative_to(root).as_posix()
        folder = name.rpartition("/")[0]
        allowed = rule(MAY_INCLUDE, folder)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            place, what = f"{name}:{number}", found[2]
            if found[1] == '"':
                target = what.rpartition("/")[0]
                if not target:
                    yield f"{place}: {line.strip()}: includes start at the root of the project"
                elif allowed is None:
                    yield f"{place}: folder {folder} has no rule"
                elif not fits(target, allowed):
                    yield f"{place}: {line.strip()}: {folder} may not depend on {target}"
            else:
                for entry in MAY_NOT_USE:
                    if fits(folder, [entry]) and any(what.startswith(bad) for bad in MAY_NOT_USE[entry]):
                        yield f"{place}: {line.strip()}: {folder} does without"


PLANTED = {      # file -> (line, is it wrong?)
    "policy/a.cpp": ('#include "proxy/session/relay.h"', True),
    "policy/b.h": ('#include "policy/sql/analyzer.h"', True),
    "policy/c.cpp": ('#include "policy/model.h"', False),
    "policy/sql/postgresql/d.cpp": ('  #  include "proxy/wire/postgresql/frame.h"', True),
    "policy/sql/e.cpp": ('#include "policy/access.h"', False),
    "proxy/wire/postgresql/f.cpp": ("#include <boost/asio.hpp>", True),
    "proxy/wire/postgresql/g.cpp": ('#include "policy/model.h"', True),
    "proxy/session/h.cpp": ('#include "proxy/net/worker.h"', True),
    "proxy/session/i.cpp": ('#include "proxy/observe/metrics.h"', True),
    "proxy/session/j.cpp": ("#include <openssl/ssl.h>", True),
    "proxy/session/k.cpp": ('#include "policy/decision.h"', False),
    "proxy/net/l.cpp": ('#include "proxy/cli/check.h"', True),
    "proxy/net/m.cpp": ('#include "proxy/config.h"', True),
    "proxy/net/n.cpp": ("#include <openssl/ssl.h>", False),
    "proxy/newfolder/o.cpp": ('#include "relay.h"', True),
    "proxy/main.cpp": ('#include "proxy/cli/cli.h"', False),
}


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, (line, _) in PLANTED.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("// first line\n" + line + "\n")
        found = {f.split(":")[0]: f for f in findings(root)}
        wrong = {name for name, (_, bad) in PLANTED.items() if bad}
        assert set(found) == wrong, f"missed {wrong - set(found)}, made up {set(found) - wrong}"
        assert found["policy/a.cpp"].startswith('policy/a.cpp:2: #include "proxy/session/relay.h"')
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[1]
    found = list(findings(root))
    print("\n".join(found) if found else "every dependency runs the right way")
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
