"""The app under test: started, signed in and out, as a person would do it."""

import itertools
import os
import signal
import subprocess

from driver import NotFound, Window, output

GOOGLE = "Sign in with Google"
MICROSOFT = "Sign in with Microsoft"

# What a person chooses in the browser, beside an account's id.
DENY = "deny"
CLOSE = "close"


class App(Window):
    """One run of the app, with what PORTAL_BROWSER_CHOICE names as the person at the browser.

    settings are variables beside those of this process; arguments are what the system passes, as a link. What it and
    its window's library write is kept beside the pictures, as app-1.log for the first run.
    """

    runs = itertools.count(1)

    def __init__(self, shots, settings=None, arguments=()):
        os.makedirs(shots, exist_ok=True)
        self.log = os.path.join(shots, f"app-{next(self.runs)}.log")
        with open(self.log, "w", encoding="utf-8") as log:
            environment = {**os.environ, **(settings or {})}
            command = [os.environ["PORTAL_APP"], *arguments]
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        super().__init__(self.process.pid, shots)

    def until(self, what, condition, patience=30.0):
        def alive():
            if self.process.poll() is not None:
                raise NotFound(f"the app ended with code {self.process.returncode} while {what} was waited for")
            return condition()

        return super().until(what, alive, patience)

    def start_sign_in(self, button, choice):
        """Chooses who sits at the browser, then presses the button of a provider."""
        with open(os.environ["PORTAL_BROWSER_CHOICE"], "w", encoding="utf-8") as file:
            file.write(choice)
        self.press("button", button)

    def sign_in(self, button, choice, code):
        """Signs in up to the first screen; types the invite code where it is asked for."""
        self.start_sign_in(button, choice)
        self.until("the overview, or the question for the invite code", lambda: self.asks_for_code() or self.signed_in(), 180)
        if self.asks_for_code():
            self.type_into("Invite code", code)
            self.screenshot_of("invite-code")
            self.press("button", "Continue")
        self.until("the overview", self.signed_in)

    def asks_for_code(self):
        return self.find("heading", "Enter your invite code")

    def signed_in(self):
        return self.find("heading", "Overview")

    def open(self, screen):
        self.press("link", screen)
        self.wait_for("heading", screen)

    def rows(self):
        """The rows of the table on screen, each a list of the texts of its cells, without the header and the boxes that select."""
        rows = []
        for row in self.all("table row"):
            cells = [cell.label() or cell.content() for cell in row.children() if cell.role() == "table cell"]
            if cells and cells[0].startswith("Select "):
                cells = cells[1:]
            if cells:
                rows.append(cells)
        return rows

    def sort_by(self, column):
        """Sorts the table by Enter on the header of a column."""
        header = self.wait_for("column header", column)
        self.until(f"the header {column!r} to take the focus", header.focus)
        self.key("Return")

    def open_link(self, link):
        """Opens a link as the system does: by starting the app with it. The window that is open must take it."""
        before = windows()
        code = App(self.shots, arguments=[link]).process.wait(timeout=60)
        assert code == 0, f"the start with {link} ended with code {code}, want 0"
        now = windows()
        assert now == before, f"after the start with {link} these windows are open:\n{now}\nbefore it:\n{before}"

    def copied(self):
        """What is on the clipboard, read by pasting it into the search."""
        self.key("ctrl+k")
        field = self.wait_for("combo box", "Search and commands")
        self.key("ctrl+v")
        text = self.until("what was pasted", field.text)
        self.key("Escape")
        self.until("the search to close", lambda: not self.find("combo box", "Search and commands"))
        return text

    def screenshot_of(self, _name):
        """For a run that keeps a picture of every step."""

    def quit(self):
        """Closes the window as its owner does, by the window manager's key; a key that got lost is pressed again."""
        for patience in (15, 40):
            self.focus()
            self.key("alt+F4")
            try:
                self.process.wait(timeout=patience)
                return
            except subprocess.TimeoutExpired:
                print(f"note: {patience} s after the key that closes the window the app is there\n{windows()}", flush=True)
        raise NotFound(f"the app did not end though its window was closed\n{self.autopsy()}")

    def focus(self):
        """Sees to it that the keyboard is the window's, and reports where it was not."""

        def focused():
            owners = [owner_of(question) for question in ("getwindowfocus", "getactivewindow")]
            if owners == [self.process.pid] * 2:
                return True
            print(f"note: the keyboard was not the window's (focus, active window: {owners})\n{windows()}", flush=True)
            for window in output("xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)).split():
                output("xdotool", "windowactivate", window)
            return False

        self.until("the window to have the keyboard", focused, 20)

    def autopsy(self):
        """Says why the app may hang: what has the keyboard, which windows there are, and where each thread is."""
        shot = self.screenshot("hanging")
        report = [
            f"the keyboard goes to {owner_of('getwindowfocus')}, the window manager's to {owner_of('getactivewindow')}",
            windows(),
            threads_of(self.process.pid),
        ]
        # On this signal Go prints the stack of every goroutine, and ends.
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        return "\n".join([*report, f"the screen: {shot}", f"the app's goroutines: {self.log}", beginning(self.log)])


def owner_of(question):
    """The process whose window xdotool returns, None where it has none."""
    pid = output("xdotool", question, "getwindowpid").strip()
    return int(pid) if pid.isdigit() else None


def windows():
    """Every window on screen, with its process."""
    lines = []
    for window in output("xdotool", "search", "--onlyvisible", "--name", "").split():
        facts = (output("xdotool", question, window).strip() for question in ("getwindowname", "getwindowpid"))
        lines.append(" ".join(["window", window, *facts]))
    return "\n".join(lines)


def threads_of(process_id):
    """Each thread with its state and where in the kernel it waits."""
    lines = []
    folder = f"/proc/{process_id}/task"
    for thread in sorted(os.listdir(folder), key=int):
        facts = [thread]
        for name in ("comm", "wchan"):
            try:
                with open(f"{folder}/{thread}/{name}", encoding="utf-8", errors="replace") as file:
                    facts.append(file.read().strip())
            except OSError:
                facts.append("?")
        lines.append(" ".join(facts))
    return "\n".join(lines)


def beginning(path, lines=150):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[:lines])
