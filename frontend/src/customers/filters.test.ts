import { describe, expect, expectTypeOf, it } from "vitest";
import type { ClientFilter, MSPFilter } from "../bridge/models";
import { clientFilters } from "../clients/filters";
import { mspFilters } from "../msps/filters";
import { filterFrom, filterSentence } from "../parts/filters";

// Every parameter of the generated queries, with a valid value as it is in the address.
const client: Record<keyof ClientFilter, string> = {
  q: "bakery",
  status: "disabled",
  status_reason: "demo",
  msp_id: "none",
  type: "CORP",
  licence_type: "Annual",
  spla: "no",
  seats_used: "..5",
  seats_total: "5..10",
  seats_exceeded: "yes",
  expires_on: "30d",
  products: "Patch,Mail",
  name: "bakery",
  msp_name: "!none",
  external_id: "^40",
  first_seen_at: "2026-12-01..2026-12-31",
  last_seen_at: "!..2026-11-30",
};
const msp: Record<keyof MSPFilter, string> = {
  q: "alpine",
  status: "missing",
  status_reason: "inactive",
  licence_type: "none",
  spla: "unknown",
  clients: "5..",
  seats_used: "unknown",
  seats_total: "7",
  next_expires_on: "2026-12-01",
  growth: "..-1",
  expiring_30: "1..",
  expiring_90: "..9",
  expired: "1..",
  exceeded: "2",
  disabled: "!0",
  missing: "0..3",
  expires_on: "none",
  name: "=Alpine\\, IT",
  type: "!RESELLER",
  external_id: "!12",
  first_seen_at: "2026-12-01..",
  last_seen_at: "..2026-12-31",
};

describe("the filters of a list", () => {
  it("are those of the generated query, one row each", () => {
    expectTypeOf<keyof typeof clientFilters>().toEqualTypeOf<keyof ClientFilter>();
    expectTypeOf<keyof typeof mspFilters>().toEqualTypeOf<keyof MSPFilter>();
    expect(Object.keys(clientFilters).sort()).toEqual(Object.keys(client).sort());
    expect(Object.keys(mspFilters).sort()).toEqual(Object.keys(msp).sort());
  });

  it("are read from the address", () => {
    const parametersOf = (all: Record<string, string>) => (name: string) => all[name];
    expect(filterFrom(clientFilters, parametersOf(client))).toEqual(client);
    expect(filterFrom(mspFilters, parametersOf(msp))).toEqual(msp);
  });

  it("are left out where the address holds an invalid value", () => {
    const odd = { status: "odd", status_reason: "x", spla: "true", seats_used: "9..1", clients: "unknown" };
    const days = {
      first_seen_at: "2026-12-31..2026-12-01",
      last_seen_at: "30d",
      next_expires_on: "2026-02-30",
    };
    const texts = { name: "^", type: "a,,b", products: "!" };
    const wrong: Record<string, string> = { ...odd, ...days, ...texts, msp_id: "1", expires_on: "-3d" };
    expect(filterFrom(clientFilters, (name) => wrong[name])).toEqual({});
    expect(filterFrom(mspFilters, (name) => wrong[name])).toEqual({});
  });

  it.each(["expired", "0d", "3660d", "none"])("accept as a licence end: %s", (value) => {
    expect(filterFrom(clientFilters, (name) => (name === "expires_on" ? value : undefined))).toEqual({
      expires_on: value,
    });
  });

  it.each(["30", "d", "3661d", "99999d", "-1d", "past"])("reject as a licence end: %s", (value) => {
    expect(filterFrom(clientFilters, (name) => (name === "expires_on" ? value : undefined))).toEqual({});
  });

  it.each([
    [{ status: "!removed" }, "Status is not Removed"],
    [{ status: "missing,disabled" }, "Status Missing or Disabled"],
    [{ status: "!missing,disabled" }, "Status is not Missing or Disabled"],
    [{ status_reason: "demo,none" }, "Reason demo account or none"],
    [{ licence_type: "Monthly, Annual,\\none,none" }, "Licence type Monthly, Annual, none, or none"],
    [{ expires_on: "!expired" }, "Expires is not Expired"],
    [{ expires_on: "2026-12-01..2026-12-31" }, "Expires Dec 1\u2009–\u200931, 2026"],
    [{ spla: "!unknown" }, "SPLA is not unknown"],
    [{ seats_used: "!..5,unknown" }, "Active licences is not up to 5 or unknown"],
    [{ msp_id: "none" }, "MSP Directly under the MSSP"],
    [{ msp_id: "!none,0195a000-0000-7000-8100-000000000001" }, "MSP is not 2 MSPs"],
    [{ name: "!=Alpine,^B" }, "Name is not “Alpine” or does not begin with “B”"],
  ])("read like a sentence: %o", (filter, text) => {
    expect(filterFrom(clientFilters, (name) => (filter as Record<string, string>)[name])).toEqual(filter);
    expect(filterSentence(clientFilters, filter)).toBe(text);
  });

  it("say that a licence has expired without the filter's name", () => {
    expect(filterSentence(clientFilters, { expires_on: "expired" })).toBe("Expired");
  });

  it("are each shown as text", () => {
    expect(
      filterSentence(
        clientFilters,
        filterFrom(clientFilters, (name) => client[name as "q"]),
      ),
    ).toBe(
      "“bakery”, Status Disabled, Reason demo account, MSP Directly under the MSSP, Type CORP, " +
        "Licence type Annual, SPLA no, Active licences up to 5, Purchased 5 to 10, Over licences yes, Expires within 30 days, " +
        "Products Patch or Mail, Name contains “bakery”, MSP name is not empty, Id in the product begins with “40”, " +
        "First seen Dec 1\u2009–\u200931, 2026, and Last seen is not up to Nov 30, 2026",
    );
    expect(
      filterSentence(
        mspFilters,
        filterFrom(mspFilters, (name) => msp[name as "q"]),
      ),
    ).toBe(
      "“alpine”, Status Missing, Reason inactive, Licence type none, SPLA unknown, Clients from 5, " +
        "Active licences unknown, Purchased 7, 30-day growth up to -1, Clients over their licences 2, " +
        "Next licence end Dec 1, 2026, Expiring in 30 days from 1, Expiring in 90 days up to 9, Expired clients from 1, " +
        "Earliest licence end never or unknown, Disabled clients is not 0, Missing clients 0 to 3, " +
        "Name is “Alpine, IT”, Type is not RESELLER, Id in the product does not contain “12”, First seen from Dec 1, 2026, " +
        "and Last seen up to Dec 31, 2026",
    );
    expect(filterSentence(clientFilters, {})).toBeUndefined();
  });
});
