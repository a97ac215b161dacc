import { describe, expect, it } from "vitest";
import { isTemporary, Problem, toProblem } from "./problem";

describe("the rejection of a call becomes a Problem", () => {
  it("keeps code, message, field, request id and wait", () => {
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

  it("keeps cause, address and the provider's message, and drops an unknown cause", () => {
    const sent = {
      code: "offline",
      message: "It has expired.",
      cause: "certificate_expired",
      address: "https://portal.example.com",
      provider_message: "access_denied",
    };
    const { provider_message, ...same } = sent;
    expect(toProblem(sent)).toMatchObject({ ...same, providerMessage: provider_message });
    expect(toProblem({ ...sent, cause: "brand_new" }).cause).toBeUndefined();
  });

  it("parses the JSON in the message of an Error", () => {
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

describe("a retry", () => {
  it("makes sense after an outage and not after a refusal", () => {
    expect(isTemporary(new Problem("offline"))).toBe(true);
    expect(isTemporary(new Problem("unavailable"))).toBe(true);
    expect(isTemporary(new Problem("forbidden"))).toBe(false);
    expect(isTemporary(new Problem("invalid"))).toBe(false);
  });
});
