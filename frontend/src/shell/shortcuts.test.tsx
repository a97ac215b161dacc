import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { t } from "../i18n/i18n";
import { keyNames, keysOf, pressed, type ShortcutName, shortcuts } from "../parts/shortcuts";
import { expectAccessible, renderApp } from "../test/render";

const names = Object.keys(shortcuts) as ShortcutName[];

const few = ({ world }: Fake) => {
  world.clients = world.clients.slice(0, 2);
};
const open = async () => {
  const app = renderApp({ signedIn: users.admin, path: "/clients", prepare: few });
  await screen.findByRole("grid", { name: "Clients" });
  return app;
};
const dialog = () => screen.findByRole("dialog", { name: "Keyboard shortcuts" });

describe("the shortcuts", () => {
  it("are all listed on ?, with their keys, and not while something is typed", async () => {
    const { user } = await open();
    const search = screen.getByRole("searchbox", { name: "Search clients" });
    await user.type(search, "?/");
    expect(search).toHaveValue("?/");
    expect(screen.queryByRole("dialog")).toBeNull();
    fireEvent.keyDown(document.body, { key: "?", shiftKey: true });
    const list = await dialog();
    await expectAccessible();
    for (const name of names) {
      const term = within(list)
        .getAllByText(t(`shell.shortcuts.name.${name}`))
        .find((one) => one.tagName === "DT");
      for (const keys of keysOf(name)) {
        expect(term?.nextElementSibling).toHaveTextContent(keyNames(keys).join("+"));
      }
    }
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it.each([
    ["/", { key: "/" }],
    ["Ctrl+F", { key: "f", ctrlKey: true }],
  ])("%s focuses the list's search field", async (_, keys) => {
    await open();
    const search = screen.getByRole("searchbox", { name: "Search clients" });
    expect(search).not.toHaveFocus();
    const passed = fireEvent.keyDown(document.body, keys);
    expect(search).toHaveFocus();
    expect(passed).toBe(false);
  });

  it("are in the menu of the account", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: /^Account of/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Keyboard shortcuts" }));
    await dialog();
  });
});

describe("a shortcut", () => {
  const event = (over: Partial<KeyboardEvent>) =>
    ({ key: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...over }) as KeyboardEvent;

  it.each([
    [{ key: "k", ctrlKey: true }, "palette", true],
    [{ key: "K", metaKey: true }, "palette", true],
    [{ key: "k" }, "palette", false],
    [{ key: "k", ctrlKey: true, shiftKey: true }, "palette", false],
    [{ key: "?", shiftKey: true }, "help", true],
    [{ key: "/", shiftKey: true }, "searchList", true],
    [{ key: "/", altKey: true }, "searchList", false],
    [{ key: " " }, "select", true],
    [{ key: " ", shiftKey: true }, "select", false],
    [{ key: " ", shiftKey: true }, "selectRange", true],
    [{ key: "ArrowLeft", altKey: true }, "back", true],
    [{ key: "ArrowLeft", shiftKey: true }, "narrower", true],
    [{ key: "ArrowLeft", shiftKey: true, ctrlKey: true }, "narrower", false],
  ] as const)("%j is %s: %s", (keys, name, want) => {
    expect(pressed(event(keys), name)).toBe(want);
  });

  it("has keys that no other of its place has", () => {
    for (const group of ["everywhere", "list", "header"]) {
      const all = names
        .filter((name) => shortcuts[name].group === group || shortcuts[name].group === "everywhere")
        .flatMap((name) => keysOf(name).map((keys) => keyNames(keys).join("+")));
      expect(all.filter((keys, n) => all.indexOf(keys) !== n)).toEqual([]);
    }
  });
});

describe("the code", () => {
  const sources = Object.entries(
    import.meta.glob<string>("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
  ).filter(([path]) => !/\.test\.tsx?$|\/test\//.test(path));

  // Keys inside a menu, a dialog, a field or a tree, as in every app.
  const inside = [
    "../msps/MSPs.tsx",
    "../parts/ColumnList.tsx",
    "../parts/FilterBar.tsx",
    "../parts/SidePanel.tsx",
    "../parts/shortcuts.ts",
    "../parts/useRowMoves.ts",
    "../sync/FieldTable.tsx",
    "../sync/SharedSwitch.tsx",
    "./Palette.tsx",
  ];

  it("compares keys only by the table, so that each shortcut is listed", () => {
    const compares = /\b(?:event|e)\.(?:key|code|keyCode)\b(?! as)|\[event\.key\]|addEventListener\("keyup"/;
    const found = sources.filter(([, text]) => compares.test(text)).map(([path]) => path);
    const passes = ["../parts/TableGrid.tsx"];
    expect(found.filter((path) => !inside.includes(path) && !passes.includes(path))).toEqual([]);
  });

  it("uses each shortcut of the table", () => {
    const code = sources
      .filter(([path]) => path !== "../parts/shortcuts.ts" && !path.includes("/i18n/"))
      .map(([, text]) => text)
      .join("\n");
    expect(names.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
  });
});
