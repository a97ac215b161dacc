// The people of the fake's world: those who may sign in, and enough others to fill a list.
import { ago, grant, id, mspNames, type Person } from "./fakeWorld";
import type { Grant, HeldGrant, OwnSession, ProviderID, Role } from "./models";

const hour = 3_600_000;

/** A person with every grant they hold, whoever looks. */
export interface FakeUser {
  id: string;
  name: string;
  email: string;
  email_confirmed: boolean;
  provider: ProviderID;
  created_at: string;
  last_login_at: string | null;
  sessions: number;
  grants: HeldGrant[];
}

const given = ["Alva", "Bruno", "Carla", "Dmitri", "Elif", "Farah", "Goran", "Hanna", "Ivo", "Jana", "Kofi"];
const family = ["Arnaud", "Berg", "Castillo", "Dahl", "Eriksen", "Fischer", "Grabowski", "Hughes", "Iversen"];

const held = (one: Grant): HeldGrant => ({ ...one, active: true });

function other(n: number): FakeUser {
  const at = 1 + (n % (mspNames.length - 1));
  const msp = mspNames[at] as string;
  const name = `${given[n % given.length]} ${family[n % family.length]}`;
  const role: Role = n % 5 === 0 ? "msp_admin" : "msp_user";
  const host = msp.split(" ")[0]?.toLowerCase();
  return {
    id: id("c100", n),
    name: n === 13 ? "" : name,
    email: `${name.replace(" ", ".").toLowerCase()}@${host}.example`,
    email_confirmed: n !== 20,
    provider: n % 2 ? "google" : "entra",
    created_at: ago((40 + n) * 24 * hour),
    last_login_at: n % 9 === 4 ? null : ago(n * 7 * hour + hour / 3),
    sessions: n % 9 === 4 || n % 11 === 7 ? 0 : 1 + (n % 3),
    grants: [{ ...held(grant(role, msp, { msp_id: id("8100", at + 1) })), active: n % 11 !== 7 }],
  };
}

const known = ({ user, grants }: Person): FakeUser => ({
  id: user.id,
  name: user.name,
  email: user.email,
  email_confirmed: true,
  provider: "google",
  created_at: ago(200 * 24 * hour),
  last_login_at: ago(2 * hour),
  sessions: 2,
  grants: grants.map(held),
});

export const newUsers = (people: Person[]): FakeUser[] => [
  ...people.map(known),
  ...Array.from({ length: 140 }, (_, n) => other(n)),
];

/** Three sessions of whoever is signed in; the first is this one. */
export const newSessions = (): OwnSession[] =>
  [
    { device: "FS-Client-Portal/0.1.0 (linux; amd64)", created: 30, used: 0.05 },
    { device: "FS-Client-Portal/0.1.0 (windows; amd64)", created: 190, used: 3 },
    { device: "", created: 400, used: 120 },
  ].map(({ device, created, used }, n) => ({
    id: id("d000", n + 1),
    device,
    created_at: ago(created * hour),
    last_used_at: ago(used * hour),
    expires_at: ago((used - 14 * 24) * hour),
    current: n === 0,
  }));
