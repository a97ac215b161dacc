import { createFake, type Fake, type FakeOptions, people } from "./fake";
import { advanceRuns, syncStates, worlds } from "./fakeStates";
import { Problem, type ProblemCode } from "./problem";

/**
 * Returns the fake for `npm run dev` in a browser, set up by the query of the address:
 * - ?as=staff signs in as one of the fake's users
 * - ?api=none: no API address is set; ?keyring=locked: the keyring is locked
 * - ?signin=no_invite lets the sign-in fail with this code; ?signin=wait lets it wait
 * - ?fail=clients:offline lets a call fail; ?delay=500 delays every call by 500 ms
 * - ?sync=review and ?world=noExpiry apply a state of fakeStates.ts; ?still: runs do not advance
 * - ?happens=only, ended, busy or demoted sends that event after a second
 */
export function browserFake(query: URLSearchParams): Fake {
  const as = query.get("as") as keyof typeof people | null;
  const outcome = query.get("signin") as ProblemCode | null;
  const options: FakeOptions = { delay: Number(query.get("delay") ?? 120) };
  if (outcome !== ("wait" as string)) {
    const details = outcome === "too_many_requests" ? { retryAfter: 24 } : { requestId: "0195a7c2" };
    options.signInEnds = outcome ? new Problem(outcome, details) : people.admin;
  }
  if (as && as in people) options.signedIn = people[as];
  if (query.get("api") === "none") options.startup = { api_url: "" };
  if (query.has("keyring")) options.startup = { keyring_problem: locked };
  const fake = createFake(options);
  for (const failing of query.getAll("fail")) {
    const [call, code = "internal"] = failing.split(":");
    fake.fail(
      call as Fake["calls"][number],
      new Problem(code as ProblemCode, { requestId: "0195a7c2-4d1e" }),
    );
  }
  const state = query.get("sync");
  if (state && state in syncStates) syncStates[state as keyof typeof syncStates](fake.world);
  const sent = query.getAll("world");
  for (const name of sent) if (name in worlds) worlds[name as keyof typeof worlds](fake.world);
  if (!query.has("still")) advanceRuns(fake.world);
  const happens = query.get("happens");
  if (happens) setTimeout(() => sendEvent(fake, happens), 1_000);
  return fake;
}

const locked = "The keyring is locked. Unlock it and try again.";

/** Sends an event of the desktop, or makes a change that an administrator could make elsewhere. */
function sendEvent(fake: Fake, what: string): void {
  if (what === "only")
    fake.emit("session:only", { message: `${locked} You stay signed in until you close the app.` });
  if (what === "ended") {
    const message = "An administrator signed you out everywhere. Sign in again.";
    fake.emit("session:ended", { code: "session_revoked", message });
  }
  if (what === "busy") fake.emit("waiting", { seconds: 8, what: "limit" });
  if (what === "demoted") {
    const grants = fake.world.users.find(({ id }) => id === people.admin.user.id)?.grants;
    for (const grant of grants ?? []) grant.role = "mssp_staff";
  }
}
