import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { causes, isPassing, Problem, toProblem } from "./problem";

describe("what a call is rejected with becomes a Problem", () => {
  it("keeps code, message, field, request id and wait of the desktop's own object", () => {
    const problem = toProblem({
      code: "too_many_requests",
      message: "Slow down.",
      field: "email",
      request_id: "req-1",
      retry_after: 12,
    });
    expect(problem).toMatchObject({
      code: "too_many_requests",
      message: "Slow down.",
      field: "email",
      requestId: "req-1",
      retryAfter: 12,
    });
  });

  it("keeps cause, address and what the provider said, and drops a cause it does not know", () => {
    const sent = {
      code: "offline",
      message: "It has expired.",
      cause: "certificate_expired",
      address: "https://portal.example.com",
      said: "access_denied",
    };
    expect(toProblem(sent)).toMatchObject(sent);
    expect(toProblem({ ...sent, cause: "brand_new" }).cause).toBeUndefined();
  });

  it("knows every cause the desktop names", () => {
    const go = readFileSync("../backend/desktop/cause.go", "utf8");
    const named = [...go.matchAll(/^\tcause\w+ += "(\w+)"$/gm)].map(([, cause]) => cause);
    expect([...causes].sort()).toEqual(named.sort());
  });

  it("reads the object out of the Error the window rejects with", () => {
    expect(toProblem(new Error('{"code":"offline","message":"No network."}'))).toMatchObject({
      code: "offline",
      message: "No network.",
    });
  });

  it.each([
    ["a code it does not know", { code: "brand_new", message: "x" }, "x"],
    ["a bare string", "boom", "boom"],
    ["broken JSON", "{boom", "{boom"],
    ["an Error", new Error("boom"), "boom"],
    ["nothing at all", undefined, ""],
    ["a number", 7, ""],
  ])("calls %s internal", (_, rejection, message) => {
    expect(toProblem(rejection)).toMatchObject({ code: "internal", message });
  });

  it("leaves empty and mistyped details out", () => {
    const problem = toProblem({ code: "invalid", message: "x", field: "", request_id: 4, retry_after: "5" });
    expect([problem.field, problem.requestId, problem.retryAfter]).toEqual([undefined, undefined, undefined]);
  });

  it("passes a Problem on as it is", () => {
    const problem = new Problem("conflict");
    expect(toProblem(problem)).toBe(problem);
  });
});

describe("asking again", () => {
  it("makes sense after an outage and not after a refusal", () => {
    expect(isPassing(new Problem("offline"))).toBe(true);
    expect(isPassing(new Problem("unavailable"))).toBe(true);
    expect(isPassing(new Problem("forbidden"))).toBe(false);
    expect(isPassing(new Problem("invalid"))).toBe(false);
  });
});
