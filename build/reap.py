#!/usr/bin/python3
"""Runs a command and ends, with it, everything it started, wherever that went.

    reap.py COMMAND [ARGUMENT...]

Daemons leave their parent behind (keyrings, accessibility buses, PostgreSQL under another user), so this
process becomes the one that inherits orphans, and no process outlives it. Interrupting it ends the command
first. The exit code is the command's.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def prctl(option, value):
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def parents():
    """Maps each process to its parent."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                # The name, in brackets, may itself hold brackets and blanks.
                found[int(entry)] = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    return found


def descendants():
    tree = parents()
    found, wanted = [], {os.getpid()}
    while wanted:
        wanted = {pid for pid, parent in tree.items() if parent in wanted}
        found.extend(wanted)
    return found


def reap():
    """Takes the exit codes of orphans that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def end_all(grace):
    """Asks every descendant to end, and after the grace ends those that did not."""
    deadline = time.monotonic() + grace
    asked = set()
    while left := descendants():
        late = time.monotonic() > deadline
        for pid in left:
            if late or pid not in asked:
                send(pid, signal.SIGKILL if late else signal.SIGTERM)
                asked.add(pid)
        time.sleep(0.05)
        reap()


def send(pid, number):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def main():
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _: stopped.append(got))
    child = subprocess.Popen(
        sys.argv[1:],
        start_new_session=True,
        preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
    )
    while child.poll() is None and not stopped:
        time.sleep(0.1)
    if stopped and child.poll() is None:
        # To its group, as a terminal does: a shell acts on a signal only when the program it waits for has ended.
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
    end_all(grace=5)
    if stopped:
        return 128 + stopped[0]
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main())
