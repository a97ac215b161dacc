import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n";
import { arranged, type ColumnLayout, moved, withFields, withWidth } from "./columnLayout";
import { widthStep } from "./headerKeys";
import { ChevronDownIcon } from "./icons";
import { VisuallyHidden } from "./VisuallyHidden";

export interface ColumnChoice {
  /** All columns, in the order of the list itself. */
  columns: { field: string; name: string }[];
  layout: ColumnLayout | undefined;
  /** The fields of the visible columns. */
  visible: string[];
  /** The width of a visible column in pixels, at the usual text size. */
  widthOf: (field: string) => number;
  onChange: (layout: ColumnLayout | undefined) => void;
}

const moves: Record<string, 1 | -1> = { ArrowUp: -1, ArrowDown: 1 };
const widths: Record<string, 1 | -1> = { ArrowLeft: -1, ArrowRight: 1 };

type Control = "shown" | "up" | "down";

/** Which columns are shown, in which order; every change is applied at once. */
export function ColumnList(props: ColumnChoice & { onClose: () => void }) {
  const { columns, layout, visible, widthOf, onChange, onClose } = props;
  // A column that is switched off keeps its place here, so that the list does not move under the pointer.
  const [order, setOrder] = useState(() => arranged(columns, layout).map(({ field }) => field));
  const [said, setSaid] = useState("");
  const { list, keepFocus } = useKeptFocus(order);
  const nameOf = (field: string) => columns.find((column) => column.field === field)?.name ?? field;
  const show = (field: string, on: boolean) =>
    onChange(
      withFields(
        layout,
        order.filter((one) => (one === field ? on : visible.includes(one))),
      ),
    );
  const move = (field: string, step: 1 | -1, control: Control) => {
    const next = moved(order, field, step);
    keepFocus(field, control);
    setOrder(next);
    setSaid(
      t("parts.columns.moved", { name: nameOf(field), place: next.indexOf(field) + 1, count: next.length }),
    );
    if (visible.includes(field))
      onChange(
        withFields(
          layout,
          next.filter((one) => visible.includes(one)),
        ),
      );
  };
  const resize = (field: string, step: 1 | -1) => {
    if (!visible.includes(field)) return;
    const width = widthOf(field) + step * widthStep;
    setSaid(t("parts.columns.resized", { name: nameOf(field), width }));
    onChange(withWidth(layout, field, width));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, field: string) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const up = moves[event.key];
    const wider = widths[event.key];
    if (up) move(field, up, controlOf(event.target));
    if (wider) resize(field, wider);
    if (!up && !wider) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const reset = () => {
    setOrder(columns.map(({ field }) => field));
    setSaid(t("parts.columns.wasReset"));
    onChange(undefined);
  };
  return (
    <>
      <Typography variant="h2" sx={{ px: 2, pt: 1.5 }}>
        {t("parts.columns.title")}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 1 }}>
        {t("parts.columns.keys")}
      </Typography>
      <Box component="ul" ref={list} sx={{ m: 0, px: 1, flex: 1, minHeight: 0, overflowY: "auto" }}>
        {order.map((field, n) => (
          <ColumnRow
            key={field}
            field={field}
            name={nameOf(field)}
            shown={visible.includes(field)}
            last={visible.length === 1}
            ends={{ up: n === 0, down: n === order.length - 1 }}
            onShow={(on) => show(field, on)}
            onMove={(step, control) => move(field, step, control)}
            onKeyDown={(event) => onKeyDown(event, field)}
          />
        ))}
      </Box>
      <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, p: 1.5 }}>
        <Button variant="text" disabled={layout === undefined} onClick={reset}>
          {t("parts.columns.reset")}
        </Button>
        <Button variant="contained" onClick={onClose}>
          {t("parts.actions.close")}
        </Button>
      </Box>
      <Box role="status">
        <VisuallyHidden>{said}</VisuallyHidden>
      </Box>
    </>
  );
}

const controlOf = (target: EventTarget): Control =>
  ((target instanceof Element &&
    target.closest("[data-control]")?.getAttribute("data-control")) as Control) || "shown";

/** Keeps the focus on a control of a row that moves; a button that can move no further leaves it to the checkbox. */
function useKeptFocus(order: string[]) {
  const list = useRef<HTMLUListElement>(null);
  const wanted = useRef<{ field: string; control: Control } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus is lost when the order changes
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const { field, control } = wanted.current;
    wanted.current = null;
    const row = list.current?.querySelector(`[data-field="${field}"]`);
    const button = row?.querySelector<HTMLElement>(`button[data-control=${control}]:not([disabled])`);
    (button ?? row?.querySelector<HTMLElement>("input"))?.focus();
  }, [order]);
  const keepFocus = (field: string, control: Control) => {
    wanted.current = { field, control };
  };
  return { list, keepFocus };
}

interface RowProps {
  field: string;
  name: string;
  shown: boolean;
  /** Whether it is the only column that is shown. */
  last: boolean;
  ends: { up: boolean; down: boolean };
  onShow: (on: boolean) => void;
  onMove: (step: 1 | -1, control: Control) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

function ColumnRow({ field, name, shown, last, ends, onShow, onMove, onKeyDown }: RowProps) {
  return (
    <Box
      component="li"
      data-field={field}
      onKeyDown={onKeyDown}
      sx={{ display: "flex", alignItems: "center", minHeight: 32, pl: 1 }}
    >
      <FormControlLabel
        sx={{ flex: 1, minWidth: 0, m: 0 }}
        label={name}
        slotProps={{ typography: { variant: "body2" } }}
        control={
          <Checkbox
            size="small"
            checked={shown}
            disabled={shown && last}
            onChange={(_, on) => onShow(on)}
            sx={{ p: 0.5, mr: 0.5 }}
          />
        }
      />
      <IconButton
        data-control="up"
        aria-label={t("parts.columns.up", { name })}
        disabled={ends.up}
        onClick={() => onMove(-1, "up")}
      >
        <ChevronDownIcon sx={{ transform: "rotate(180deg)" }} />
      </IconButton>
      <IconButton
        data-control="down"
        aria-label={t("parts.columns.down", { name })}
        disabled={ends.down}
        onClick={() => onMove(1, "down")}
      >
        <ChevronDownIcon />
      </IconButton>
    </Box>
  );
}
