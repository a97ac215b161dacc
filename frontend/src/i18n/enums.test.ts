import { describe, expect, it } from "vitest";
import * as enums from "../bridge/enums";
import { en } from "./en";

const { words, changes, sync, fields, overview, history, admin, parts } = en;

type Table = [name: string, values: readonly string[], labels: Record<string, string>];

const distinct = (texts: string[]) => {
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).not.toContain("");
};

describe("every value has a label of its own, and no label is left over", () => {
  it.each<Table>([
    ["role", enums.roles, words.role],
    ["status of a run", enums.runStatuses, words.run],
    ["trigger of a run", enums.runTriggers, sync.trigger],
    ["status of an invite", enums.inviteStatuses, words.invite],
    ["status of a user", enums.userStatuses, words.user],
    ["status of a customer", enums.customerStatuses, words.status],
    ["reason of a status", enums.statusReasons, words.reason],
    ["kind of a customer", enums.customerKinds, sync.review.kinds],
    ["yes or no", enums.yesNo, words.yesNo],
    ["sign-in provider", enums.providerIDs, words.provider],
    ["domain of a provider", enums.providerIDs, admin.form.domain],
    ["hint of a provider", enums.providerIDs, admin.form.optional],
    ["kind of a change", enums.changeKinds, changes.kinds],
    ["reason of a change", enums.changeReasons, history.reason],
    ["severity", enums.severities, overview.attention.severity],
    ["field of a customer", enums.customerFields, fields.name],
    ["type of a field", enums.fieldTypes, fields.type],
    ["source of a field", enums.fieldSources, fields.source],
    ["cause of a problem", enums.causes, parts.problem.cause],
  ])("%s", (_, values, labels) => {
    expect(Object.keys(labels).sort()).toEqual([...values].sort());
    distinct(Object.values(labels));
  });
});

const movedOrChanged = ["moved", "changed"];

describe("every value has a text of its own, among others", () => {
  it.each<Table>([
    ["effect of a review", enums.reviewEffects, sync.review.effects],
    [
      "change without a value before and after",
      enums.changeKinds.filter((kind) => !movedOrChanged.includes(kind)),
      history as unknown as Record<string, string>,
    ],
    ["field of a change", enums.changeFields, history.field],
    ["what needs attention", enums.attentionKinds, overview.attention as unknown as Record<string, string>],
    ["notice about a field", enums.noticeKinds, sync.run.notice],
  ])("%s", (_, values, texts) => {
    distinct(values.map((value) => texts[value] ?? texts[`${value}_other`] ?? ""));
  });
});
