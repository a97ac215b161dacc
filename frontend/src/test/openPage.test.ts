import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { linkKinds } from "../bridge/enums";

const html = readFileSync("../backend/httpapi/open.html", "utf8");
const id = "0197f3a2-5c1e-7b44-9d0a-3f2b6c8e1d55";

/** Runs the script of the API's page at a path. */
function open(pathname: string) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const location = { pathname, href: `https://portal.example${pathname}` };
  const script = page.querySelector("script")?.textContent ?? "";
  new Function("document", "location", script)(page, location);
  return {
    address: location.href.startsWith("https:") ? undefined : location.href,
    button: page.querySelector("a")?.getAttribute("href"),
    opens: page.querySelector("#opens")?.hasAttribute("hidden") === false,
    invalid: page.querySelector("#invalid")?.hasAttribute("hidden") === false,
  };
}

describe("the page of a link", () => {
  it.each(linkKinds)("opens the app at a %s, at once and by its button", (kind) => {
    const address = `fsportal://${kind}/${id}`;
    expect(open(`/open/${kind}/${id}`)).toEqual({ address, button: address, opens: true, invalid: false });
  });

  it.each([
    "/open/settings/x",
    `/open/settings/${id}`,
    `/open/client/${id}/x`,
    `/open/client/${id.toUpperCase()}`,
    `/open/client/${id}%0a`,
    "/open/client/javascript:alert(1)",
    `/open/client/${id}"><script>`,
  ])("opens nothing for %s", (pathname) => {
    expect(open(pathname)).toEqual({ address: undefined, button: null, opens: false, invalid: true });
  });
});
