import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useGridApiRef } from "@mui/x-data-grid";
import { type ReactNode, useEffect, useRef } from "react";
import { t } from "../i18n/i18n";
import { ColumnsButton } from "./ColumnsButton";
import { EmptyState } from "./EmptyState";
import { ErrorPanel } from "./ErrorPanel";
import { SearchOffIcon } from "./icons";
import { StaleAlert } from "./StaleAlert";
import { TableFooter } from "./TableFooter";
import { TableGrid } from "./TableGrid";
import type { DataTableProps } from "./tableProps";
import { UnknownColumns } from "./UnknownColumns";
import { useTableColumns } from "./useTableColumns";

export type { Column, Hides } from "./tableColumn";
export type { DataTableProps } from "./tableProps";

/** The rows of one list: sorted by the server, loaded page by page while scrolling, virtualised. */
export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { rows, loading, problem, filterText } = props;
  if (!loading && problem && rows.length === 0) {
    return (
      <Frame>
        <ErrorPanel problem={problem} {...(props.onRetry && { onRetry: props.onRetry })} />
      </Frame>
    );
  }
  if (!loading && rows.length === 0) {
    return (
      <Frame>
        {filterText === undefined ? props.empty : <NoMatch filterText={filterText} onClear={props.onClear} />}
      </Frame>
    );
  }
  return <Filled {...props} />;
}

/** A table that has rows, or loads them. */
function Filled<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { list, rows, problem, hasMore, onMore, selectedId } = props;
  const api = useMoreOnScroll(rows.length, hasMore ? onMore : undefined);
  const table = useTableColumns(api, { list, columns: props.columns, besidePanel: selectedId !== undefined });
  const { layout, unknown, change, visible, widthOf } = table;
  return (
    <Frame>
      <UnknownColumns names={unknown} onClose={() => change(layout)} />
      {problem && (
        <StaleAlert flush problem={problem} text={t("parts.table.staleProblem")} onRetry={props.onRetry} />
      )}
      <TableGrid {...props} {...table} api={api} onLayout={change} />
      <TableFooter
        {...props}
        shown={props.shown ?? rows.length}
        columns={
          list !== undefined && (
            <ColumnsButton {...{ columns: props.columns, layout, visible, widthOf, onChange: change }} />
          )
        }
      />
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <Box
      sx={(theme) => ({
        display: "flex",
        flexDirection: "column",
        flex: 1,
        minWidth: 0,
        minHeight: 200,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        overflow: "hidden",
      })}
    >
      {children}
    </Box>
  );
}

function NoMatch({ filterText, onClear }: { filterText: string; onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={<SearchOffIcon />}
      title={t("parts.table.noMatch")}
      text={filterText ? t("parts.table.noMatchText", { filter: filterText }) : t("parts.table.noMatchPlain")}
      action={onClear && <Button onClick={onClear}>{t("parts.actions.clear")}</Button>}
    />
  );
}

/** Calls onMore when rows near the end of the loaded ones are rendered. */
function useMoreOnScroll(loaded: number, onMore: (() => void) | undefined) {
  const api = useGridApiRef();
  const latest = useRef({ loaded, onMore });
  latest.current = { loaded, onMore };
  useEffect(
    () =>
      api.current?.subscribeEvent("renderedRowsIntervalChange", ({ lastRowIndex }) => {
        if (lastRowIndex >= latest.current.loaded - 20) latest.current.onMore?.();
      }),
    [api],
  );
  return api;
}
