import { createFake, type Fake, type FakeOptions, people } from "./fake";
import { goOn, syncStates, worlds } from "./fakeStates";
import { Problem, type ProblemCode } from "./problem";

/**
 * The fake as the address bar wants it, for `npm run dev` in a browser: ?as=staff signs in as one of the fake's
 * people, ?api=none asks for the address, ?keyring=locked says so, ?signin=no_invite lets the sign-in fail,
 * ?fail=clients:offline a call; ?sync=review sets the state of the connections and runs,
 * ?world=noExpiry what the product sends; ?happens=only, ended, busy or demoted does so after a second.
 */
export function browserFake(wishes: URLSearchParams): Fake {
  const as = wishes.get("as") as keyof typeof people | null;
  const outcome = wishes.get("signin") as ProblemCode | null;
  const options: FakeOptions = { delay: Number(wishes.get("delay") ?? 120) };
  if (outcome !== ("wait" as string)) {
    const details = outcome === "too_many_requests" ? { retryAfter: 24 } : { requestId: "0195a7c2" };
    options.signInEnds = outcome ? new Problem(outcome, details) : people.admin;
  }
  if (as && as in people) options.signedIn = people[as];
  if (wishes.get("api") === "none") options.startup = { api_url: "" };
  if (wishes.has("keyring")) options.startup = { keyring_problem: locked };
  const fake = createFake(options);
  for (const wish of wishes.getAll("fail")) {
    const [call, code = "internal"] = wish.split(":");
    fake.fail(
      call as Fake["calls"][number],
      new Problem(code as ProblemCode, { requestId: "0195a7c2-4d1e" }),
    );
  }
  const state = wishes.get("sync");
  if (state && state in syncStates) syncStates[state as keyof typeof syncStates](fake.world);
  const sent = wishes.getAll("world");
  for (const name of sent) if (name in worlds) worlds[name as keyof typeof worlds](fake.world);
  if (!wishes.has("still")) goOn(fake.world);
  const happens = wishes.get("happens");
  if (happens) setTimeout(() => happen(fake, happens), 1_000);
  return fake;
}

const locked = "The keyring is locked. Unlock it and try again.";

/** What the desktop, or an administrator elsewhere, may do at any time. */
function happen(fake: Fake, what: string): void {
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
