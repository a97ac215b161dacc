#!/usr/bin/python3
"""The test of the real window: one long day of an administrator and of the person they invite.

Each step stands on the one before it, leaves a picture in build/bin/screenshots, and counts as one test. After a
failure the rest of the day cannot happen and counts as failed too.
"""

import json
import os
import re
import signal
import sys
import traceback

from app import CLOSE, DENY, GOOGLE, MICROSOFT, App
from stack import Stack

SHOTS = os.environ["PORTAL_SHOTS"]
ACCOUNT = re.compile("^Account of ")
# What opens a menu is announced as either.
MENU_BUTTONS = ("button", "combo box")
STATUSES = ("Open", "Accepted", "Expired", "Revoked")


class Day:
    def __init__(self, stack):
        self.stack = stack
        self.app = None
        self.invite_code = None

    # --- before anybody is signed in -----------------------------------------------------------------

    def step_the_first_screen_offers_both_ways_in(self):
        self.app = App(SHOTS)
        self.app.wait_for("button", GOOGLE, 60)
        self.app.wait_for("button", MICROSOFT)

    def step_the_waiting_panel_shows_the_link_and_cancels(self):
        self.app.start_sign_in(GOOGLE, CLOSE)
        self.app.wait_for("heading", "Continue in your browser")
        self.app.wait_for("button", "Copy link")
        self.app.wait_for_text(re.compile(r"\d:\d\d left"))
        self.app.screenshot("waiting-panel")
        self.app.press("button", "Cancel")
        self.app.wait_for("button", GOOGLE)

    def step_refusing_at_the_provider_reads_so(self):
        self.app.start_sign_in(MICROSOFT, DENY)
        self.app.wait_for_text("Access was not granted", 180)

    def step_somebody_not_invited_reads_so_and_gets_no_session(self):
        self.app.start_sign_in(GOOGLE, self.stack.stranger)
        self.app.wait_for_text("You have no access yet", 180)
        assert not self.app.signed_in(), "somebody without an invite sees the overview"

    # --- the administrator ---------------------------------------------------------------------------

    def step_the_administrator_signs_in_with_google(self):
        self.app.sign_in(GOOGLE, self.stack.admin, self.stack.admin_code)
        self.app.wait_for(MENU_BUTTONS, ACCOUNT)

    def step_the_overview_counts_what_heimdal_says(self):
        self.app.wait_for_text(re.compile(rf"^{len(self.stack.msps)}$"))
        self.app.wait_for_text(re.compile(rf"^{len(self.stack.active)}$"))

    def step_the_administrator_reads_the_names_of_the_msps(self):
        self.app.open("MSPs")
        names = self.app.until("names of MSPs", self.names_on_screen)
        unknown = set(names) - set(self.stack.msps)
        assert not unknown, f"not MSPs of Heimdal's: {sorted(unknown)}"
        assert len(names) >= 8, f"only {names} to read"

    def step_the_administrator_invites_somebody_of_an_msp(self):
        self.app.open("Admin")
        self.app.press("button", "Invite MSP user")
        self.app.wait_for("dialog", "Invite MSP user")
        self.app.type_into("Email", self.stack.invitee.email)
        self.app.search_and_choose("MSP", self.stack.invitee_msp)
        self.app.choose("Sign-in provider", "Microsoft")
        self.app.type_into("Entra tenant id (optional)", self.stack.invitee_tenant)
        self.app.screenshot("invite-form")
        self.app.press("button", "Send invite")
        self.app.wait_for_text(f"{self.stack.invitee.email} is invited")
        self.invite_code = self.app.until("the invite's code", self.code_on_screen)

    def step_the_invite_is_listed_as_open(self):
        self.app.press("button", "Done")
        # WebKit forgets the rows of a table that a dialog covered until the table is drawn anew.
        self.app.open("Overview")
        self.app.open("Admin")
        self.app.until("the invite in the list", lambda: self.status_of(self.stack.invitee.email) == "Open")

    def step_the_administrator_finds_themselves_among_the_users(self):
        self.app.press("link", "Users")
        you = re.compile(r"\(you\)$")
        self.app.until("the administrator in the list", lambda: any(you.search(name) for name in self.names_on_screen()))
        self.app.click("table cell", you)
        self.app.wait_for_text(re.compile("Nobody changes their own access"))
        assert not self.app.find("button", "Deactivate"), "an administrator is offered to deactivate themselves"
        self.app.press("button", "Close")

    def step_signing_out_shows_the_first_screen_again(self):
        self.sign_out()

    # --- the person invited --------------------------------------------------------------------------

    def step_the_person_invited_signs_in_with_entra_id(self):
        self.app.sign_in(MICROSOFT, self.stack.invitee.account, self.invite_code)

    def step_they_see_their_clients_and_no_others(self):
        self.app.open("Clients")
        mine = self.stack.clients_of(self.stack.invitee_msp)
        names = self.app.until("names of clients", self.names_on_screen)
        foreign = set(names) - set(mine)
        assert not foreign, f"clients of others: {sorted(foreign)}"
        self.app.wait_for_text(re.compile(rf"^{len(mine)} in total|of {len(mine)}\b"))

    def step_they_see_nothing_to_administer(self):
        assert not self.app.find("link", "Admin"), "an MSP user is offered Admin"

    def step_after_quitting_and_starting_again_they_are_still_signed_in(self):
        self.app.quit()
        self.app = App(SHOTS)
        self.app.until("the overview", self.app.signed_in, 60)
        self.app.wait_for(MENU_BUTTONS, ACCOUNT)
        self.app.open("Clients")
        names = self.app.until("names of clients", self.names_on_screen)
        foreign = set(names) - set(self.stack.clients_of(self.stack.invitee_msp))
        assert not foreign, f"clients of others: {sorted(foreign)}"

    def step_after_signing_out_a_new_start_asks_again(self):
        self.sign_out()
        self.app.quit()
        self.app = App(SHOTS)
        self.app.wait_for("button", GOOGLE, 60)
        assert not self.app.signed_in(), "signed in without a session"
        self.app.quit()

    # --- starts that go wrong ------------------------------------------------------------------------

    def step_a_setting_that_cannot_be_used_is_said_in_a_window(self):
        self.app = App(SHOTS, {"FSPORTAL_API_URL": "ftp://portal"})
        self.app.wait_for_text(re.compile("FSPORTAL_API_URL must be"), 60)
        self.app.press("button", "Close")
        code = self.app.process.wait(timeout=30)
        assert code == 2, f"ended with code {code}, want 2"

    def step_a_second_start_shows_the_window_that_is_open(self):
        self.app = App(SHOTS)
        self.app.wait_for("button", GOOGLE, 60)
        code = App(SHOTS).process.wait(timeout=30)
        assert code == 0, f"the second start ended with code {code}, want 0"
        self.app.wait_for("button", GOOGLE)

    def step_a_window_that_hangs_is_restarted_by_a_second_start(self):
        hung = self.app.process
        hung.send_signal(signal.SIGSTOP)
        self.app = App(SHOTS)
        self.app.wait_for("button", "Cancel", 60)
        self.app.press("button", "Restart it")
        hung.wait(timeout=30)
        self.app.wait_for("button", GOOGLE, 60)
        self.app.quit()

    # --- reading -------------------------------------------------------------------------------------

    def names_on_screen(self):
        return [row[0] for row in self.app.rows()]

    def code_on_screen(self):
        return next((node.content() for node in self.app.nodes() if node.name() == "Invite code"), None)

    def status_of(self, email):
        return next((cell for row in self.app.rows() if row[0] == email for cell in row if cell in STATUSES), None)

    def sign_out(self):
        self.app.press(MENU_BUTTONS, ACCOUNT)
        self.app.press("menu item", "Sign out")
        self.app.wait_for("button", GOOGLE)


