import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import type { SearchHit, SearchResult, SearchTotal } from "../bridge/models";
import { paths } from "../bridge/paths";
import type { Problem } from "../bridge/problem";
import { searchQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { ClientsIcon, MspsIcon, PersonIcon } from "../parts/icons";
import { useDebounced } from "../parts/useDebounced";
import { useSession } from "../session/session";
import type { Hit } from "./hits";

type Noun = "msps" | "clients" | "users";

export const icons: Record<Noun, ReactNode> = {
  msps: <MspsIcon />,
  clients: <ClientsIcon />,
  users: <PersonIcon />,
};

const nouns: Record<SearchHit["kind"], Noun> = { msp: "msps", client: "clients", user: "users" };

const lists: Record<Noun, (q: string) => string> = {
  msps: (q) => paths.msps({ q }),
  clients: (q) => paths.clients({ q }),
  users: paths.usersMatching,
};

const details: Record<Noun, (id: string) => string> = {
  msps: paths.msp,
  clients: paths.client,
  users: paths.user,
};

interface Found {
  /** What contains the text, by noun; the noun with the best hit first. */
  close: Hit[];
  /** Nouns of which only similar names were found. */
  similar: Hit[];
  /** How many hits the lists have beside these. */
  more: number;
  /** Whether there may be more still. */
  moreThan: boolean;
  /** Whether the hits are those of what is typed. */
  settled: boolean;
  problem: Problem | null;
}

/** Searches the portal for what is typed. */
export function useFound(typed: string): Found {
  const { grant, can } = useSession();
  const navigate = useNavigate();
  const query = useDebounced(typed, 150);
  const wanted = typed !== "" && can("see_clients");
  const enabled = wanted && query !== "";
  const search = useQuery({ ...searchQuery(grant.id, query), enabled });
  const { items, totals }: SearchResult = (enabled && search.data) || { items: [], totals: [] };
  const groups = [...new Set(items.map(({ kind }) => kind)), ...totals.map(({ kind }) => kind)]
    .filter((kind, n, all) => all.indexOf(kind) === n)
    .map((kind) => ({ kind, hits: items.filter((hit) => hit.kind === kind) }));
  const linesOf = ({ kind, hits }: (typeof groups)[number]): Hit[] => [
    ...hits.map((hit) => toLine(hit, query, navigate)),
    ...totals
      .filter((total) => total.kind === kind)
      .flatMap((total) => allOf(total, hits.length, query, navigate)),
  ];
  const onlySimilar = ({ hits }: (typeof groups)[number]) =>
    hits.every(({ matched }) => matched === "similar");
  const counted = items.filter(({ matched }) => matched !== "similar" && matched !== "former_name").length;
  return {
    close: groups.filter((group) => !onlySimilar(group)).flatMap(linesOf),
    similar: groups.filter(onlySimilar).flatMap(linesOf),
    more: Math.max(0, totals.reduce((all, { total }) => all + total, 0) - counted),
    moreThan: totals.some(({ more }) => more),
    settled: !wanted || (typed === query && !search.isPending && !search.isPlaceholderData),
    problem: enabled ? search.error : null,
  };
}

type Navigate = ReturnType<typeof useNavigate>;

function toLine(hit: SearchHit, typed: string, navigate: Navigate): Hit {
  const noun = nouns[hit.kind];
  const { id, name, matched } = hit;
  const marked = matched === "similar" ? {} : { typed };
  const run = () => navigate(details[noun](id));
  return { id, group: noun, name, note: noteOf(hit), ...marked, icon: icons[noun], run };
}

/** What else helps to tell the hit from others, and why it was found. */
function noteOf({ kind, matched, text, context, status }: SearchHit): string | null {
  const why = {
    former_name: t("shell.search.formerly", { name: text }),
    product_id: t("shell.search.productID", { id: text }),
  };
  const parts = [
    matched === "former_name" || matched === "product_id" ? why[matched] : "",
    context,
    status === "missing" || status === "removed" ? t(`words.status.${status}`) : "",
    kind === "user" && status === "deactivated" ? t("words.user.deactivated") : "",
  ];
  return parts.filter(Boolean).join(" · ") || null;
}

/** The line that opens the list with all hits of a kind, where there are more than shown. */
function allOf({ kind, total, more }: SearchTotal, shown: number, typed: string, navigate: Navigate): Hit[] {
  if (!more && total <= shown) return [];
  const noun = nouns[kind];
  const name = !more
    ? t(`shell.search.all.${noun}`, { count: total })
    : total < 100
      ? t(`shell.search.whole.${noun}`)
      : t(`shell.search.over.${noun}`, { count: total - (total % 100) });
  return [
    { id: `all-${noun}`, group: noun, name, icon: icons[noun], run: () => navigate(lists[noun](typed)) },
  ];
}
