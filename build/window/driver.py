"""Reads and presses a real window through AT-SPI, the way a screen reader does.

A control that cannot be found here has no accessible name: that is a defect of the app. It speaks D-Bus itself:
libatspi's cache can lock up while the tree it mirrors changes, so of it only the names of roles are used.
"""

import os
import re
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

PATIENCE = 90.0
ANSWER_MS = 4000

ACCESSIBLE = "org.a11y.atspi.Accessible"
ACTION = "org.a11y.atspi.Action"
COMPONENT = "org.a11y.atspi.Component"
TEXT = "org.a11y.atspi.Text"
PROPERTIES = "org.freedesktop.DBus.Properties"

# Positions in AT-SPI's state set.
CHECKED, ENABLED, EXPANDED, FOCUSED, SELECTED, SHOWING = 4, 8, 10, 12, 23, 25
NAMED_STATES = {CHECKED: "checked", ENABLED: "enabled", EXPANDED: "expanded", FOCUSED: "focused", SELECTED: "selected", SHOWING: "showing"}
SCREEN = 0
FIELDS = ("entry", "text", "password text", "combo box")
# What opens a menu is announced as either.
MENU_BUTTONS = ("button", "combo box")


class NotFound(AssertionError):
    """Something that should be on screen is not."""


class Bus:
    """The accessibility bus."""

    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        call = ("org.a11y.Bus", "/org/a11y/bus")
        session.call_sync(*call, PROPERTIES, "Set",
                          GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True))), None, 0, ANSWER_MS)
        address = session.call_sync(*call, "org.a11y.Bus", "GetAddress", None, None, 0, ANSWER_MS).unpack()[0]
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)

    def call(self, owner, path, interface, method, arguments=None):
        return self.connection.call_sync(owner, path, interface, method, arguments, None, 0, ANSWER_MS).unpack()

    def process_of(self, owner):
        arguments = GLib.Variant("(s)", (owner,))
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                         "org.freedesktop.DBus", "GetConnectionUnixProcessID", arguments)[0]


class Node:
    """One thing on screen. Nothing is remembered: each question is asked anew."""

    def __init__(self, bus, owner, path):
        self.bus, self.owner, self.path = bus, owner, path

    def call(self, interface, method, arguments=None):
        return self.bus.call(self.owner, self.path, interface, method, arguments)

    def children(self):
        places = self.call(ACCESSIBLE, "GetChildren")[0]
        if not places and self.property("ChildCount"):
            # The page hangs in the window by a socket, which GTK leaves out of the list.
            places = self.call(ACCESSIBLE, "GetChildAtIndex", GLib.Variant("(i)", (0,)))
        return [Node(self.bus, *place) for place in places]

    def role(self):
        """The role's name, as of today: what older libraries call a push button is a button."""
        name = Atspi.role_get_name(Atspi.Role(self.call(ACCESSIBLE, "GetRole")[0]))
        return "button" if name == "push button" else name

    def name(self):
        return spoken(self.property("Name"))

    def property(self, name):
        return self.call(PROPERTIES, "Get", GLib.Variant("(ss)", (ACCESSIBLE, name)))[0]

    def states(self):
        low, high = self.call(ACCESSIBLE, "GetState")[0]
        bits = low | high << 32
        return {state for state in NAMED_STATES if bits >> state & 1}

    def has(self, state):
        return state in self.states()

    def text(self):
        """The node's own text: of a field what was typed, of a paragraph what it says."""
        if TEXT not in self.call(ACCESSIBLE, "GetInterfaces")[0]:
            return ""
        return spoken(self.call(TEXT, "GetText", GLib.Variant("(ii)", (0, -1)))[0])

    def label(self):
        return self.name() or self.text()

    def content(self):
        """Everything there is to read in it."""
        return self.text() or " ".join(filter(None, (child.label() for child in self.children())))

    def act(self):
        if ACTION not in self.call(ACCESSIBLE, "GetInterfaces")[0]:
            raise NotFound(f"{self.role()} {self.label()!r} cannot be pressed")
        self.call(ACTION, "DoAction", GLib.Variant("(i)", (0,)))

    def focus(self):
        self.call(COMPONENT, "GrabFocus")
        return self.has(FOCUSED)

    def centre(self):
        x, y, width, height = self.call(COMPONENT, "GetExtents", GLib.Variant("(u)", (SCREEN,)))[0]
        return x + width // 2, y + height // 2