def steps():
    return [name for name in vars(Day) if name.startswith("step_")]


def explain(day, number, name):
    """Leaves what the reader of a failure needs: the words, the tree, a picture, what the browser did."""
    traceback.print_exc(file=sys.stdout)
    choice = os.environ["PORTAL_BROWSER_CHOICE"]
    if os.path.exists(f"{choice}.log"):
        with open(f"{choice}.log", encoding="utf-8") as log:
            print("the browser:", *log.readlines()[-6:], sep="\n  ")
    if day.app is None:
        return
    tree = os.path.join(SHOTS, f"{number:02}-{name}.tree.txt")
    with open(tree, "w", encoding="utf-8") as file:
        file.write(day.app.tree())
    print(f"the accessible tree: {tree}\nthe screen: {day.app.screenshot(f'{number:02}-{name}-FAILED')}")


def live(day):
    """Answers how many steps went well."""
    for number, step in enumerate(steps(), 1):
        name = step.removeprefix("step_").replace("_", "-")
        try:
            getattr(day, step)()
            day.app.screenshot(f"{number:02}-{name}")
        except Exception:  # whatever it was, the reader wants to see it
            print(f"--- {name}")
            explain(day, number, name)
            return number - 1
    return len(steps())


def main():
    day = Day(Stack())
    passed = live(day)
    if day.app is not None and day.app.process.poll() is None:
        day.app.process.terminate()
    failed = len(steps()) - passed
    if tally := os.environ.get("PORTAL_TALLY"):
        with open(tally, "a", encoding="utf-8") as file:
            file.write(json.dumps(["window", passed, failed, 0]) + "\n")
    print(f"{'FAILED' if failed else 'ok':7}window: {passed} passed, {failed} failed; pictures in {SHOTS}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
