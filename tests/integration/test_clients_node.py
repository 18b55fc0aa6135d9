"""node-postgres and postgres.js."""
import json
import os
import pathlib

import pytest

from harness import processes

SOURCES = pathlib.Path(__file__).parent / "clients/node"
enforced = "RINGFENCE_DIRECT" not in os.environ


@pytest.fixture(scope="module")
def modules():
    folder = processes.folder("node")
    for source in SOURCES.iterdir():
        if source.is_file():
            processes.write(folder / source.name, source.read_text())
    processes.run(["npm", "ci", "--no-progress", "--ignore-scripts"], cwd=folder, seconds=110,
                  env={"HOME": str(folder), "npm_config_cache": str(folder / "cache")})
    yield folder
    processes.remove(folder)


def run(modules, endpoint, script):
    return json.loads(processes.run(["node", modules / script], env=endpoint.libpq(), cwd=modules).stdout)


def test_node_postgres(endpoint, modules):
    seen = run(modules, endpoint, "pg.mjs")
    assert seen["simple"] == 3000 and seen["extended"] == 2 and seen["prepared"] == 6
    assert seen["many"] == [1, 1] and seen["heard"] == "hello" and seen["pool"] == sum(range(40))
    assert seen["after"] == 1
    if enforced:
        assert seen["denied"]["code"] == "42501" and seen["denied"]["schema"] == "users"
        assert seen["denied"]["message"] == "ringfence: order-service may not read users.accounts"


def test_postgres_js(endpoint, modules):
    seen = run(modules, endpoint, "postgres.mjs")
    assert seen["simple"] == 3000 and seen["pipelined"] == sum(range(50))
    assert seen["cursor"] == 3000 and seen["copy"] == "1\n2\n3\n"
    if enforced:
        assert seen["mixed"] == [1, "42501", 2]
        assert seen["denied"]["code"] == "42501"
        assert seen["simple"] == 3000