class Window:
    """The app's window. Every look reads the tree anew; every wait is a poll with an end."""

    def __init__(self, process_id, shots):
        self.bus = Bus()
        self.process_id = process_id
        self.shots = shots
        os.makedirs(shots, exist_ok=True)

    # --- looking ---------------------------------------------------------------------------------

    def root(self):
        """The application's own node, or None while it has not registered."""
        desktop = Node(self.bus, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        for app in desktop.children():
            try:
                if self.bus.process_of(app.owner) == self.process_id:
                    return app
            except GLib.Error:
                continue  # it left between the two questions
        return None

    def nodes(self):
        """Every node on screen, in reading order."""
        try:
            root = self.root()
        except GLib.Error:
            root = None
        stack = [root] if root is not None else []
        while stack:
            node = stack.pop()
            yield node
            try:
                stack.extend(reversed(node.children()))
            except GLib.Error:
                continue  # it left the screen while being read

    def all(self, role, name=None):
        """Nodes showing, of that role (or one of several), whose name is `name`: a string or a compiled pattern."""
        roles = {role} if isinstance(role, str) else set(role)
        for node in self.nodes():
            try:
                if node.role() in roles and matches(name, node.label()) and node.has(SHOWING):
                    yield node
            except GLib.Error:
                continue

    def find(self, role, name=None):
        """The first of all(), or None."""
        return next(self.all(role, name), None)

    def texts(self):
        """Everything there is to read, a line per node."""
        lines = []
        for node in self.nodes():
            try:
                lines.append(node.label())
            except GLib.Error:
                continue
        return [line for line in lines if line]

    def reads(self, text):
        """Whether the screen shows the text (a string or a compiled pattern) anywhere."""
        pattern = text if isinstance(text, re.Pattern) else re.compile(re.escape(text), re.IGNORECASE)
        return any(pattern.search(line) for line in self.texts())

    # --- waiting ---------------------------------------------------------------------------------

    def until(self, what, condition, patience=PATIENCE):
        """Polls until the condition returns something true, and returns that. What is drawn anew while it is read is read again."""
        deadline = time.monotonic() + patience
        while True:
            try:
                result = condition()
            except GLib.Error:
                result = None
            if result:
                return result
            if time.monotonic() > deadline:
                raise NotFound(f"waited {patience:.0f} s for {what}")
            time.sleep(0.15)

    def wait_for(self, role, name=None, patience=PATIENCE):
        return self.until(f"{role} {shown(name)}", lambda: self.find(role, name), patience)

    def wait_for_text(self, text, patience=PATIENCE):
        self.until(f"the text {shown(text)}", lambda: self.reads(text), patience)

    def wait_gone(self, text, patience=PATIENCE):
        self.until(f"the text {shown(text)} to go", lambda: not self.reads(text), patience)

    # --- doing -----------------------------------------------------------------------------------

    def press(self, role, name=None, patience=PATIENCE):
        """Presses a control once it is there and enabled."""

        def enabled():
            node = self.find(role, name)
            return node if node and node.has(ENABLED) else None

        node = self.until(f"{role} {shown(name)} to press", enabled, patience)
        node.act()
        return node

    def click(self, role, name=None):
        """Presses the mouse on a control, for controls that react to the pointer only."""
        x, y = self.wait_for(role, name).centre()
        xdotool("mousemove", str(x), str(y), "click", "1")

    def type_into(self, name, text, role=FIELDS):
        """Focuses the field of that name, empties it and types, as a person would."""
        field = self.wait_for(role, name)
        self.until(f"the field {shown(name)} to take the focus", field.focus)
        xdotool("key", "--clearmodifiers", "ctrl+a", "BackSpace")
        xdotool("type", "--clearmodifiers", "--delay", "8", text)
        self.until(f"the field {shown(name)} to read what was typed", lambda: field.text() == text)

    def type(self, text):
        """Types where the keyboard is."""
        xdotool("type", "--clearmodifiers", "--delay", "8", text)

    def choose(self, name, option):
        """Opens a list of choices and takes one."""
        self.press("combo box", name)
        self.press("list item", option)
        self.until(f"{name!r} to read {option!r}", lambda: option in self.wait_for("combo box", name).content())

    def choose_by_keys(self, name, option):
        """Takes a choice of a list that the system draws, one key at a time: a key may come before the page has drawn the last."""
        field = self.wait_for("combo box", name)
        self.until(f"the field {shown(name)} to take the focus", field.focus)
        while (now := self.until(f"a choice in {name!r}", lambda: self.chosen(name))) != option:
            self.key("Down")
            self.until(f"{name!r} to read another choice than {now!r}", lambda before=now: self.chosen(name) not in (None, before))

    def chosen(self, name):
        """What is chosen in such a list."""
        offered = (item for menu in self.find("combo box", name).children() for item in menu.children())
        return next((item.label() for item in offered if item.has(SELECTED)), None)

    def press_by_keys(self, role, name):
        """Moves the keyboard to a control and presses Enter."""
        node = self.wait_for(role, name)
        self.until(f"{role} {shown(name)} to take the focus", node.focus)
        self.key("Return")

    def choose_in_menu(self, button, option):
        """Opens a menu and takes one of its items, by keys alone."""
        self.press_by_keys(MENU_BUTTONS, button)
        self.wait_for("menu item", option)
        for _ in range(30):
            now = self.until("an item with the focus", self.focused_item)
            if now == option:
                break
            self.key("Down")
            self.until(f"another item than {now!r} with the focus", lambda before=now: self.focused_item() not in (None, before))
        self.key("Return")
        self.until("the menu to close", lambda: not self.find("menu item", option))

    def focused_item(self):
        return next((item.label() for item in self.all("menu item") if item.has(FOCUSED)), None)

    def search_and_press(self, name, option):
        """Is search_and_click by keys alone."""
        self.type_into(name, option)
        self.until(f"{option!r} alone", lambda: [found.label() for found in self.all("list item")] == [option])
        self.key("Down", "Return")

    def search_and_choose(self, name, option):
        """Types into a field that offers what matches, waits until nothing else does, and takes it."""
        self.search_and_click(name, option)
        self.until("the offers to go", lambda: not self.find("list item"))

    def search_and_click(self, name, option):
        """Is search_and_choose where the list of offers closes together with its dialog."""
        self.type_into(name, option)
        self.until(f"{option!r} alone", lambda: [found.label() for found in self.all("list item")] == [option])
        self.click("list item", option)

    def key(self, *keys):
        xdotool("key", "--clearmodifiers", *keys)

    def choose_file(self, title, path):
        """Types a path into the dialog that saves a file, and confirms it."""
        self.until(f"the window {title!r}", lambda: output("xdotool", "search", "--onlyvisible", "--name", f"^{title}$").strip(), 30)
        self.key("ctrl+a")
        self.type(path)
        self.key("Return")

    # --- keeping ---------------------------------------------------------------------------------

    def press_mouse(self, button):
        """Presses a button of the mouse where the pointer is."""
        xdotool("click", str(button))

    def screenshot(self, name):
        path = os.path.join(self.shots, f"{name}.png")
        subprocess.run(["import", "-window", "root", path], check=True, timeout=30)
        return path

    def tree(self):
        """The whole tree as indented text, for the reader of a failure."""
        root = self.root()
        return "\n".join(described(root, 0)) + "\n" if root else "the window is not on the accessibility bus\n"


def described(node, depth):
    try:
        states = " ".join(NAMED_STATES[state] for state in sorted(node.states()))
        lines = [f"{'  ' * depth}{node.role()} {node.label()!r} {states}"]
        for child in node.children():
            lines.extend(described(child, depth + 1))
        return lines
    except GLib.Error as problem:
        return [f"{'  ' * depth}(gone: {problem.message})"]


def spoken(text):
    """Without what only layout needs: U+FFFC marks a child, U+200B keeps an empty box its height."""
    return text.replace("\ufffc", "").replace("\u200b", "").strip()


def matches(name, text):
    if name is None:
        return True
    return bool(name.search(text)) if isinstance(name, re.Pattern) else name == text


def shown(name):
    return f"/{name.pattern}/" if isinstance(name, re.Pattern) else repr(name)


def xdotool(*arguments):
    subprocess.run(["xdotool", *arguments], check=True, timeout=20)


def output(*command):
    """What a command says, its complaint where it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return str(problem)
    return result.stdout or result.stderr
