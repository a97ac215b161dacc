import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { Link as RouterLink, useParams } from "react-router";
import type { ConnectionItem, FieldPath, FieldMap as Fields } from "../bridge/models";
import { paths } from "../bridge/paths";
import { useFieldMapSeen, useShareField } from "../bridge/productMutations";
import { connectionsQuery, fieldMapQuery } from "../bridge/queries";
import { useLastRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { problemText } from "../parts/ErrorPanel";
import { FilterBar, SearchField } from "../parts/FilterBar";
import { useNotify } from "../parts/Notices";
import { PageHeader } from "../parts/PageHeader";
import { useSession } from "../session/session";
import { connectionName } from "./connectionName";
import { FieldMapStatus, hasSavedChanges } from "./FieldMapStatus";
import { FieldPreview } from "./FieldPreview";
import { FieldTable } from "./FieldTable";
import { type Choice, choose, type Draft, needsReview, toChange, unfilled } from "./fieldDraft";

/** The screen of a field map: which field of a product fills which field of the portal. */
export default function FieldMap() {
  const { id = "" } = useParams();
  return <FieldMapOfConnection key={id} id={id} />;
}

function FieldMapOfConnection({ id }: { id: string }) {
  const { grant } = useSession();
  const { data: map, error, isPending, refetch } = useQuery(fieldMapQuery(grant.id, id));
  const [q, setQ] = useState("");
  const [draft, setDraft] = useState<Draft>({});
  const [previewing, setPreviewing] = useState(false);
  useFieldMapSeen(grant.id, id, map?.run_id);
  const onChoose = useCallback(
    (item: FieldPath, choice: Choice) => setDraft((before) => choose(before, item, choice)),
    [],
  );
  const { sharing, onShare } = useShare(id);
  const connection = useConnection(id);
  const changes = Object.keys(draft).length;
  return (
    <>
      <PageHeader
        title={connection ? t("fields.title", { name: connectionName(connection) }) : t("fields.plain")}
        text={<Subtitle map={map} />}
        actions={
          <>
            <Button disabled={changes === 0} onClick={() => setDraft({})}>
              {t("fields.discard")}
            </Button>
            <Button variant="contained" disabled={changes === 0} onClick={() => setPreviewing(true)}>
              {t("fields.preview")}
            </Button>
          </>
        }
      />
      {map && <Notes map={map} connection={connection} draft={draft} />}
      <FilterBar>
        <SearchField label={t("fields.search")} value={q} onChange={setQ} />
        <Typography
          role="status"
          variant="body2"
          color="textSecondary"
          data-unsaved={changes > 0 || undefined}
        >
          {changes > 0 && t("fields.changed", { count: changes })}
        </Typography>
      </FilterBar>
      <Box sx={{ flex: "1 0 320px", height: 320, display: "flex", flexDirection: "column" }}>
        <FieldTable
          map={map}
          loading={isPending}
          problem={error}
          onRetry={() => void refetch()}
          q={q}
          onClear={() => setQ("")}
          draft={draft}
          onChoose={onChoose}
          sharing={sharing}
          onShare={onShare}
        />
      </Box>
      {previewing && (
        <FieldPreview
          id={id}
          change={toChange(draft)}
          onClose={() => setPreviewing(false)}
          onSaved={() => {
            setPreviewing(false);
            setDraft({});
          }}
        />
      )}
    </>
  );
}

/** Changes whether clients see a field, and shows a notice. */
function useShare(id: string) {
  const { grant } = useSession();
  const notify = useNotify();
  const { mutate, isPending, variables } = useShareField(grant.id, id);
  const onShare = useCallback(
    ({ path }: FieldPath, shared: boolean) =>
      mutate(
        { path, shared },
        {
          onSuccess: () =>
            notify({ tone: "success", text: t(shared ? "fields.shared" : "fields.unshared", { path }) }),
          onError: (problem) =>
            notify({
              tone: "error",
              text: t("fields.shareFailed", { path, why: problemText(problem).text }),
            }),
        },
      ),
    [mutate, notify],
  );
  return { sharing: isPending ? variables.path : undefined, onShare };
}

/** The connection; its newest run is watched while it is under way. */
function useConnection(id: string): ConnectionItem | undefined {
  const { grant } = useSession();
  const { data } = useQuery(connectionsQuery(grant.id));
  useLastRuns(grant.id, data?.items);
  return data?.items.find((one) => one.id === id);
}

function Subtitle({ map }: { map: Fields | undefined }) {
  return (
    <>
      <Link component={RouterLink} to={paths.syncs} underline="always">
        {t("fields.back")}
      </Link>
      {map &&
        map.items.length > 0 &&
        ` · ${t(map.run_id ? "fields.read" : "fields.readFailed", { count: map.customers })}`}
      . {t("fields.text")}
    </>
  );
}

interface NotesProps {
  map: Fields;
  connection: ConnectionItem | undefined;
  draft: Draft;
}

/** Which fields are not filled, and whether the next run will wait for a review. */
function Notes({ map, connection, draft }: NotesProps) {
  const missing = unfilled(map, draft);
  return (
    <Box sx={{ display: "grid", gap: 1, mb: 1.5 }}>
      <FieldMapStatus map={map} connection={connection} />
      {map.failed_run && !hasSavedChanges(map) && (
        <Alert severity="error">{t(map.run_id ? "fields.failed" : "fields.failedFirst")}</Alert>
      )}
      {map.items.length > 0 && missing.length > 0 && (
        <Alert severity="info">
          {t("fields.unfilled", { fields: missing.map((field) => t(`fields.name.${field}`)).join(", ") })}
        </Alert>
      )}
      {needsReview(map, draft) && <Alert severity="warning">{t("fields.review")}</Alert>}
    </Box>
  );
}
