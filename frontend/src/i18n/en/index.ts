import { admin } from "./admin";
import { changes } from "./changes";
import { clients } from "./clients";
import { customers } from "./customers";
import { exports } from "./exports";
import { favourites } from "./favourites";
import { fields } from "./fields";
import { history } from "./history";
import { msps } from "./msps";
import { overview } from "./overview";
import { parts } from "./parts";
import { products } from "./products";
import { session } from "./session";
import { settings } from "./settings";
import { shell } from "./shell";
import { sync } from "./sync";
import { users } from "./users";
import { views } from "./views";
import { words } from "./words";

/**
 * Every text of the app, one file per folder of screens. Plurals: key_one, key_other with { count }. A test fails for
 * unused keys.
 */
export const en = {
  admin,
  changes,
  clients,
  customers,
  exports,
  favourites,
  fields,
  history,
  msps,
  overview,
  parts,
  products,
  session,
  settings,
  shell,
  sync,
  users,
  views,
  words,
};
