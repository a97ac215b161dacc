"""The app under test: started, signed in and out, as a person would do it."""

import os
import subprocess

from driver import NotFound, Window

GOOGLE = "Sign in with Google"
MICROSOFT = "Sign in with Microsoft"

# What a person chooses in the browser, beside an account's id.
DENY = "deny"
CLOSE = "close"


class App(Window):
    """One run of the app, with what PORTAL_BROWSER_CHOICE names as the person at the browser."""

    def __init__(self, shots):
        self.process = subprocess.Popen([os.environ["PORTAL_APP"]], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
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
        self.until("the overview, or the question for the invite code", lambda: self.asks_for_code() or self.signed_in(), 60)
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
        """The rows of the table on screen, each a list of the texts of its cells, without the header."""
        rows = []
        for row in self.all("table row"):
            cells = [cell.label() for cell in row.children() if cell.role() == "table cell"]
            if cells:
                rows.append(cells)
        return rows

    def screenshot_of(self, _name):
        """For a run that keeps a picture of every step."""

    def quit(self):
        """Closes the window as its owner does, by the window manager's key, pressed again if nothing comes of it."""
        for _ in range(4):
            self.key("alt+F4")
            try:
                self.process.wait(timeout=10)
                return
            except subprocess.TimeoutExpired:
                continue
        raise NotFound("the app did not end though its window was closed")
