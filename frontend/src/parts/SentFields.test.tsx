import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { expectAccessible, renderPart } from "../test/render";
import { SentFields } from "./SentFields";

const fields = [
  { name: "id", value: "1125" },
  { name: "modules", value: '["Next-Gen Antivirus","Ransomware Encryption"]' },
  { name: "resellerId", value: "1006" },
  { name: "licenseInfo", value: '{"purchased":40,"parts":[{"name":"DNS","on":true}],"note":null}' },
  { name: "tags", value: "[]" },
  { name: "remark", value: "[no list" },
];

async function open(shown: (string | string[] | null)[] = []) {
  const app = renderPart(<SentFields fields={fields} shown={shown} />);
  await app.user.click(screen.getByText("As the product sent it"));
  return app;
}

const labels = () => screen.getAllByRole("term").map((term) => term.textContent);

describe("the fields that a product sent", () => {
  it("are folded at first", () => {
    const { container } = renderPart(<SentFields fields={fields} />);
    expect(container.querySelector("details")).not.toHaveAttribute("open");
    expect(screen.getByText("As the product sent it")).toBeVisible();
  });

  it("are readable: a list as a list, an object as its members, no JSON", async () => {
    const { container } = await open();
    const [modules, parts] = screen.getAllByRole("list");
    expect(
      within(modules as HTMLElement)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual(["Next-Gen Antivirus", "Ransomware Encryption"]);
    expect(parts).toHaveTextContent(/^nameDNSontrue$/);
    expect(labels()).toEqual([
      "id",
      "modules",
      "resellerId",
      "licenseInfo",
      "purchased",
      "parts",
      "name",
      "on",
      "note",
      "tags",
      "remark",
    ]);
    expect(container.textContent).not.toMatch(/[{}"]|\["/);
    expect(screen.getByText("[no list")).toBeVisible();
    await expectAccessible();
  });

  it("are only those that are not shown already", async () => {
    await open(["1125", ["Next-Gen Antivirus", "Ransomware Encryption"], null, ""]);
    expect(labels().slice(0, 2)).toEqual(["resellerId", "licenseInfo"]);
  });
});
