import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { t } from "../i18n/i18n";
import { ChevronDownIcon, ChevronUpIcon, CloseIcon } from "./icons";
import { KeyedButton } from "./KeyedButton";
import { isTyping, pressed } from "./shortcuts";

interface Props {
  title: string;
  /** Under the title: a chip, a short line. */
  lead?: ReactNode;
  /** Buttons between those of the rows and the close button. */
  actions?: ReactNode;
  /** Absent where there is no list beside it; the panel then has the full width. */
  onClose?: (() => void) | undefined;
  children: ReactNode;
}

/** To the next row or to the previous one. */
export type Step = 1 | -1;

interface Neighbours {
  previous: boolean;
  next: boolean;
}

const noNeighbours: Neighbours = { previous: false, next: false };

/** Joins a list with the panel beside it. */
interface Split {
  /** Opens the row below (1) or above (-1) the open one; set by the list. */
  move: RefObject<((step: Step) => void) | null>;
  /** The step of the button that was pressed, which keeps the focus in the panel of the next row. */
  pressed: RefObject<Step | null>;
  /** Which rows there are beside the open one; set by the list. */
  neighbours: Neighbours;
  setNeighbours: (neighbours: Neighbours) => void;
  /** Whether the panel follows the keyboard in the list, and so leaves the focus there. */
  follows: RefObject<boolean>;
}

const SplitContext = createContext<Split | null>(null);

export const useSplit = () => useContext(SplitContext);

/** 1 for the keys to the row below, -1 to the row above; undefined for others and while something is typed. */
export function stepOf(event: React.KeyboardEvent): Step | undefined {
  if (isTyping(event)) return undefined;
  if (pressed(event, "next")) return 1;
  return pressed(event, "previous") ? -1 : undefined;
}

/**
 * The details of a row, beside its list: put <SidePanel> after the list inside <SplitView>. It takes the focus when it
 * opens, unless it follows the keyboard in the list, and returns it when it closes. Escape or its close button closes it;
 * J and K, or its buttons, open the next and the previous row. In a narrow window it covers the list.
 */
export function SidePanel({ title, lead, actions, onClose, children }: Props) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const origin = useRef<Element | null>(null);
  const split = useSplit();
  const [follows] = useState(() => split?.follows.current === true);
  useEffect(() => {
    // The button to the next row has taken it.
    const taken = panel.current?.contains(document.activeElement) === true;
    if (follows || taken) return;
    const before = document.activeElement;
    if (before !== panel.current) origin.current = before;
    panel.current?.focus({ preventScroll: true });
    return () => {
      // The focus was inside the panel: return it to the row.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && origin.current instanceof HTMLElement) origin.current.focus();
    };
  }, [follows]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.defaultPrevented) return;
    // The arrows scroll the panel.
    const step = event.key.length === 1 ? stepOf(event) : undefined;
    if (step && split?.move.current) {
      event.preventDefault();
      split.move.current(step);
    }
    if (event.key !== "Escape" || !onClose) return;
    event.stopPropagation();
    onClose();
  };
  return (
    <Box
      component="aside"
      ref={panel}
      tabIndex={-1}
      aria-labelledby={id}
      onKeyDown={onKeyDown}
      sx={(theme) => ({
        width: onClose ? 420 : "100%",
        maxWidth: "100%",
        flexShrink: 0,
        display: "flex",
        flexDirection: "column",
        minHeight: 0,
        bgcolor: "background.paper",
        ml: onClose ? 1.5 : 0,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        outline: "none",
        ...(onClose && {
          "@container (max-width: 860px)": {
            position: "absolute",
            insetBlock: 0,
            right: 0,
            zIndex: 3,
            boxShadow: "-8px 0 24px rgb(0 0 0 / 0.12)",
          },
        }),
      })}
    >
      {onClose && (
        <Box sx={{ display: "flex", alignItems: "center", px: 1, pt: 1 }}>
          {split && <RowButtons split={split} />}
          <Box sx={{ flex: 1 }} />
          {actions}
          <IconButton aria-label={t("parts.actions.close")} onClick={onClose}>
            <CloseIcon />
          </IconButton>
        </Box>
      )}
      <Box sx={{ px: 2, pt: onClose ? 0.5 : 2, pb: 1 }}>
        <Typography id={id} variant="h2" sx={{ overflowWrap: "anywhere" }}>
          {title}
        </Typography>
        {lead}
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, overflowY: "auto", pl: 2, pr: 3, pb: 3 }}>{children}</Box>
    </Box>
  );
}

/** Buttons to the previous and the next row of the list. */
function RowButtons({ split }: { split: Split }) {
  const { move, neighbours, pressed: last } = split;
  const previous = useRef<HTMLButtonElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (last.current) (last.current > 0 ? next : previous).current?.focus({ preventScroll: true });
    last.current = null;
  }, [last]);
  const go = (step: Step) => () => {
    last.current = step;
    move.current?.(step);
  };
  return (
    <>
      <KeyedButton
        ref={previous}
        name={t("parts.panel.previous")}
        shortcut="previous"
        icon={<ChevronUpIcon />}
        onClick={neighbours.previous ? go(-1) : undefined}
      />
      <KeyedButton
        ref={next}
        name={t("parts.panel.next")}
        shortcut="next"
        icon={<ChevronDownIcon />}
        onClick={neighbours.next ? go(1) : undefined}
      />
    </>
  );
}

/** A list and its side panel next to each other, with the full height. */
export function SplitView({ children }: { children: ReactNode }) {
  const move = useRef<((step: Step) => void) | null>(null);
  const follows = useRef(false);
  const last = useRef<Step | null>(null);
  const [neighbours, setNeighbours] = useState(noNeighbours);
  const split = useMemo(() => ({ move, follows, pressed: last, neighbours, setNeighbours }), [neighbours]);
  return (
    <SplitContext value={split}>
      <Box
        sx={{ display: "flex", flex: 1, minHeight: 0, position: "relative", containerType: "inline-size" }}
      >
        {children}
      </Box>
    </SplitContext>
  );
}
