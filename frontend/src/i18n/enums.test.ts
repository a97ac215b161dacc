import { expect, it } from "vitest";
import {
  customerStatuses,
  inviteStatuses,
  providerIDs,
  roles,
  runStatuses,
  statusReasons,
  userStatuses,
} from "../bridge/enums";
import { words } from "./en/words";

// Every value of an enumeration has a label of its own, and no label is left over.
it.each<[string, readonly string[], Record<string, string>]>([
  ["role", roles, words.role],
  ["status of a run", runStatuses, words.run],
  ["status of an invite", inviteStatuses, words.invite],
  ["status of a user", userStatuses, words.user],
  ["status of a customer", customerStatuses, words.status],
  ["reason of a status", statusReasons, words.reason],
  ["sign-in provider", providerIDs, words.provider],
])("has a label for each %s", (_, values, labels) => {
  expect(Object.keys(labels).sort()).toEqual([...values].sort());
  const texts = Object.values(labels);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts).not.toContain("");
});
