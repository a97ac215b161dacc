import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { syncStates } from "../bridge/fakeStates";
import type { FieldMapPreview, SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";
import { noticeText } from "./RunNotices";

const connection = "0195a000-0000-7000-e000-000000000001";
const open = (prepare: (fake: Fake) => void = () => undefined, who = users.admin) =>
  renderApp({ signedIn: who, path: `/admin/connections/${connection}/fields`, prepare });
const fills = (path: string) => screen.findByLabelText(`What ${path} fills`);

describe("the field map", () => {
  it("is reached from the connection", async () => {
    const { user } = renderApp({
      signedIn: users.admin,
      path: "/syncs",
      prepare: (fake) => {
        fake.world.runs = fake.world.runs.slice(0, 2);
      },
    });
    await user.click(await screen.findByRole("link", { name: "Fields of Heimdal, customer 120451" }));
    expect(await screen.findByRole("heading", { name: "Fields of Heimdal, customer 120451" })).toBeVisible();
  });

  it("shows each field with its customers and example, and the fields that are not filled", async () => {
    open();
    const table = await screen.findByRole("grid", { name: "Fields the product sends" });
    const row = within(
      (await within(table).findByText("entitlement.bought")).closest('[role="row"]') as HTMLElement,
    );
    expect(row.getByText("612 (96%)")).toBeVisible();
    expect(row.getByText("40")).toBeVisible();
    expect(row.getByLabelText("What entitlement.bought fills")).toHaveDisplayValue("Automatic: nothing");
    expect(await fills("name")).toHaveDisplayValue("Automatic: Name");
    expect(within(table).getByText("3, e.g. “soon”")).toBeVisible();
    expect(within(table).getByText("no longer sent")).toBeVisible();
    expect(screen.getByText(/Not filled by any field of the product: .*Licences purchased/)).toBeVisible();
  });

  it("is accessible", async () => {
    open();
    await fills("name");
    await expectAccessible();
  });

  it("is removed from the overview once it was opened", async () => {
    const { fake } = open((fake) => syncStates.fields(fake.world));
    await fills("name");
    await waitFor(() => expect(fake.calls).toContain("seeFieldMap"));
    expect(fake.world.attention.some(({ kind }) => kind === "fields_changed")).toBe(false);
  });

  it("is searched by the product's name and by the portal's", async () => {
    const { user } = open();
    await fills("name");
    await user.type(screen.getByRole("searchbox", { name: "Search fields" }), "licence end");
    await waitFor(() => expect(screen.queryByText("notes")).toBeNull());
    expect(screen.getByText("entitlement.until")).toBeVisible();
  });

  it("shows the effect on customers before it is saved", async () => {
    const { user, fake } = open();
    expect(screen.queryByText(/not saved yet/)).toBeNull();
    await user.selectOptions(await fills("entitlement.bought"), "Licences purchased");
    expect(screen.getByText("1 change is not saved yet.")).toHaveRole("status");
    await user.click(screen.getByText("Preview and save"));
    const dialog = within(await screen.findByRole("dialog", { name: "What this changes" }));
    const effects = await dialog.findByRole("table", { name: "Effect on customers" });
    expect(within(effects).getAllByText("Licences purchased")).toHaveLength(10);
    expect(fake.calls).not.toContain("changeFieldMap");
    await user.click(dialog.getByText("Save"));
    expect(await screen.findByText(/Saved\. The next sync/)).toBeVisible();
    await waitFor(async () =>
      expect(await fills("entitlement.bought")).toHaveDisplayValue("Licences purchased"),
    );
    expect(screen.getByText("From the next sync")).toBeVisible();
    expect(fake.world.runs[0]?.status).toBe("running");
  });

  it("shares a field with clients at once, and queues no sync", async () => {
    const { user, fake } = open();
    const shown = () => screen.findByLabelText("Show notes to clients");
    expect(await shown()).not.toBeChecked();
    await user.click(await shown());
    expect(await screen.findByText(/notes, with everything below it, is now shown to clients/)).toBeVisible();
    await waitFor(async () => expect(await shown()).toBeChecked());
    expect(fake.world.fieldMaps[connection]?.items.filter(({ shared }) => shared)).toMatchObject([
      { path: "notes" },
    ]);
    expect(fake.world.runs.some(({ status }) => status === "queued" || status === "running")).toBe(false);
    expect(screen.getByRole("button", { name: "Preview and save" })).toBeDisabled();
    (await shown()).focus();
    await user.keyboard(" ");
    await waitFor(async () => expect(await shown()).not.toBeChecked());
  });

  it("shows why sharing a field failed", async () => {
    const { user, fake } = open();
    fake.fail("changeFieldMap", new Problem("offline"));
    const shown = await screen.findByLabelText("Show notes to clients");
    await user.click(shown);
    expect(await screen.findByText(/Whether notes is shown could not be saved/)).toBeVisible();
    expect(shown).not.toBeChecked();
  });

  it("links to the review after saving, where the next sync waits for one", async () => {
    const { user, fake } = open();
    await user.selectOptions(await fills("notes"), "Name");
    await user.click(screen.getByText("Preview and save"));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    expect(await screen.findByText(/The next sync uses your changes/)).toBeVisible();
    await expectAccessible();
    const [run, ...older] = fake.world.runs as [SyncRun, ...SyncRun[]];
    const waits = { status: "needs_review", error_code: "fields_remapped", would_miss: 4 } as const;
    fake.world.runs = [{ ...run, ...waits }, ...older];
    expect(await screen.findByText(/4 customers would change because fields were remapped/)).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Review" }));
    expect(await screen.findByRole("button", { name: "Accept: use the new fields" })).toBeVisible();
  });

  it("counts chosen fields as filled before they are saved", async () => {
    const { user } = open();
    const unfilled = await screen.findByText(/^Not filled by any field of the product:.*Licences purchased/);
    await user.selectOptions(await fills("entitlement.bought"), "Licences purchased");
    expect(unfilled).not.toHaveTextContent("Licences purchased");
  });

  it("has an accessible preview", async () => {
    const { user } = open();
    await user.selectOptions(await fills("notes"), "Name");
    await user.click(screen.getByText("Preview and save"));
    await screen.findByRole("table", { name: "Effect on customers" });
    await expectAccessible();
  });

  it("maps to nothing and back to automatic", async () => {
    const { user, fake } = open();
    await user.selectOptions(await fills("isSpla"), "Nothing");
    await user.click(screen.getByText("Preview and save"));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(fake.world.fieldMaps[connection]?.items.find(({ path }) => path === "isSpla")).toMatchObject({
        field: null,
        source: "admin",
      }),
    );
    await user.selectOptions(await fills("isSpla"), "Automatic");
    await user.click(screen.getByText("Preview and save"));
    await user.click(await screen.findByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(fake.world.fieldMaps[connection]?.items.find(({ path }) => path === "isSpla")).toMatchObject({
        source: "automatic",
      }),
    );
  });

  it("shows when the next sync will wait for a review, and discards changes", async () => {
    const { user } = open();
    await user.selectOptions(await fills("notes"), "Name");
    expect(screen.getByText(/The next sync will wait for your decision/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Discard changes" }));
    expect(screen.queryByText(/The next sync will wait for your decision/)).toBeNull();
    expect(await fills("notes")).toHaveDisplayValue("Automatic: nothing");
    expect(screen.getByRole("button", { name: "Preview and save" })).toBeDisabled();
  });

  it("shows why a change was not saved, and keeps it", async () => {
    const message = "Only one path can fill name.";
    const { user } = open((fake) =>
      fake.fail("changeFieldMap", new Problem("invalid", { field: "fields", message })),
    );
    await user.selectOptions(await fills("notes"), "Name");
    await user.click(screen.getByText("Preview and save"));
    const dialog = within(await screen.findByRole("dialog", { name: "What this changes" }));
    await dialog.findByRole("table");
    await user.click(dialog.getByRole("button", { name: "Save" }));
    expect(await dialog.findByText(new RegExp(message))).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Cancel" }));
    expect(await fills("notes")).toHaveDisplayValue("Name");
  });

  it("is chosen by keyboard", async () => {
    const { user } = open();
    const select = await fills("notes");
    select.focus();
    await user.keyboard("{ArrowDown}");
    expect(select).toHaveFocus();
  });

  it("can be changed after a failed first sync, whose customers it shows", async () => {
    const { user } = open((fake) => {
      const map = fake.world.fieldMaps[connection];
      if (map) fake.world.fieldMaps = { [connection]: { ...map, run_id: null, customers: 2 } };
    });
    expect(
      await screen.findByText(/What the last sync read of 2 customer records before it failed/),
    ).toBeVisible();
    await user.selectOptions(await fills("notes"), "Name");
    expect(screen.queryByText(/The next sync will wait for your decision/)).toBeNull();
    expect(screen.getByRole("button", { name: "Preview and save" })).toBeEnabled();
  });

  it("numbers customers in a preview that have no name yet", async () => {
    const { user } = open((fake) => {
      const preview = fake.previewFieldMap;
      fake.previewFieldMap = async (...args) => {
        const { items, ...rest } = await preview(...args);
        return { ...rest, items: items.slice(0, 1).map((item) => ({ ...item, id: "7", name: "" })) };
      };
    });
    await user.selectOptions(await fills("notes"), "Name");
    await user.click(screen.getByText("Preview and save"));
    expect(await screen.findByRole("rowheader", { name: "Customer 7" })).toBeVisible();
  });

  describe("saving", () => {
    /** Opens the preview of a change of field name; over changes its content. */
    async function previewed(over: (preview: FieldMapPreview) => Partial<FieldMapPreview>) {
      const opened = open((fake) => {
        const preview = fake.previewFieldMap;
        fake.previewFieldMap = async (...args) => {
          const shown = await preview(...args);
          return { ...shown, ...over(shown) };
        };
      });
      await opened.user.selectOptions(await fills("notes"), "Name");
      await opened.user.click(screen.getByText("Preview and save"));
      return { ...opened, dialog: within(await screen.findByRole("dialog", { name: "What this changes" })) };
    }

    it.each<[string, (preview: FieldMapPreview) => Partial<FieldMapPreview>, RegExp]>([
      [
        "a customer could not be read",
        ({ items }) => ({
          items: items.map((item, n) => (n === 1 ? { ...item, error: "It has no id." } : item)),
        }),
        /cannot be saved: the next sync would fail\. It has no id\./,
      ],
      ["no customer would have an id", () => ({ unread: ["id", "name"] }), /no customer would have an id/],
      ["no customer would have a name", () => ({ unread: ["name"] }), /no customer would have a name/],
    ])("is not possible where %s", async (_, over, why) => {
      const { dialog, user, fake } = await previewed(over);
      const save = dialog.getByRole("button", { name: "Save" });
      expect(await dialog.findByText(why)).toBeVisible();
      expect(save).toBeDisabled();
      expect(save).toHaveAccessibleDescription(why);
      await expectAccessible();
      await user.click(dialog.getByRole("button", { name: "Cancel" }));
      expect(fake.calls).not.toContain("changeFieldMap");
    });

    it("is possible again after a successful preview of the current map", async () => {
      let fails = true;
      const { dialog, user } = await previewed((shown) => {
        if (fails) throw new Problem("internal");
        return shown;
      });
      expect(await dialog.findByText(/while their effect cannot be shown/)).toBeVisible();
      expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
      fails = false;
      await user.click(dialog.getByRole("button", { name: "Try again" }));
      await waitFor(() => expect(dialog.getByRole("button", { name: "Save" })).toBeEnabled());
      expect(dialog.queryByText(/cannot be saved/)).toBeNull();
    });

    it("waits for the preview", async () => {
      let show: (preview: FieldMapPreview) => void = () => undefined;
      const { user, fake } = open((fake) => {
        fake.previewFieldMap = () => new Promise((resolve) => (show = resolve));
      });
      await user.selectOptions(await fills("notes"), "Name");
      await user.click(screen.getByText("Preview and save"));
      const save = await screen.findByRole("button", { name: "Save" });
      expect(save).toBeDisabled();
      show({ items: [], needs_review: false, failed_run: false, unread: [] });
      await waitFor(() => expect(save).toBeEnabled());
      expect(fake.calls).not.toContain("changeFieldMap");
    });

    it("warns where no customer would have a type, or none is known by its id", async () => {
      const { dialog } = await previewed(({ items }) => ({
        items: items.map((item) => ({ ...item, known: false })),
        failed_run: true,
        unread: ["type"],
      }));
      expect(await dialog.findByText(/None of these customers would have a type/)).toBeVisible();
      expect(dialog.getByText(/knows none of these customers by its id/)).toBeVisible();
      expect(dialog.getByText(/that the last sync received before it failed/)).toBeVisible();
      expect(dialog.getAllByRole("rowheader")[0]).toHaveTextContent(/\(new\)$/);
      expect(dialog.getByRole("button", { name: "Save" })).toBeEnabled();
    });
  });

  it("is empty before the first sync", async () => {
    open((fake) => {
      fake.world.fieldMaps = {};
    });
    expect(await screen.findByText("Nothing has been read yet")).toBeVisible();
  });

  it("shows why it could not be loaded", async () => {
    open((fake) => fake.fail("fieldMap", new Problem("internal", { requestId: "req-4" })));
    expect(await screen.findByText("Request id: req-4")).toBeVisible();
  });

  it("is for administrators alone", async () => {
    const { fake } = open(undefined, users.staff);
    expect(await screen.findByRole("heading", { level: 1 })).toBeVisible();
    expect(fake.calls).not.toContain("fieldMap");
  });
});

describe("a sync whose customers have no known id", () => {
  const fail = (fake: Fake) => {
    const [run] = fake.world.runs as [SyncRun];
    const failed: SyncRun = {
      ...run,
      status: "failed",
      error_code: "unmapped",
      error: "The response holds a customer without an id.",
      finished_at: new Date().toISOString(),
    };
    fake.world.runs = [failed, ...fake.world.runs.slice(1, 2)];
    return failed;
  };

  it("links its error to the field map", async () => {
    let failed: SyncRun | undefined;
    const { user } = renderApp({
      signedIn: users.admin,
      path: "/syncs",
      prepare: (fake) => {
        failed = fail(fake);
      },
    });
    window.location.hash = `/syncs/${failed?.id}`;
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    await user.click(await panel.findByRole("link", { name: "Open fields" }));
    expect(await fills("name")).toBeVisible();
  });

  it("links the product to the field map", async () => {
    const { user } = renderApp({
      signedIn: users.admin,
      path: "/syncs",
      prepare: (fake) => {
        fail(fake);
      },
    });
    const card = within(await screen.findByRole("article", { name: "Heimdal, customer 120451" }));
    await user.click(await card.findByRole("link", { name: "Open fields" }));
    expect(await fills("name")).toBeVisible();
  });

  it("shows its new fields first, and absent fields last", async () => {
    open((fake) => {
      const map = fake.world.fieldMaps[connection];
      if (!map) return;
      const items = map.items.map((item) => ({ ...item, absent: item.path === "id" }));
      fake.world.fieldMaps = { [connection]: { ...map, items, failed_run: true } };
    });
    expect(await screen.findByText(/fields that it did not contain come last/)).toBeVisible();
    await fills("name");
    const rows = screen.getAllByRole("row").map((row) => row.textContent ?? "");
    expect(rows.at(-1)).toMatch(/^id.*not in the last sync/);
    expect(screen.getByText(/Not filled by any field of the product: .*Customer id/)).toBeVisible();
  });

  it("has no link for staff", async () => {
    let failed: SyncRun | undefined;
    renderApp({
      signedIn: users.staff,
      path: "/syncs",
      prepare: (fake) => {
        failed = fail(fake);
      },
    });
    window.location.hash = `/syncs/${failed?.id}`;
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    expect(await panel.findByText("This sync failed")).toBeVisible();
    expect(panel.queryByRole("link", { name: "Open fields" })).toBeNull();
  });
});

describe("the notices of a sync about fields", () => {
  it("are shown in the overview, which links to the run and the field map", async () => {
    const { user } = renderApp({
      signedIn: users.admin,
      path: "/overview",
      prepare: (fake) => {
        syncStates.fields(fake.world);
        fake.world.runs = fake.world.runs.slice(0, 2);
      },
    });
    const line = (await screen.findByText(/3 fields that the product sends have changed/)).closest(
      "li",
    ) as HTMLElement;
    await user.click(within(line).getByRole("link"));
    expect(await screen.findByText("Notes about the product's fields")).toBeVisible();
    for (const sentence of [
      "licenseInfo.purchased is no longer sent. It filled Licences purchased of 612 customers.",
      "The type of spla, which fills SPLA, changed from yes or no to text.",
      "entitlement.bought (number) is new, in 612 customers.",
      "3 values of entitlement.until cannot be read as Licence end.",
    ]) {
      expect(screen.getByText(sentence)).toBeVisible();
    }
    await user.click(screen.getByRole("link", { name: "Open fields" }));
    expect(await fills("name")).toBeVisible();
  });

  it("name the fields that are not filled after the first sync", () => {
    const notice = { kind: "first" as const, path: "", field: null, count: 12, detail: "spla, expires_on" };
    expect(noticeText(notice)).toBe("12 fields found in the first response. Not filled: SPLA, Licence end.");
    expect(noticeText({ ...notice, count: 1, detail: "" })).toBe("1 field found in the first response.");
  });
});
