#!/usr/bin/python3
"""The test of the real window: one long day of an administrator and of the person they invite.

Each step builds on the one before it, leaves a picture in build/bin/screenshots, and counts as one test. After a
failure the rest of the day cannot happen and counts as failed too.
"""

import csv
import os
import re
import signal
import sys
import tempfile
import traceback
from collections import namedtuple
from xml.etree import ElementTree

from app import CLOSE, DENY, GOOGLE, MICROSOFT, App
from driver import CHECKED, FOCUSED, MENU_BUTTONS
from renamed import CHOICES, Renamed
from stack import Stack

SHOTS = os.environ["PORTAL_SHOTS"]
ACCOUNT = re.compile("^Account of ")
STATUSES = ("Open", "Accepted", "Expired", "Revoked")
LINK = re.compile(r"fsportal://client/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# MSSPs beside the sample's own, which have invited the same people.
SECOND_MSSP, THIRD_MSSP = "Fjord Security", "Harbour Security"

# A saved view, the MSP by which it filters, and the clients that it shows.
View = namedtuple("View", "name msp names")


class Day:
    def __init__(self, stack):
        self.stack = stack
        self.app = None
        self.invite_code = self.nameless_code = self.second_code = self.third_code = None
        self.renamed = self.opened = None
        self.view = self.linked = self.link = None

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

    def step_a_person_without_an_invite_gets_no_session(self):
        self.app.start_sign_in(GOOGLE, self.stack.stranger.account)
        self.app.wait_for_text("You have no access yet", 180)
        assert not self.app.signed_in(), "a person without an invite sees the overview"

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

    def step_the_administrator_goes_back_and_forward(self):
        self.app.open("Clients")
        self.opened = self.app.until("names of clients", self.names_on_screen)[0]
        self.app.click("table cell", self.opened)
        self.app.wait_for("heading", self.opened)
        # By the keys, by the side buttons of the mouse (8 and 9), and by the buttons on screen.
        self.app.key("alt+Left")
        self.app.until("the panel to close", lambda: not self.app.find("button", "Close"))
        self.app.key("alt+Left")
        self.app.wait_for("heading", "MSPs")
        self.app.press_mouse(9)
        self.app.wait_for("heading", "Clients")
        self.app.press_mouse(8)
        self.app.wait_for("heading", "MSPs")
        self.app.press("button", "Forward")
        self.app.wait_for("heading", "Clients")
        self.app.press("button", "Forward")
        self.app.wait_for("heading", self.opened)
        self.app.screenshot("back-and-forward")

    def step_the_menu_returns_to_a_list_as_it_was_left(self):
        self.app.open("Overview")
        self.app.press("link", "Clients")
        self.app.wait_for("heading", self.opened)
        self.app.press("button", "Close")
        self.app.until("the panel to close", lambda: not self.app.find("button", "Close"))

    def step_each_header_of_the_clients_has_a_name(self):
        headers = self.app.until("the headers of the clients", lambda: [one.name() for one in self.app.all("column header")])
        assert "Name" in headers and all(headers), f"the headers of the clients have the names {headers}"

    def step_the_administrator_invites_an_msps_user(self):
        self.app.open("Admin")
        self.app.press("button", "Invite MSP user")
        self.fill_invite(self.stack.invitee.email, tenant=self.stack.invitee_tenant)
        self.app.screenshot("invite-form")
        self.invite_code = self.send_invite(self.stack.invitee.email)

    def step_the_administrator_invites_two_more(self):
        self.app.press("button", "Invite another")
        self.fill_invite(self.stack.stranger.email, domain=self.stack.stranger_domain)
        self.send_invite(self.stack.stranger.email)
        self.app.press("button", "Invite another")
        email = f"{self.stack.nameless}@{self.stack.invitee.email.split('@')[1]}"
        self.fill_invite(email, tenant=self.stack.invitee_tenant)
        self.nameless_code = self.send_invite(email)

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
        self.app.wait_for_text(re.compile("You cannot change your own access"))
        assert not self.app.find("button", "Deactivate"), "an administrator is offered to deactivate themselves"
        self.app.press("button", "Close")

    # --- the product calls its fields otherwise ------------------------------------------------------

    def step_a_sync_that_knows_no_field_leads_to_the_fields(self):
        self.renamed = Renamed(self.stack)
        self.renamed.order()
        self.app.press("link", "Products & sync")
        self.app.press("button", re.compile("^Sync now"))
        self.app.wait_for_text(re.compile("customer without an id"))
        self.app.screenshot("fields-failed")
        self.app.press("link", "Open fields")
        self.app.wait_for("combo box", "What Ziffer fills")

    def step_the_administrator_chooses_what_the_fields_fill(self):
        for path, field in CHOICES.items():
            self.app.type_into("Search fields", path)
            self.app.choose_by_keys(f"What {path} fills", field)
        self.app.wait_for_text(f"{len(CHOICES)} changes are not saved yet")

    def step_the_preview_shows_ten_customers_before_it_is_saved(self):
        self.app.press("button", "Preview and save")
        self.app.wait_for("table", "Effect on customers")
        self.app.screenshot("fields-preview")
        # The last of them are below what the list has room for.
        customers = [node.label() for node in self.app.nodes() if node.role() == "row header"]
        assert len(customers) == 10, f"the preview shows {customers}"
        assert any(row[0] == "Licences active" for row in self.app.rows()), f"the preview shows {self.app.rows()}"
        self.app.press("button", "Save")
        self.app.wait_for_text("A sync waits for a decision: 1 customer would change because fields were remapped")

    def step_the_review_shows_from_where_to_where_a_client_goes(self):
        self.app.press("link", "Review")
        renamed = self.renamed
        self.app.wait_for("link", renamed.moved["name"])
        rows = self.app.until("what would change", self.app.rows)
        moves = [row for row in rows if renamed.msp_before in row and f"Under {renamed.msp_after}" in row]
        assert len(rows) == len(moves) == 1, f"the review says {rows}"

    def step_accepting_it_gives_the_clients_the_new_values(self):
        self.app.press("button", "Accept: use the new fields")
        self.app.press("button", "Change 1")
        self.app.wait_for_text(re.compile(r"^Accepted by \D+\. \d+ customers were read with the new fields\.$"))
        self.app.screenshot("fields-accepted")
        renamed = self.renamed
        self.app.open("Clients")
        self.app.type_into("Search clients", renamed.moved["name"])
        row = self.app.until("the client alone", lambda: len(self.app.rows()) == 1 and self.row_of(renamed.moved["name"]))
        for value in (renamed.msp_after, f"{renamed.active_after:,}", f"{renamed.purchased:,}"):
            assert value in row, f"the list says {row}, want {value}"

    def step_a_clients_history_says_that_the_fields_were_changed(self):
        renamed = self.renamed
        self.app.click("table cell", renamed.moved["name"])
        change = f"from {renamed.active_before:,} to {renamed.active_after:,}, because the field map was changed"
        self.app.wait_for_text(f"Licences active changed {change}")
        self.app.wait_for_text(re.compile(f"from {re.escape(renamed.msp_before)} to {re.escape(renamed.msp_after)}"))

    # --- questions of a day, answered without the mouse ----------------------------------------------

    def step_the_search_lists_what_changed_since_yesterday(self):
        self.run_command("since yesterday", "Changes since yesterday")
        self.app.wait_for("heading", "Changes")
        self.app.wait_for(MENU_BUTTONS, "Since yesterday")
        self.app.until("changes", self.app.rows)

    def step_the_search_lists_who_expires_within_30_days(self):
        self.run_command("expiring", "Clients expiring within 30 days")
        self.app.wait_for("heading", "Clients")
        self.app.wait_for(MENU_BUTTONS, "Expires within 30 days")

    def step_the_search_lists_which_msps_are_over_their_licences(self):
        self.run_command("msps over", "MSPs with clients over their licences")
        self.app.wait_for("heading", "MSPs")
        self.app.wait_for(MENU_BUTTONS, "Clients over their licences from 1")
        names = self.app.until("names of MSPs", self.names_on_screen)
        unknown = set(names) - set(self.stack.msps)
        assert not unknown, f"not MSPs of Heimdal's: {sorted(unknown)}"
        self.app.open("Clients")

    # --- an MSP's clients as a file --------------------------------------------------------------------

    def step_the_clients_of_one_msp_are_filtered(self):
        self.app.press("button", "Clear filters")
        self.app.press(MENU_BUTTONS, "MSP")
        self.app.search_and_click("MSP", self.stack.invitee_msp)
        mine = self.stack.clients_of(self.stack.invitee_msp)
        self.app.wait_for_text(re.compile(rf"^{len(mine)} in total|of {len(mine)}\b"))

    def step_they_are_exported_and_the_file_holds_them_all(self):
        self.app.press(MENU_BUTTONS, "Export")
        self.app.wait_for("dialog", "Export clients")
        self.app.screenshot("export-form")
        self.app.key("Return")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "clients.csv")
            self.app.choose_file("Save", path)
            self.app.wait_for("dialog", "Saved clients.csv")
            with open(path, encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        names = sorted(row["Name"] for row in rows)
        want = sorted(self.stack.clients_of(self.stack.invitee_msp))
        assert names == want, f"the file holds {names}, want {want}"
        self.app.key("Return")

    # --- a view and a link, without the mouse ----------------------------------------------------------

    def step_a_filter_and_a_sort_are_saved_as_a_view(self):
        msp = self.other_msp()
        mine = self.stack.clients_of(msp)
        self.app.press("button", "Clear filters")
        self.app.press_by_keys(MENU_BUTTONS, "MSP")
        self.app.search_and_press("MSP", msp)
        self.app.wait_for_text(re.compile(rf"^{len(mine)} in total|of {len(mine)}$"))
        # The second time reverses it.
        for first in (min(mine, key=str.casefold), max(mine, key=str.casefold)):
            self.app.sort_by("Name")
            self.app.until(f"{first!r} first", lambda first=first: self.names_on_screen()[:1] == [first])
        self.view = View(f"{msp}, from the end", msp, self.names_on_screen())
        self.app.choose_in_menu("Views", "Save as a new view")
        self.app.wait_for("dialog", "Save as a new view")
        self.app.type_into("Name", self.view.name)
        self.app.key("Return")
        self.app.wait_for(MENU_BUTTONS, f"View: {self.view.name}")

    def step_the_view_brings_back_filter_sort_and_rows(self):
        view = self.view
        self.app.choose_in_menu(f"View: {view.name}", "All")
        self.app.wait_for_text(re.compile(rf"^{len(self.stack.customers)} in total|of {len(self.stack.customers)}$"))
        assert not self.app.find("button", "Clear filters"), "all clients are shown, and a filter is set"
        self.app.open("Overview")
        self.app.open("Clients")
        self.app.until("other clients", lambda: self.names_on_screen()[:1] not in ([], view.names[:1]))
        self.app.choose_in_menu("Views", view.name)
        self.app.wait_for(MENU_BUTTONS, f"View: {view.name}")
        self.app.wait_for(MENU_BUTTONS, f"MSP {view.msp}")
        self.app.until(f"the clients of the view, {view.names}", lambda: self.names_on_screen() == view.names)

    def step_the_panel_moves_to_the_next_row_and_back(self):
        first, second = self.view.names[:2]
        self.app.press_by_keys("table cell", re.compile(rf"^{re.escape(first)}"))
        self.app.wait_for("heading", first)
        self.app.press_by_keys("button", "Next row")
        self.app.wait_for("heading", second)
        assert not self.app.find("heading", first), f"the panels of {first} and of {second} are open"
        self.app.key("k")
        self.app.wait_for("heading", first)
        self.app.press("button", "Next row")
        self.app.wait_for("heading", second)
        self.app.press_by_keys("button", "Previous row")
        self.app.wait_for("heading", first)
        self.linked = first

    def step_the_link_of_a_client_is_copied(self):
        self.app.key("l")
        self.app.wait_for_text("The link is copied.")
        self.link = self.app.copied()
        assert LINK.fullmatch(self.link), f"copied {self.link}"
        self.app.press("button", "Close")
        self.app.open("Overview")

    def step_a_start_with_the_link_shows_the_client_in_the_open_window(self):
        self.app.open_link(self.link)
        self.app.wait_for("heading", self.linked)
        self.app.wait_for("heading", "Clients")
        self.app.press("button", "Close")

    def step_a_start_with_another_text_says_that_it_is_no_link(self):
        self.app.open("Overview")
        self.app.open_link("fsportal://client/of-nobody")
        self.app.wait_for_text("This link is not one of the portal's.")
        assert self.app.signed_in(), "a text that is no link has led away from the overview"
        self.app.press("button", "Close")
        self.app.wait_gone("This link is not one of the portal's.")

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

    def step_the_link_to_a_client_of_others_is_not_found(self):
        self.app.open_link(self.link)
        self.app.wait_for_text("Not found")
        self.app.wait_for_text("It does not exist, or it is outside what your role may see.")
        assert not self.app.reads(self.linked), f"{self.linked} is a client of another MSP, and its name is shown"
        self.app.press("button", "Close")

    def step_a_wrong_code_in_settings_says_so_and_stays(self):
        self.third_code = self.stack.create_mssp(THIRD_MSSP, self.stack.invitee.email, "entra", "--tenant", self.stack.invitee_tenant)
        self.app.press(MENU_BUTTONS, ACCOUNT)
        self.app.press("menu item", "Settings")
        self.app.press("button", "I have an invite code")
        field = self.app.wait_for("entry", "Invite code")
        self.app.until("the field to have the focus", lambda: field.has(FOCUSED), 8)
        self.app.type_into("Invite code", self.invite_code)
        self.app.press("button", "Accept invite")
        self.app.wait_for_text("There is no open invite with this code.")
        assert field.text() == self.invite_code, f"the field reads {field.text()}"

    def step_the_right_code_gives_the_role_of_another_organisation(self):
        self.app.type_into("Invite code", self.third_code)
        self.app.press("button", "Accept invite")
        self.app.wait_for_text(f"You are now also MSSP administrator at {THIRD_MSSP}.")

    def step_they_switch_to_the_other_organisation_and_back(self):
        self.act_as(THIRD_MSSP)
        self.app.screenshot("switched")
        self.act_as(self.stack.invitee_msp)

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

    # --- invited by two organisations ----------------------------------------------------------------

    def step_two_invitations_are_offered_to_choose_from(self):
        self.second_code = self.stack.create_mssp(SECOND_MSSP, self.stack.stranger.email, "google", "--domain", self.stack.stranger_domain)
        self.app = App(SHOTS)
        self.app.start_sign_in(GOOGLE, self.stack.stranger.account)
        self.app.wait_for("heading", "Choose your invitations", 180)
        self.app.wait_for_text(f"These are open for {self.stack.stranger.email}.")
        assert not [box for box in self.app.all("check box") if box.has(CHECKED)], "an invitation is preselected"

    def step_both_are_chosen_and_one_asks_for_its_code(self):
        for organisation in (self.stack.invitee_msp, SECOND_MSSP):
            self.app.press("check box", re.compile(f"^{re.escape(organisation)}"))
        self.app.screenshot("invitations-chosen")
        self.app.press("button", "Accept chosen")
        self.app.wait_for_text(f"The invitation of {SECOND_MSSP} asks for its code.")

    def step_with_the_code_both_organisations_can_be_switched(self):
        self.app.type_into("Invite code", self.second_code)
        self.app.press("button", "Continue")
        self.app.until("the overview", self.app.signed_in)
        for organisation in (self.stack.invitee_msp, SECOND_MSSP, self.stack.invitee_msp):
            self.act_as(organisation)
        self.sign_out()

    # --- an address that the provider does not confirm -----------------------------------------------

    def step_a_user_whose_tenant_sends_no_address_enters_their_code(self):
        self.app.sign_in(MICROSOFT, self.stack.nameless, self.nameless_code)
        self.sign_out()

    def step_their_address_is_shown_as_not_confirmed(self):
        self.app.sign_in(GOOGLE, self.stack.admin, "")
        self.app.open("Admin")
        self.app.press("link", "Users")
        self.app.type_into("Search users", self.stack.nameless_name)
        self.app.until("the person alone", lambda: len(self.app.rows()) == 1 and self.row_of(self.stack.nameless_name))
        row = self.row_of(self.stack.nameless_name)
        assert any("(not confirmed)" in cell for cell in row), f"the list says {row}"
        self.app.click("table cell", self.stack.nameless_name)
        self.app.wait_for_text(re.compile("^Not confirmed by the provider"))
        self.app.screenshot("not-confirmed")
        self.sign_out()
        self.app.quit()

    # --- starts that go wrong ------------------------------------------------------------------------

    def step_an_invalid_setting_is_shown_in_a_window(self):
        self.app = App(SHOTS, {"FSPORTAL_API_URL": "ftp://portal"})
        self.app.wait_for_text(re.compile("FSPORTAL_API_URL must be"), 60)
        self.app.screenshot("refused-start")
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
        self.app.screenshot("hung-window")
        self.app.press("button", "Restart it")
        hung.wait(timeout=30)
        self.app.wait_for("button", GOOGLE, 60)
        self.app.quit()

    # --- reading -------------------------------------------------------------------------------------

    def names_on_screen(self):
        """The names in the table, without the status that may follow."""
        return [row[0].split("\n")[0] for row in self.app.rows()]

    def other_msp(self):
        """An MSP that the person invited does not see, and whose clients have not moved."""
        known = (self.stack.invitee_msp, self.renamed.msp_before, self.renamed.msp_after)
        return next(msp for msp in self.stack.msps if msp not in known and len(self.stack.clients_of(msp)) > 2)

    def code_on_screen(self):
        return next((node.content() for node in self.app.nodes() if node.name() == "Invite code"), None)

    def row_of(self, name):
        return next((row for row in self.app.rows() if row[0] == name), None)

    def status_of(self, email):
        return next((cell for row in self.app.rows() if row[0] == email for cell in row if cell in STATUSES), None)

    def fill_invite(self, email, tenant="", domain=""):
        self.app.wait_for("dialog", "Invite MSP user")
        self.app.type_into("Email", email)
        self.app.search_and_choose("MSP", self.stack.invitee_msp)
        if tenant:
            self.app.choose("Sign-in provider", "Microsoft")
            self.app.type_into("Entra tenant id (optional)", tenant)
        if domain:
            self.app.type_into("Google Workspace domain (optional)", domain)

    def send_invite(self, email):
        """Sends the form and returns the invite's code. It is copied: leaving without it asks for a confirmation."""
        self.app.press("button", "Send invite")
        self.app.wait_for_text(f"{email} is invited")
        code = self.app.until("the invite's code", self.code_on_screen)
        self.app.press("button", "Copy code")
        self.app.wait_for("button", "Copied")
        return code

    def run_command(self, text, name):
        """Runs a command of the search by keys alone."""
        self.app.key("ctrl+k")
        # The field keeps the keyboard, but the chosen option is announced as focused.
        self.app.wait_for("combo box", "Search and commands")
        self.app.type(text)
        self.app.wait_for("list item", name)
        self.app.key("Return")

    def act_as(self, organisation):
        """Takes another role in the menu at the top, unless it is the one in use."""
        now = self.app.wait_for(MENU_BUTTONS, re.compile("^Switch scope, now "))
        if now.label() == f"Switch scope, now {organisation}":
            return
        now.act()
        self.app.press("menu item", re.compile(re.escape(organisation)))
        self.app.wait_for(MENU_BUTTONS, f"Switch scope, now {organisation}")

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
    """Returns how many steps passed, and the error of the next."""
    for number, step in enumerate(steps(), 1):
        name = step.removeprefix("step_").replace("_", "-")
        try:
            getattr(day, step)()
            day.app.screenshot(f"{number:02}-{name}")
        except Exception as error:  # any kind of error is reported
            print(f"--- {name}")
            explain(day, number, name)
            return number - 1, repr(error)
    return len(steps()), ""


def report(passed, reason):
    """Writes the JUnit file; reason is the error of the step after those that passed."""
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", name="window")
    for number, step in enumerate(steps()):
        case = ElementTree.SubElement(suite, "testcase", classname="window", name=step.removeprefix("step_").replace("_", " "))
        if number >= passed:
            ElementTree.SubElement(case, "failure", message=reason)
            reason = "an earlier step failed"
    ElementTree.ElementTree(suites).write(os.path.join(os.environ["PORTAL_JUNIT"], "window.xml"), encoding="utf-8")


def main():
    day = Day(Stack())
    passed, reason = live(day)
    if day.app is not None and day.app.process.poll() is None:
        day.app.process.terminate()
    report(passed, reason)
    print(f"pictures in {SHOTS}")
    return 0 if passed == len(steps()) else 1


if __name__ == "__main__":
    sys.exit(main())
