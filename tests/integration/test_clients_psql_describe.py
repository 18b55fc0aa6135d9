r"""All of psql's \d commands, with and without +, S and a pattern: the same as directly, to the byte."""
import re

import pytest

from harness import postgres as pg, processes, service

pytestmark = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")
SETUP = service.script("everything.sql") + service.script("superuser.sql")
# They show how to log in elsewhere, in options and connection strings. The login is a superuser's, to whom the server
# shows all settings, its own passwords included.
SECRETIVE = {"deu+", "dRs+", "dconfig", "dconfig+"}


@pytest.fixture(scope="module")
def tools(postgres):
    with service.of(postgres, "tools", SETUP) as made:
        yield made


def informational():
    r"""(command, argument) of each line in psql's \? under "Informational"; df[anptw][S+] is df, dfa, dfaS …"""
    text = processes.run([pg.program("psql"), "--help=commands"]).stdout
    section = re.search(r"^Informational\n(.*?)\n\n", text, re.S | re.M)[1]
    for name, kinds, options, argument in re.findall(
            r"^  \\([a-zA-Z]+)(?:\[([a-z]+)\+?\])?(?:\[(S?x?\+?)\])? +([A-Z\[])?", section, re.M):
        plus = "+" if "+" in options or name == "dP" else ""
        for kind in ["", *kinds]:
            for option in {"", "S" if "S" in options else "", plus, ("S" if "S" in options else "") + plus}:
                yield name + kind + option, argument


# What the help does not list, or with arguments of every sort.
MORE = r"""
sv happy|sv+ tools.happy|sv nothing|ef twice|ev happy|df twice int*|df+ *_letters text *|do === text text
dAo btree *|dAc btree int4|dF+ words|dFd simply|dFp default|dconfig *|dconfig+ work_mem|dconfig search_path
du orders|dg *|l shop|dT+ mood|dx+ plpgsql|dn+ tools|dn+ *|dp tools.*|lo_list|lo_list+|db+|dt *.*|dtvS+ *.p*
dditvS|dd *|encoding|gdesc|dD positive|dO plain|dy *|dL|dL+ *|dS+ pg_class|d pg_catalog.pg_class
d information_schema.tables|z person|dRp *
"""


def commands():
    for command, argument in sorted(set(informational())):
        if argument == "[":
            yield from (command, f"{command} tools.*", f"{command} *mood*")
        elif argument == "":
            yield command
    for name in ("person", "pet", "child", "event", "event_2025", "event_rest", "happy", "counted", "ticket", "pair",
                 "person_mood", "tools.*", "tools.e*", "*.person", "shop.tools.person", "nothing"):
        yield from (f"d {name}", f"d+ {name}")
    for name in ("twice", "tools.people", "tidy", "stamp", "same_letters(text, text)", "pg_catalog.upper(text)", "no"):
        yield from (f"sf {name}", f"sf+ {name}")
    yield from MORE.strip().replace("\n", "|").split("|")


def described(env, *arguments):
    r"""Both outputs, cut at the commands: {command: (what was shown, errors)}"""
    listed = list(dict.fromkeys(commands()))
    script = "".join(f"\\echo @@@@{c}\n\\warn @@@@{c}\n\\{c}\n" for c in listed)
    done = processes.run([pg.program("psql"), "-X", "-v", "VERBOSITY=verbose", *arguments], input=script,
                         env={**env, "PSQL_EDITOR": "true", "TMPDIR": "/tmp"})
    out, err = ([part.split("\n", 1) for part in stream.split("@@@@")[1:]] for stream in (done.stdout, done.stderr))
    assert [c for c, _ in out] == [c for c, _ in err] == listed
    return {c: (shown, problem) for (c, shown), (_, problem) in zip(out, err)}


def test_every_describing_command_shows_what_it_shows_directly(tools, postgres):
    before = tools.denied()
    through, direct = described(tools.endpoint().libpq()), described(service.directly(postgres, "tools"))
    denied = {c: problem for c, (_, problem) in through.items() if "ringfence:" in problem}
    assert {c.split()[0] for c in denied} == SECRETIVE, denied
    for command in denied:
        del through[command], direct[command]
    different = {c: (shown, direct[c]) for c, shown in through.items() if shown != direct[c]}
    assert different == {}
    tools.assert_denied(tools.denied() - before, len(denied))
