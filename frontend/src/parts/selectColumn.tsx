import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import type { GridColDef } from "@mui/x-data-grid";
import { t } from "../i18n/i18n";
import { HeaderName } from "./ColumnHeader";
import { useTableSelection } from "./useSelection";

/** The field of the column of checkboxes, which is none of the list's own columns. */
export const selectField = "select rows";

export const selectWidth = 40;

/** A narrower table leaves the width to its columns; the keys select there too. */
export const selectFrom = 720;

/** The column of checkboxes. */
export const selectColumn = <Row extends { id: string }>(): GridColDef<Row> => ({
  field: selectField,
  headerName: t("parts.selection.column"),
  width: selectWidth,
  minWidth: selectWidth,
  resizable: false,
  sortable: false,
  display: "flex",
  align: "center",
  headerAlign: "center",
  renderHeader: ({ colDef }) => (
    <HeaderName name={colDef.headerName ?? ""}>
      <SelectLoaded />
    </HeaderName>
  ),
  renderCell: ({ row }) => <SelectBox row={row} />,
});

function SelectLoaded() {
  const selection = useTableSelection();
  if (!selection) return null;
  const { allLoaded, count, clear, selectLoaded } = selection;
  return (
    <Checkbox
      size="small"
      tabIndex={-1}
      checked={allLoaded}
      indeterminate={count > 0 && !allLoaded}
      onChange={allLoaded ? clear : selectLoaded}
      slotProps={{ input: { "aria-label": t("parts.selection.loaded") } }}
      // A header cuts what is wider than its content, and has more padding than a cell.
      sx={{ p: 0.5, m: -0.5 }}
    />
  );
}

/** The checkbox of a row; a click beside it counts as well, and none opens the row. */
function SelectBox({ row }: { row: { id: string } }) {
  const selection = useTableSelection();
  if (!selection?.takes(row.id)) return null;
  return (
    <Box
      component="span"
      onClick={(event) => {
        event.stopPropagation();
        selection.toggle(row.id, event.shiftKey);
      }}
      sx={{ display: "flex", flex: 1, alignSelf: "stretch", alignItems: "center", justifyContent: "center" }}
    >
      <Checkbox
        size="small"
        tabIndex={-1}
        checked={selection.has(row.id)}
        slotProps={{
          input: { "aria-label": t("parts.selection.row", { name: selection.nameOf(row) }), readOnly: true },
        }}
        sx={{ p: 0.5 }}
      />
    </Box>
  );
}
