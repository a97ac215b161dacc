import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFake, type Fake, users } from "./fake";
import { dayFromNow, type UserWithGrants } from "./fakeBasics";
import type { AttentionKind } from "./models";

interface Case {
  name: string;
  as: "mssp" | "msp";
  kind: AttentionKind;
  of: string;
  hours?: number;
  user?: string;
  refused?: string;
}

// The cases that the API's own check is tested with.
const file = join(import.meta.dirname, "../../../backend/postgres/testdata/attention_marks.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

async function as(user: UserWithGrants, world?: Fake["world"]) {
  const fake = createFake({ signedIn: user });
  await fake.resume();
  if (world) fake.world.marks = world.marks;
  return fake;
}

const viewers = { mssp: users.admin, msp: users.mspUser };
const colleagues = { mssp: users.staff, msp: users.mspAdmin };
const own = users.mspUser.grants[0]?.scope.msp_id;
const hour = 3_600_000;
const later = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

/** Gives a client of the viewer's MSP and one of another an ended licence and no other matter. */
function expire({ world }: Fake) {
  const change = (client: Fake["world"]["clients"][number] | undefined, days: number) => {
    if (!client) throw new Error("no such client");
    Object.assign(client, { status: "active", expires_on: dayFromNow(days), seats_used: 1, seats_total: 2 });
    return client.id;
  };
  return {
    expired: change(
      world.clients.find((one) => one.msp_id === own),
      -1,
    ),
    foreign: change(
      world.clients.find((one) => one.msp_id !== own && one.msp_id),
      -2,
    ),
    idle: world.msps.find((one) => one.status === "active" && one.clients === 0)?.id ?? "",
    own: own ?? "",
    unknown: "00000000-0000-0000-0000-000000000000",
  } as Record<string, string>;
}

const linesOf = async (fake: Fake, kind: AttentionKind) =>
  (await fake.overview()).attention.filter((item) => item.kind === kind);

describe("marks", () => {
  it.each(cases)("$name", async ({ as: node, kind, of, hours, user, refused }) => {
    const viewer = viewers[node];
    const fake = await as(viewer);
    const id = expire(fake)[of] ?? "";
    const ids: Record<string, string> = {
      self: viewer.user.id,
      colleague: colleagues[node].user.id,
      mssp: users.admin.user.id,
      msp: users.mspUser.user.id,
      client: users.clientUser.user.id,
      unknown: "00000000-0000-0000-0000-000000000000",
    };
    const done =
      user === undefined
        ? fake.snoozeAttention(kind, id, later(hours ?? 0))
        : fake.setAttentionHandler(kind, id, ids[user] ?? "");
    if (refused === undefined) await done;
    else await expect(done).rejects.toEqual(expect.objectContaining({ code: refused }));
  });

  it("are seen by users of the same node alone", async () => {
    const admin = await as(users.admin);
    const { expired = "" } = expire(admin);
    await admin.snoozeAttention("licence_expired", expired, later(24));
    const staff = await as(users.staff, admin.world);
    expire(staff);
    expect((await staff.overview()).snoozed).toEqual([{ kind: "licence_expired", count: 1 }]);
    expect(await staff.snoozedAttention()).toMatchObject([
      { client_id: expired, snooze: { by: users.admin.user.name } },
    ]);
    const msp = await as(users.mspUser, admin.world);
    expire(msp);
    expect((await msp.overview()).snoozed).toEqual([]);
    const client = await as(users.clientUser, admin.world);
    await expect(client.snoozedAttention()).rejects.toEqual(expect.objectContaining({ code: "forbidden" }));
  });

  it("leave the counts as they are, and another line takes the place of a snoozed one", async () => {
    const fake = await as(users.admin);
    const before = await fake.overview();
    const [first, ...others] = await linesOf(fake, "licence_expired");
    await fake.snoozeAttention("licence_expired", first?.client_id ?? "", later(24));
    const after = await linesOf(fake, "licence_expired");
    expect(after.map(({ name }) => name).slice(0, 5)).toEqual(others.map(({ name }) => name));
    expect(after).toHaveLength(6);
    expect((await fake.overview()).expired).toBe(before.expired);
  });

  it("end when the matter changes, when a snooze is over, and when they are removed", async () => {
    const fake = await as(users.admin);
    const { expired = "" } = expire(fake);
    const client = fake.world.clients.find(({ id }) => id === expired);
    const marks = async () => {
      const all = [...(await linesOf(fake, "licence_expired")), ...(await fake.snoozedAttention())];
      const { handler, snooze } = all.find((item) => item.client_id === expired) ?? {};
      return [handler?.user_id, snooze?.by];
    };
    await fake.snoozeAttention("licence_expired", expired, later(24));
    await fake.setAttentionHandler("licence_expired", expired, users.admin.user.id);
    expect(await marks()).toEqual([users.admin.user.id, users.admin.user.name]);
    Object.assign(client ?? {}, { expires_on: dayFromNow(0 - 3) });
    expect((await fake.overview()).snoozed).toEqual([]);
    Object.assign(client ?? {}, { expires_on: dayFromNow(-1) });
    for (const mark of fake.world.marks) if (mark.until) mark.until = later(-1);
    expect((await fake.overview()).snoozed).toEqual([]);
    for (let n = 0; n < 2; n += 1) await fake.removeAttentionHandler("licence_expired", expired);
    expect(fake.world.marks.filter(({ mark }) => mark === "handled")).toEqual([]);
  });
});
