#!/usr/bin/python3
"""Completes and sums the JUnit files of a run, in the folder that PORTAL_JUNIT names.

    junit.py check NAME CODE LOG     writes NAME.xml for a command without tests of its own: one test, by its exit code
    junit.py report NAME CODE        adds a failed test to NAME.xml if that has none although CODE is not 0, or no test ran
    junit.py sum                     prints the closing line; exit code 1 on any failure, or if no test ran
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

FOLDER = Path(os.environ["PORTAL_JUNIT"])
LINES_OF_A_FAILURE = 60


def check(name, code, log):
    root = ElementTree.Element("testsuites")
    output = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_A_FAILURE:]
    add(root, name, [] if code == "0" else [f"exit code {code}", *output])
    return show(name, root)


def report(name, code):
    root = read(FOLDER / f"{name}.xml")
    passed, failed, _ = count(root)
    if not failed and (not passed or code != "0"):
        add(root, name, [f"exit code {code}, but its report has {passed} passed tests and no failed one"])
    return show(name, root)


def total():
    return show(None, *map(read, FOLDER.glob("*.xml")))


def add(root, name, failure):
    suite = ElementTree.SubElement(root, "testsuite", name=name)
    case = ElementTree.SubElement(suite, "testcase", classname=name, name=name)
    if failure:
        print(f"--- {name}", *failure, sep="\n")
        # XML allows no control characters.
        text = "\n".join("".join(filter(str.isprintable, line.expandtabs(4))) for line in failure)
        ElementTree.SubElement(case, "failure", message=failure[0]).text = text
    ElementTree.ElementTree(root).write(FOLDER / f"{name}.xml", encoding="utf-8")


def read(path):
    try:
        return ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return ElementTree.Element("testsuites")


def count(*roots):
    """Returns how many tests passed, failed and were skipped."""
    cases = [case for root in roots for case in root.iter("testcase")]
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def show(name, *roots):
    passed, failed, skipped = count(*roots)
    label = f"{'FAILED' if failed else 'ok':7}{name}: " if name else ""
    print(f"{label}{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit({"check": check, "report": report, "sum": total}[sys.argv[1]](*sys.argv[2:]))
