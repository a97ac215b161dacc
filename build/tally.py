#!/usr/bin/python3
"""Counts individual tests, and shows only those that failed.

    tally.py check NAME CODE LOG    one check, by its exit code
    tally.py go NAME FILE           the output of go test -json
    tally.py vitest NAME FILE       vitest's json report
    tally.py sum                    the closing line; exit code 1 on any failure, or if nothing ran

Counts are added to the file that PORTAL_TALLY names.
"""

import json
import os
import sys
from collections import defaultdict

TALLY = os.environ["PORTAL_TALLY"]
LINES_OF_A_FAILURE = 60


def add(part, passed, failed, skipped=0):
    with open(TALLY, "a", encoding="utf-8") as tally:
        tally.write(json.dumps([part, passed, failed, skipped]) + "\n")
    state = "ok" if not failed else "FAILED"
    print(f"{state:7}{part}: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)


def show(title, lines):
    print(f"--- {title}")
    cut = lines[-LINES_OF_A_FAILURE:]
    print("".join(cut).rstrip())


def check(name, code, log):
    if code != "0":
        with open(log, encoding="utf-8", errors="replace") as output:
            show(name, output.readlines())
    add(name, int(code == "0"), int(code != "0"))


def events(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except ValueError:
                yield {"Action": "output", "Output": line}


def go(name, path):
    """A test that has subtests is counted by them; a package that fails without a failed test is one failure."""
    outcome, output, parents, failed_packages = {}, defaultdict(list), set(), {}
    for event in events(path):
        package, test = event.get("Package") or event.get("ImportPath", "").split(" ")[0], event.get("Test")
        if "Output" in event:
            output[package, test].append(event["Output"])
        elif test and event["Action"] in ("pass", "fail", "skip"):
            outcome[package, test] = event["Action"]
            parents.add((package, test.rpartition("/")[0]))
        elif not test and event["Action"] == "fail":
            failed_packages[package] = True
    leaves = {key: action for key, action in outcome.items() if key not in parents}
    failures = [key for key, action in leaves.items() if action == "fail"]
    lost = [p for p in failed_packages if not any(key[0] == p for key in failures)]
    for package, test in failures:
        show(f"{package} {test}", output[package, test])
    for package in lost:
        show(package, output[package, None] + [line for key, lines in output.items() if key[0] == package and key[1] for line in lines])
    count = list(leaves.values()).count
    add(name, count("pass"), count("fail") + len(lost), count("skip"))


def vitest(name, path):
    try:
        with open(path, encoding="utf-8") as report:
            files = json.load(report)["testResults"]
    except (OSError, ValueError) as problem:
        print(f"{name} left no report: {problem}")
        add(name, 0, 1)
        return
    tests = [test for file in files for test in file["assertionResults"]]
    for test in tests:
        if test["status"] == "failed":
            show(test["fullName"], [message + "\n" for message in test["failureMessages"]])
    lost = [file for file in files if file["status"] == "failed" and not file["assertionResults"]]
    for file in lost:
        show(file["name"], [file.get("message", "")])
    count = [test["status"] for test in tests].count
    add(name, count("passed"), count("failed") + len(lost), len(tests) - count("passed") - count("failed"))


def total():
    with open(TALLY, encoding="utf-8") as tally:
        rows = [json.loads(line) for line in tally]
    passed, failed, skipped = (sum(row[column] for row in rows) for column in (1, 2, 3))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    known = {"check": check, "go": go, "vitest": vitest, "sum": total}
    sys.exit(known[sys.argv[1]](*sys.argv[2:]))
