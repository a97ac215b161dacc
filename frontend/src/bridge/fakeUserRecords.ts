// The users of the fake: those who can sign in, and enough others to fill a list.
import { ago, day, grant, hour, id, mspNames, type UserWithGrants } from "./fakeBasics";
import type { Grant, HeldGrant, OwnSession, ProviderID, Role } from "./models";

/** A user with all grants, independent of the viewer. */
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

const known = ({ user, grants }: UserWithGrants): FakeUser => ({
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

export const newUsers = (users: UserWithGrants[]): FakeUser[] => [
  ...users.map(known),
  ...Array.from({ length: 140 }, (_, n) => other(n)),
];

/** Three sessions of the signed-in user; the first is the current one. */
export const newSessions = (): OwnSession[] =>
  [
    { device: "FS-Client-Portal/dev (linux; amd64)", created: 30, used: 0.05 },
    { device: "FS-Client-Portal/dev (windows; amd64)", created: 190, used: 3 },
    { device: "", created: 400, used: 120 },
  ].map(({ device, created, used }, n) => ({
    id: id("d000", n + 1),
    device,
    created_at: ago(created * hour),
    last_used_at: ago(used * hour),
    expires_at: ago((used - 14 * 24) * hour),
    current: n === 0,
  }));

const user = (n: number, name: string, email: string, grants: Grant[]): UserWithGrants => ({
  user: { id: id("c000", n), name, email, active: true, last_login_at: ago(2 * day) },
  grants,
});

const first = mspNames[0] as string;
const msp1 = { msp_id: id("8100", 1) };
const msp2 = { msp_id: id("8100", 2) };

/** The users who can sign in. */
export const users = {
  admin: user(1, "Ada Lindqvist", "ada@northwind.example", [grant("mssp_admin", "Northwind Security")]),
  staff: user(2, "Sam Okoro", "sam@northwind.example", [grant("mssp_staff", "Northwind Security")]),
  mspAdmin: user(3, "Mia Keller", "mia@alpine.example", [grant("msp_admin", first, msp1)]),
  mspUser: user(4, "Tom Brandt", "tom@alpine.example", [grant("msp_user", first, msp1)]),
  clientUser: user(5, "Ines Duarte", "ines@client.example", [
    grant("client_user", "Aldgate Bakery Ltd", { ...msp1, client_id: id("9000", 0) }),
  ]),
  severalGrants: user(6, "Noor Haddad", "noor@northwind.example", [
    grant("mssp_staff", "Northwind Security"),
    grant("msp_admin", first, msp1),
    grant("msp_user", mspNames[1] as string, msp2),
  ]),
} satisfies Record<string, UserWithGrants>;
