import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useGridApiRef } from "@mui/x-data-grid";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { t } from "../i18n/i18n";
import { ColumnsButton } from "./ColumnsButton";
import { tabSeparated } from "./cellText";
import { EmptyState } from "./EmptyState";
import { ErrorPanel } from "./ErrorPanel";
import { SearchOffIcon } from "./icons";
import { SelectionBar } from "./SelectionBar";
import { StaleAlert } from "./StaleAlert";
import { TableFooter } from "./TableFooter";
import { TableGrid } from "./TableGrid";
import type { DataTableProps } from "./tableProps";
import { UnknownColumns } from "./UnknownColumns";
import { useCopy } from "./useCopy";
import { SelectionProvider, useSelection } from "./useSelection";
import { useTableColumns } from "./useTableColumns";
import { VisuallyHidden } from "./VisuallyHidden";

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
  const table = useTableColumns(api, {
    list,
    columns: props.columns,
    besidePanel: selectedId !== undefined,
    selects: props.select !== undefined,
  });
  const { layout, unknown, change, visible, widthOf } = table;
  const selection = useSelection(props.select, { items: useItems(props), total: props.total });
  const copy = useCopy();
  const copyRows = (rows: Row[]) =>
    void copy(
      tabSeparated(
        table.columns.filter(({ field }) => visible.includes(field)),
        rows,
      ),
      t("parts.selection.copied", { count: rows.length }),
    );
  return (
    <Frame>
      {selection && (
        <div role="status">
          <VisuallyHidden>
            {selection.count > 0 && t("parts.selection.count", { count: selection.count })}
          </VisuallyHidden>
        </div>
      )}
      {selection && selection.count > 0 && (
        <SelectionBar
          selection={selection}
          total={props.total}
          onCopy={() => copyRows(selection.rows)}
          actions={props.select?.actions?.(selection.chosen)}
        />
      )}
      <UnknownColumns names={unknown} onClose={() => change(layout)} />
      {problem && (
        <StaleAlert flush problem={problem} text={t("parts.table.staleProblem")} onRetry={props.onRetry} />
      )}
      <SelectionProvider value={selection}>
        <TableGrid {...props} {...table} api={api} onLayout={change} selection={selection} />
      </SelectionProvider>
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

/** The rows that are items of the list. */
const useItems = <Row extends { id: string }>({ rows, kindOf }: DataTableProps<Row>) =>
  useMemo(() => rows.filter((row) => kindOf?.(row) === undefined), [rows, kindOf]);

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
