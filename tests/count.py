#!/usr/bin/env python3
"""Adds up JUnit files: one line for each, and one for all. Fails when a test failed or none ran."""
import pathlib
import sys
import xml.etree.ElementTree as xml


def count(path):
    passed = failed = skipped = 0
    for case in xml.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") == "disabled":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(paths):
    total = [0, 0, 0]
    for path in paths:
        if not pathlib.Path(path).exists():
            print(f"{path}: no result")
            return 1
        counts = count(path)
        print("%s: %d passed, %d failed, %d skipped" % (pathlib.Path(path).stem, *counts))
        total = [a + b for a, b in zip(total, counts)]
    print("%d passed, %d failed, %d skipped" % tuple(total))
    return 0 if total[0] and not total[1] else 1


sys.exit(main(sys.argv[1:]))
