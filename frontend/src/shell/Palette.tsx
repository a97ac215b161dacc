import Box from "@mui/material/Box";
import Dialog from "@mui/material/Dialog";
import InputBase from "@mui/material/InputBase";
import { useEffect, useId, useState } from "react";
import { limits } from "../bridge/limits";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { SearchIcon } from "../parts/icons";
import { VisuallyHidden } from "../parts/VisuallyHidden";
import { type Session, useSession } from "../session/session";
import type { Hit } from "./hits";
import { MarkedText } from "./MarkedText";
import { matchedPart } from "./matchedPart";
import type { RailEntry } from "./Rail";
import { useHits } from "./useHits";

interface Props {
  rail: RailEntry[];
  onClose: () => void;
}

/** Finds any screen, action, MSP, client or user by keyboard. */
export function Palette({ rail, onClose }: Props) {
  const [q, setQ] = useState("");
  const { hits, settled, ...found } = useHits(q, rail);
  const [at, setAt] = useState(0);
  // Enter was pressed before the hits of what is typed were there.
  const [entered, setEntered] = useState(false);
  const id = useId();
  const chosen = Math.min(at, Math.max(0, hits.length - 1));
  const { can } = useSession();

  const run = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    hit.run();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move && hits.length > 0) setAt((chosen + move + hits.length) % hits.length);
    else if (event.key === "Enter" && !settled) setEntered(true);
    else if (event.key === "Enter") run(hits[chosen]);
    else return;
    event.preventDefault();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once, when the hits are there
  useEffect(() => {
    if (entered && settled) run(hits[chosen]);
  }, [entered, settled]);
  return (
    <Dialog
      open
      onClose={onClose}
      aria-labelledby={`${id}title`}
      fullWidth
      maxWidth="sm"
      sx={{ "& .MuiDialog-container": { alignItems: "flex-start", pt: "8vh" } }}
      slotProps={{ paper: { sx: { m: 2, maxHeight: "min(520px, 80vh)" } } }}
    >
      <VisuallyHidden as="h2" id={`${id}title`}>
        {t("shell.search.title")}
      </VisuallyHidden>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, px: 2, height: 48, flexShrink: 0 }}>
        <SearchIcon />
        <InputBase
          autoFocus
          fullWidth
          value={q}
          placeholder={t(placeholderFor(can))}
          onChange={(event) => {
            setQ(event.target.value.slice(0, limits.search));
            setAt(0);
            setEntered(false);
          }}
          onKeyDown={onKeyDown}
          inputProps={{
            role: "combobox",
            "aria-label": t("shell.search.title"),
            "aria-expanded": true,
            "aria-controls": `${id}list`,
            "aria-activedescendant": hits[chosen] ? `${id}${hits[chosen].id}` : undefined,
            "aria-autocomplete": "list",
            spellCheck: false,
          }}
        />
      </Box>
      <Box
        role="listbox"
        id={`${id}list`}
        aria-label={t("shell.search.title")}
        sx={(theme) => ({ overflowY: "auto", p: 1, borderTop: `1px solid ${theme.vars.palette.divider}` })}
      >
        {hits.map((hit, n) => (
          <Box key={hit.id} role="presentation">
            {hit.group !== hits[n - 1]?.group && <GroupName group={hit.group} />}
            <HitRow
              hit={hit}
              id={`${id}${hit.id}`}
              chosen={n === chosen}
              onRun={() => run(hit)}
              onPoint={() => setAt(n)}
            />
          </Box>
        ))}
      </Box>
      <Footer q={q.trim()} shown={hits.length} settled={settled} {...found} />
    </Dialog>
  );
}

function placeholderFor(can: Session["can"]) {
  if (!can("see_msps")) return "shell.search.placeholderClients";
  return can("manage_users") ? "shell.search.placeholderUsers" : "shell.search.placeholder";
}

function GroupName({ group }: { group: Hit["group"] }) {
  return (
    <Box role="presentation" sx={{ px: 1, pt: 1, pb: 0.5, fontSize: "0.75rem", color: "text.secondary" }}>
      {t(`shell.search.${group}`)}
    </Box>
  );
}

interface HitRowProps {
  hit: Hit;
  id: string;
  chosen: boolean;
  onRun: () => void;
  onPoint: () => void;
}

function HitRow({ hit, id, chosen, onRun, onPoint }: HitRowProps) {
  useEffect(() => {
    if (chosen) document.getElementById(id)?.scrollIntoView?.({ block: "nearest" });
  }, [chosen, id]);
  const inName = hit.typed !== undefined && matchedPart(hit.name, hit.typed) !== null;
  return (
    <Box
      id={id}
      role="option"
      aria-selected={chosen}
      onClick={onRun}
      onMouseMove={onPoint}
      sx={{
        display: "flex",
        alignItems: "center",
        gap: 1.25,
        px: 1,
        minHeight: 36,
        borderRadius: "6px",
        cursor: "pointer",
        bgcolor: chosen ? "action.selected" : "transparent",
        "& svg": { color: "text.secondary" },
      }}
    >
      {hit.icon}
      <Box sx={{ flex: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
        <MarkedText text={hit.name} typed={hit.typed} />
      </Box>
      {hit.note && (
        <Box
          sx={{
            maxWidth: "45%",
            fontSize: "0.8125rem",
            color: "text.secondary",
            overflow: "hidden",
            textOverflow: "ellipsis",
            whiteSpace: "nowrap",
          }}
        >
          <MarkedText text={hit.note} typed={inName ? undefined : hit.typed} />
        </Box>
      )}
    </Box>
  );
}

interface FooterProps {
  q: string;
  shown: number;
  /** Matches that are not listed. */
  more: number;
  moreThan: boolean;
  settled: boolean;
  problem: Problem | null;
}

function footerText({ q, shown, more, moreThan, settled, problem }: FooterProps): string {
  if (problem) return t(`shell.search.${failure(problem)}`);
  if (!settled) return t("shell.search.searching");
  if (shown === 0) return t("shell.search.none", { q });
  const count = shown + more;
  if (moreThan) return t("shell.search.atLeast", { shown, count });
  return t(more > 0 ? "shell.search.some" : "shell.search.results", { shown, count });
}

const failure = ({ code }: Problem) => (code === "offline" || code === "unavailable" ? code : "failed");

/** The state of the search, as a live region. */
function Footer(props: FooterProps) {
  return (
    <Box
      role="status"
      sx={(theme) => ({
        px: 2,
        py: 1,
        flexShrink: 0,
        fontSize: "0.75rem",
        color: "text.secondary",
        borderTop: `1px solid ${theme.vars.palette.divider}`,
      })}
    >
      {footerText(props)}
    </Box>
  );
}
