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
    const wrong: Record<string, string> = { ...odd, msp_id: "1", expires_on: "-3d" };
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
        "Licence type Annual, SPLA no, Active licences up to 5, Purchased 5 to 10, Licences exceeded yes, and Expires within 30 days",
    );
    expect(
      filterSentence(
        mspFilters,
        filterFrom(mspFilters, (name) => msp[name as "q"]),
      ),
    ).toBe(
      "“alpine”, Status Missing, Reason inactive, Licence type none, SPLA unknown, Clients from 5, " +
        "Active licences unknown, and Purchased 7",
    );
    expect(filterSentence(clientFilters, {})).toBeUndefined();
  });
});
