import { createFake, type Fake, type FakeOptions, users } from "./fake";
import { refusal } from "./fakeRefusals";
import { advanceRuns, syncStates, worlds } from "./fakeStates";

/**
 * Returns the fake for `npm run dev` in a browser, set up by the query of the address:
 * - ?as=staff signs in as one of the fake's users
 * - ?api=none: no API address is set; ?keyring=locked: the keyring is locked
 * - ?managed: address, ways to sign in and exports are set by IT's policy
 * - ?signin=no_invite lets the sign-in fail with this refusal; ?signin=wait lets it wait
 * - ?fail=clients:timeout lets a call fail, ?fail=resume:timeout:once only the first time
 * - ?wait=clients lets a call never end; ?delay=500 delays every call by 500 ms
 * - ?sync=review and ?world=noExpiry apply a state of fakeStates.ts; ?still: runs do not advance
 * - ?happens=only, ended:ended_reuse, busy or demoted sends that event after a second
 * - ?offline=60 lets every call to the API fail from 60 seconds on
 * The names of refusals are in fakeRefusals.ts.
 */
export function browserFake(query: URLSearchParams): Fake {
  const as = query.get("as") as keyof typeof users | null;
  const outcome = query.get("signin");
  const options: FakeOptions = { delay: Number(query.get("delay") ?? 120) };
  if (outcome !== "wait") options.signInEnds = outcome ? refusal(outcome) : users.admin;
  if (as && as in users) options.signedIn = users[as];
  if (query.get("api") === "none") options.startup = { api_url: "" };
  if (query.has("keyring")) options.startup = { keyring_problem: locked };
  if (query.has("managed")) options.startup = { ...options.startup, ...managed };
  const fake = createFake(options);
  for (const failing of query.getAll("fail")) {
    const [call, name = "internal", once] = failing.split(":");
    fake.fail(call as Fake["calls"][number], refusal(name), once ? 1 : undefined);
  }
  for (const call of query.getAll("wait"))
    Object.assign(fake, { [call]: () => new Promise(() => undefined) });
  const state = query.get("sync");
  if (state && state in syncStates) syncStates[state as keyof typeof syncStates](fake.world);
  const sent = query.getAll("world");
  for (const name of sent) if (name in worlds) worlds[name as keyof typeof worlds](fake.world);
  if (!query.has("still")) advanceRuns(fake.world);
  const offline = query.get("offline");
  if (offline) setTimeout(() => loseNetwork(fake), Number(offline) * 1_000);
  const happens = query.get("happens");
  if (happens) setTimeout(() => sendEvent(fake, happens), 1_000);
  return fake;
}

const managed = {
  api_url_managed: true,
  providers: ["entra"],
  allow_export: false,
  managed_by_name: "Northwind IT",
  managed_by_url: "https://it.northwind.example/portal",
};

const locked = "The login keyring is locked. Unlock it and sign in again to stay signed in.";

/** The calls that reach no further than the desktop. */
const local: string[] = [
  "startup",
  "appearance",
  "setAppearance",
  "places",
  "setPlaces",
  "takeLink",
  "openManagedBy",
  "copyText",
  "saveDiagnostics",
];

function loseNetwork(fake: Fake): void {
  const calls = Object.keys(fake).filter((name) => !local.includes(name)) as Fake["calls"];
  for (const call of calls) fake.fail(call, refusal("no_network"));
}

/** Sends an event of the desktop, or makes a change that an administrator could make elsewhere. */
function sendEvent(fake: Fake, what: string): void {
  if (what === "only")
    fake.emit("session:only", { message: `${locked} You stay signed in until you close the app.` });
  if (what.startsWith("ended")) {
    const { code, message } = refusal(what.split(":")[1] ?? "ended_admin");
    fake.emit("session:ended", { code, message });
  }
  if (what === "busy") fake.emit("waiting", { seconds: 8, what: "limit" });
  if (what === "demoted") {
    const grants = fake.world.users.find(({ id }) => id === users.admin.user.id)?.grants;
    for (const grant of grants ?? []) grant.role = "mssp_staff";
  }
}
