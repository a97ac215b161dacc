import { createFake, type Fake, type FakeOptions, people } from "./fake";
import { Problem, type ProblemCode } from "./problem";

/**
 * The fake as the address bar wants it, for `npm run dev` in a browser: ?as=staff signs in as one of the fake's
 * people, ?api=none asks for the address, ?signin=no_invite lets the sign-in fail, ?fail=clients:offline a call.
 */
export function browserFake(wishes: URLSearchParams): Fake {
  const as = wishes.get("as") as keyof typeof people | null;
  const outcome = wishes.get("signin") as ProblemCode | null;
  const options: FakeOptions = { delay: Number(wishes.get("delay") ?? 120) };
  if (outcome !== ("wait" as string)) {
    options.signInEnds = outcome ? new Problem(outcome, { requestId: "0195a7c2" }) : people.admin;
  }
  if (as && as in people) options.signedIn = people[as];
  if (wishes.get("api") === "none") options.startup = { api_url: "" };
  const fake = createFake(options);
  for (const wish of wishes.getAll("fail")) {
    const [call, code = "internal"] = wish.split(":");
    fake.fail(
      call as Fake["calls"][number],
      new Problem(code as ProblemCode, { requestId: "0195a7c2-4d1e" }),
    );
  }
  return fake;
}
