import { describe, expect, it } from "vitest";
import { changeSentence } from "./history";

const change = (over: Partial<Parameters<typeof changeSentence>[0]>) =>
  changeSentence({ kind: "changed", field: null, before: null, after: null, ...over });

describe("the sentence of a change", () => {
  it.each([
    ["added", { kind: "added" }, "Added"],
    ["missing", { kind: "missing" }, "Missing: the last complete sync did not list it"],
    ["returned", { kind: "returned" }, "Returned: a sync listed it again"],
    ["removed", { kind: "removed" }, "Removed"],
    [
      "moved",
      { kind: "moved", field: "msp", before: "Alpine", after: "Baltic" },
      "Moved from Alpine to Baltic",
    ],
    [
      "moved away from every MSP",
      { kind: "moved", field: "msp", before: "Alpine" },
      "Moved directly under the MSSP, before under Alpine",
    ],
    [
      "moved under its first MSP",
      { kind: "moved", field: "msp", after: "Baltic" },
      "Moved under Baltic, before directly under the MSSP",
    ],
    [
      "come from elsewhere",
      { kind: "moved", field: "msp", after: "Baltic", elsewhere: "before" },
      "Came from elsewhere",
    ],
    [
      "gone elsewhere",
      { kind: "moved", field: "msp", before: "Baltic", elsewhere: "after" },
      "No longer under Baltic",
    ],
    [
      "a value with which a client came",
      { field: "seats_total", after: "1200", elsewhere: "before" },
      "Licences purchased set to 1,200",
    ],
    [
      "an unknown value with which a client came",
      { field: "spla", elsewhere: "before" },
      "SPLA set to unknown",
    ],
    [
      "no value with which a client came",
      { field: "expires_on", elsewhere: "before" },
      "Licence end not sent",
    ],
    [
      "a disabled client that came",
      { field: "status_reason", after: "demo", elsewhere: "before" },
      "Disabled: demo account",
    ],
    [
      "a client that came and is not disabled",
      { field: "status_reason", elsewhere: "before" },
      "Not disabled",
    ],
    ["renamed", { field: "name", before: "Elm", after: "Elm Ltd" }, "Renamed from Elm to Elm Ltd"],
    [
      "licences, grouped",
      { field: "seats_total", before: "900", after: "1200" },
      "Licences purchased changed from 900 to 1,200",
    ],
    ["a value that was not known", { field: "seats_used", after: "12" }, "Licences active set to 12"],
    ["a value no longer sent", { field: "type", before: "CORP" }, "Type no longer sent, was CORP"],
    ["an SPLA licence", { field: "spla", before: "false", after: "true" }, "SPLA changed from no to yes"],
    [
      "an SPLA licence no longer known",
      { field: "spla", before: "true" },
      "SPLA changed from yes to unknown",
    ],
    ["a licence type", { field: "licence_type", after: "Annual" }, "Licence type set to Annual"],
    ["disabled", { field: "status_reason", after: "demo" }, "Disabled: demo account"],
    [
      "no longer disabled",
      { field: "status_reason", before: "licence_expired" },
      "No longer disabled, was licence expired",
    ],
    [
      "disabled for another reason",
      { field: "status_reason", before: "demo", after: "inactive" },
      "Reason for being disabled changed from demo account to inactive",
    ],
    [
      "changed by an administrator",
      { field: "seats_used", before: "4", after: "5", reason: "field_map" },
      "Licences active changed from 4 to 5, because the field map was changed",
    ],
    ["details without a column", { field: "details" }, "Other details changed"],
    ["an unknown field", { field: "tier", before: "a", after: "b" }, "tier changed from a to b"],
  ] as const)("%s", (_, given, sentence) => {
    expect(change(given)).toBe(sentence);
  });

  it("shows days as dates of the user's locale", () => {
    expect(change({ field: "expires_on", before: "2026-03-31", after: "2027-03-31" })).toMatch(
      /^Licence end changed from .*2026.* to .*2027/,
    );
  });
});
