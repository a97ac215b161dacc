// The organisation calls of the fake.
import { msspID } from "./fakeBasics";
import type { World } from "./fakeWorld";
import type { Me, Organisation, OrganisationChange } from "./models";
import { Problem } from "./problem";

interface Tools {
  world: World;
  need: (permission: Me["permissions"][number]) => Me;
}

const zones = [
  "America/Argentina/Buenos_Aires",
  "America/New_York",
  "Europe/Berlin",
  "Europe/Copenhagen",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
  "UTC",
];

export function fakeOrganisation({ world, need }: Tools) {
  function read(): Organisation {
    const { grant } = need("manage_organisation");
    return { id: msspID, name: grant.mssp, time_zone: world.timeZone, time_zones: zones };
  }

  function change({ time_zone }: OrganisationChange): Organisation {
    const before = read();
    if (time_zone === undefined) return before;
    if (!zones.includes(time_zone)) {
      throw new Problem("invalid", { field: "time_zone", message: `There is no time zone "${time_zone}".` });
    }
    world.timeZone = time_zone;
    return read();
  }

  return { read, change };
}
