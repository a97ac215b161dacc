#!/usr/bin/python3
"""Measures an app's start and memory beside those of an empty Wails window, as rows of build/bench's table.

    start.py NAME     PORTAL_APP and PORTAL_EMPTY_APP are the programs, NAME is what the rows call the first

A window has painted when the middle of the virtual display's own picture is no longer of one colour.
"""

import mmap
import os
import statistics
import struct
import subprocess
import sys
import time

RUNS = 7
SETTLED = 3.0  # seconds after which memory has stopped growing
LEFT, RIGHT, TOP, BOTTOM = 100, 1180, 120, 840


class Display:
    """The framebuffer of Xvfb, which it keeps in a file in X's window dump format."""

    def __init__(self):
        with open(os.path.join(os.environ["XDG_RUNTIME_DIR"], "Xvfb_screen0"), "rb") as file:
            self.memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = struct.unpack(">25I", self.memory[:100])
        self.line, colours = header[12], header[19]
        self.pixel = header[11] // 8
        self.start = header[0] + 12 * colours

    def painted(self):
        first = None
        for y in range(TOP, BOTTOM):
            begin = self.start + y * self.line + LEFT * self.pixel
            row = self.memory[begin : begin + (RIGHT - LEFT) * self.pixel]
            first = first or row[: self.pixel]
            if row != first * (RIGHT - LEFT):
                return True
        return False


def tree(process_id):
    with open(f"/proc/{process_id}/task/{process_id}/children", encoding="ascii") as file:
        children = [int(child) for child in file.read().split()]
    return [process_id] + [found for child in children for found in tree(child)]


def memory(process_id):
    """What the app and WebKit's processes hold, shared pages divided among their users, in MiB."""
    total = 0
    for found in tree(process_id):
        with open(f"/proc/{found}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


def start(display, program):
    wait(lambda: not display.painted(), "the display to be empty")
    began = time.monotonic()
    process = subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait(display.painted, f"{program} to paint")
    took = time.monotonic() - began
    time.sleep(SETTLED)
    held = memory(process.pid)
    process.terminate()
    process.wait(timeout=20)
    return took * 1000, held


def wait(condition, what):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited 30 s for {what}")
        time.sleep(0.002)


def measure(display, program):
    runs = [start(display, program) for _ in range(RUNS + 1)][1:]  # the first one fills the disk's cache
    return [statistics.median(column) for column in zip(*runs)]


def main():
    # The pointer is drawn into the picture.
    subprocess.run(["xdotool", "mousemove", "0", "0"], check=True, timeout=20)
    display = Display()
    app, empty = measure(display, os.environ["PORTAL_APP"]), measure(display, os.environ["PORTAL_EMPTY_APP"])
    units = ((f"{sys.argv[1]} start to first painted screen", "ms"), (f"{sys.argv[1]} memory", "MiB"))
    for (name, unit), ours, theirs in zip(units, app, empty):
        print(f"{name}\t{ours:.2f}\t{unit}\tempty window {theirs:.2f}\t{ours / theirs:.2f}")


if __name__ == "__main__":
    main()
