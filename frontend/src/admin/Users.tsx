import Button from "@mui/material/Button";
import { useMemo } from "react";
import { Link } from "react-router";
import { links } from "../bridge/links";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { PersonIcon } from "../parts/icons";
import { Beside } from "../parts/SidePanel";
import { AdminHeader } from "./AdminHeader";
import { UserFilters, useAsked } from "./UserFilters";
import { UserPanel } from "./UserPanel";
import { userColumns } from "./userColumns";
import { useUsers } from "./useUsers";

/** Who may use the portal; a person opens beside the list. */
export default function Users() {
  const { address, filter, list, opened } = useUsers();
  const columns = useMemo(userColumns, []);
  const asked = useAsked(filter);
  return (
    <>
      <AdminHeader text={t("users.text")} />
      <UserFilters address={address} filter={filter} />
      <Beside>
        <DataTable
          label={t("users.title")}
          columns={columns}
          {...list}
          sort={filter.sort ?? "name"}
          onSort={(sort) => address.set({ sort })}
          onOpen={({ id }) => address.open(id)}
          selectedId={address.openId}
          empty={<Nobody />}
          asked={asked}
          onClear={address.clear}
        />
        {address.openId && (
          <UserPanel key={address.openId} user={opened} loading={list.loading} onClose={address.close} />
        )}
      </Beside>
    </>
  );
}

function Nobody() {
  return (
    <EmptyState
      icon={<PersonIcon />}
      title={t("users.empty.title")}
      text={t("users.empty.text")}
      action={
        <Button component={Link} to={links.admin}>
          {t("users.empty.action")}
        </Button>
      }
    />
  );
}
