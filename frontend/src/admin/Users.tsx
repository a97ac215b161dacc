import Button from "@mui/material/Button";
import { useMemo } from "react";
import { Link as RouterLink } from "react-router";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { PersonIcon } from "../parts/icons";
import { SplitView } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { usePortalLink } from "../session/usePortalLink";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { AdminHeader } from "./AdminHeader";
import { userParameters } from "./parameters";
import { UserFilters, useFilterText } from "./UserFilters";
import { UserPanel } from "./UserPanel";
import { nameOf, userColumns } from "./userColumns";
import { useUsers } from "./useUsers";

/** The users of the portal. A row opens in a panel beside the list. */
export default function Users() {
  const portalLink = usePortalLink();
  const { address, filter, list, opened } = useUsers();
  const { grant } = useSession();
  const withMSP = grant.scope.level === "mssp";
  const columns = useMemo(() => userColumns(withMSP), [withMSP]);
  const filterText = useFilterText(filter);
  return (
    <>
      <AdminHeader
        text={t("users.text")}
        actions={<ViewsMenu list="users" title={t("users.title")} known={userParameters} />}
      />
      <ViewNotice list="users" known={userParameters} />
      <UserFilters address={address} filter={filter} />
      <SplitView>
        <DataTable
          label={t("users.title")}
          list={paths.users}
          columns={columns}
          {...list}
          sort={filter.sort ?? "name"}
          onSort={(sort) => address.set({ sort })}
          portalLinkOf={({ id }) => portalLink("user", id)}
          select={{ key: JSON.stringify({ ...filter, sort: undefined }), nameOf }}
          onOpen={({ id }) => address.open(id)}
          onFilter={address.set}
          selectedId={address.openId}
          empty={<NoUsers />}
          filterText={filterText}
          onClear={address.clear}
        />
        {address.openId && <UserPanel key={address.openId} opened={opened} onClose={address.close} />}
      </SplitView>
    </>
  );
}

function NoUsers() {
  return (
    <EmptyState
      icon={<PersonIcon />}
      title={t("users.empty.title")}
      text={t("users.empty.text")}
      action={
        <Button component={RouterLink} to={paths.admin}>
          {t("users.empty.action")}
        </Button>
      }
    />
  );
}
