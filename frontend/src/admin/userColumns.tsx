import Box from "@mui/material/Box";
import type { UserItem } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { StatusChip } from "../parts/StatusChip";
import { Time } from "../parts/Time";

/** The name of a user; their address where the provider gave no name. */
export const nameOf = ({ name, email }: Pick<UserItem, "name" | "email">): string => name || email;

/** The first role of a user, and how many more they have. */
function roleOf({ grants }: UserItem): string | null {
  const [first, ...others] = grants;
  if (!first) return null;
  const role = t(`words.role.${first.role}`);
  return others.length > 0 ? t("users.more", { role, count: others.length }) : role;
}

/** The first grant at an MSP, by which a viewer who sees several of them can filter. */
const atMSP = ({ grants }: UserItem) => grants.find(({ scope }) => scope.level === "msp");

/** withMSP: whether the list can be filtered by MSP. */
export const userColumns = (withMSP: boolean): Column<UserItem>[] => [
  {
    field: "name",
    name: t("users.column.name"),
    text: (user) => (user.self ? t("users.you", { name: nameOf(user) }) : nameOf(user)),
    sortable: true,
    flex: 1.2,
    minWidth: 130,
  },
  {
    field: "email",
    name: t("users.column.email"),
    render: (user) => <Address user={user} />,
    copy: ({ email }) => email,
    sortable: true,
    flex: 1.7,
    minWidth: 140,
    rank: 1,
  },
  {
    field: "role",
    name: t("users.column.role"),
    text: roleOf,
    filter: ({ grants: [first] }) => first && { role: first.role },
    filterText: ({ grants: [first] }) => (first ? t(`words.role.${first.role}`) : ""),
    sortable: true,
    width: 152,
  },
  {
    field: "node",
    name: t("users.column.node"),
    text: (user) => user.grants.map(({ node }) => node).join(", "),
    filter: (user) => {
      const msp_id = withMSP && atMSP(user)?.scope.msp_id;
      return msp_id ? { msp_id } : undefined;
    },
    filterText: (user) => atMSP(user)?.node ?? "",
    flex: 1.2,
    minWidth: 150,
    rank: 3,
  },
  {
    field: "provider",
    name: t("users.column.provider"),
    text: (user) => t(`words.provider.${user.provider}`),
    filter: ({ provider }) => ({ provider }),
    width: 116,
    rank: 5,
  },
  {
    field: "last_login_at",
    name: t("users.column.lastLogin"),
    render: (user) => <Time short at={user.last_login_at} />,
    copy: (user) => user.last_login_at,
    ...dayFilter((user: UserItem) => user.last_login_at, ["last_login_at"], "none"),
    sortable: true,
    width: 176,
    rank: 2,
  },
  {
    field: "sessions",
    name: t("users.column.sessions"),
    number: (user) => user.sessions,
    width: 92,
    rank: 4,
  },
  {
    field: "status",
    name: t("users.column.status"),
    render: (user) => <UserStatus active={user.active} />,
    copy: statusOf,
    filter: ({ active }) => ({ status: active ? "active" : "deactivated" }),
    width: 124,
  },
];

/** The address. A narrow cell cuts the address, not the note that it is unconfirmed. */
function Address({ user: { email, email_confirmed } }: { user: UserItem }) {
  return (
    <Box component="span" title={email} sx={{ display: "flex", whiteSpace: "pre" }}>
      <Box component="span" sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" }}>
        {email}
      </Box>
      {!email_confirmed && <Box component="span"> {t("users.unconfirmed")}</Box>}
    </Box>
  );
}

const statusOf = ({ active }: { active: boolean }) => t(`words.user.${active ? "active" : "deactivated"}`);

export function UserStatus({ active }: { active: boolean }) {
  return <StatusChip tone={active ? "ok" : "neutral"} label={statusOf({ active })} />;
}
