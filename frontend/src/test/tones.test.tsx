import { describe, expect, it } from "vitest";
import { inviteTones } from "../admin/columns";
import * as enums from "../bridge/enums";
import { changeTones } from "../changes/kinds";
import { statusTones } from "../customers/status";
import { severityLooks } from "../overview/AttentionRow";
import { StatusChip, type Tone } from "../parts/StatusChip";
import { runTones } from "../sync/run";
import { renderPart } from "./render";

/** The colour of every value that a chip shows. */
const expected = {
  run: {
    queued: "neutral",
    running: "info",
    complete: "ok",
    partial: "warning",
    failed: "error",
    needs_review: "warning",
    discarded: "neutral",
  },
  invite: { open: "info", accepted: "ok", expired: "warning", revoked: "neutral" },
  customer: { active: "ok", missing: "warning", disabled: "info", removed: "neutral" },
  change: {
    added: "ok",
    changed: "info",
    moved: "info",
    returned: "ok",
    missing: "warning",
    removed: "neutral",
  },
};

describe("every value has its colour", () => {
  it.each<[string, readonly string[], Record<string, Tone>, Record<string, string>]>([
    ["status of a run", enums.runStatuses, runTones, expected.run],
    ["status of an invite", enums.inviteStatuses, inviteTones, expected.invite],
    ["status of a customer", enums.customerStatuses, statusTones, expected.customer],
    ["kind of a change", enums.changeKinds, changeTones, expected.change],
  ])("%s", (_, values, tones, wanted) => {
    expect(Object.keys(tones).sort()).toEqual([...values].sort());
    expect(tones).toEqual(wanted);
  });
});

describe("no meaning depends on colour alone", () => {
  it("each severity has an icon of its own", () => {
    expect(Object.keys(severityLooks).sort()).toEqual([...enums.severities].sort());
    expect(new Set(Object.values(severityLooks).map(({ Icon }) => Icon)).size).toBe(enums.severities.length);
  });

  it("each chip has a shape of its own", () => {
    const tones: Tone[] = ["ok", "info", "warning", "error", "neutral"];
    const { container } = renderPart(
      <div>
        {tones.map((tone) => (
          <StatusChip key={tone} tone={tone} label={tone} />
        ))}
      </div>,
    );
    const shapes = [...container.querySelectorAll("[aria-hidden]")].map((shape) => shape.className);
    expect(shapes).toHaveLength(tones.length);
    expect(new Set(shapes).size).toBe(tones.length);
  });
});
