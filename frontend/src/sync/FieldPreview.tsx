import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import type { FieldMapChange, FieldMapEffect, FieldMapPreview } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { useChangeFieldMap } from "../bridge/productMutations";
import { fieldMapPreviewQuery } from "../bridge/queries";
import { absent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

interface Props {
  /** The connection. */
  id: string;
  change: FieldMapChange;
  onClose: () => void;
  onSaved: () => void;
}

/** The effect of a change on ten customers, before it is saved. */
export function FieldPreview({ id, change, onClose, onSaved }: Props) {
  const { grant } = useSession();
  const notify = useNotify();
  const preview = useQuery(fieldMapPreviewQuery(grant.id, id, change));
  const save = useChangeFieldMap(grant.id, id);
  const submit = () =>
    save.mutate(change, {
      onSuccess: () => {
        notify({ text: t("fields.saved") });
        onSaved();
      },
    });
  return (
    <FormDialog
      open
      title={t("fields.dialog.title")}
      submitLabel={t("fields.dialog.save")}
      pending={save.isPending}
      // An older preview may not show what would be saved.
      waiting={preview.isPending || preview.isFetching}
      blocked={blockedBy(preview)}
      problem={save.error && new Problem(save.error.code, { message: save.error.message })}
      onClose={onClose}
      onSubmit={submit}
    >
      {preview.isPending && (
        <div role="status" aria-label={t("fields.dialog.loading")}>
          <SkeletonLines lines={6} />
        </div>
      )}
      {preview.error && <ErrorPanel problem={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data && <Effects preview={preview.data} />}
    </FormDialog>
  );
}

/** Why a change cannot be saved: its effect is not known, or the next sync would fail. */
function blockedBy({ data, error }: { data?: FieldMapPreview; error: unknown }): string | null {
  if (error) return t("fields.blocked.failed");
  const unreadable = data?.items.find((item) => item.error !== null);
  if (unreadable) return t("fields.blocked.unreadable", { why: unreadable.error });
  if (data?.unread.includes("id")) return t("fields.blocked.id");
  return data?.unread.includes("name") ? t("fields.blocked.name") : null;
}

function Effects({ preview: { items, needs_review, failed_run, unread } }: { preview: FieldMapPreview }) {
  const readable = items.every(({ error }) => error === null);
  const noneKnown = items.every(({ known, error }) => !known && error === null);
  const same = items.every(({ changes, error }) => changes.length === 0 && error === null);
  return (
    <>
      {needs_review && readable && <Alert severity="warning">{t("fields.review")}</Alert>}
      {needs_review && items.length > 0 && noneKnown && (
        <Alert severity="warning">{t("fields.dialog.noneKnown")}</Alert>
      )}
      {readable && unread.includes("type") && <Alert severity="warning">{t("fields.dialog.untyped")}</Alert>}
      <Typography variant="body2">
        {items.length === 0
          ? t("fields.dialog.none")
          : same
            ? t("fields.dialog.same", { count: items.length })
            : t(failed_run ? "fields.dialog.textFailed" : "fields.dialog.text", { count: items.length })}
      </Typography>
      {items.length > 0 && (
        <Box tabIndex={0} sx={{ maxHeight: "38vh", overflowY: "auto" }}>
          <EffectTable items={items} />
        </Box>
      )}
      <Typography variant="body2" color="textSecondary">
        {t("fields.dialog.next")}
      </Typography>
    </>
  );
}

function EffectTable({ items }: { items: FieldMapEffect[] }) {
  return (
    <Table size="small" stickyHeader aria-label={t("fields.dialog.label")}>
      <TableHead>
        <TableRow>
          {(["customer", "field", "before", "after"] as const).map((name) => (
            <TableCell key={name}>{t(`fields.dialog.${name}`)}</TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody sx={{ "& td, & th": { overflowWrap: "anywhere" } }}>
        {items.map((item, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: customers that cannot be read may share an id
          <Effect key={n} item={item} />
        ))}
      </TableBody>
    </Table>
  );
}

function Effect({ item: { id, changes, known, error, ...item } }: { item: FieldMapEffect }) {
  const named = item.name || t("fields.dialog.numbered", { number: id });
  const name = known || error !== null ? named : t("fields.dialog.added", { name: named });
  if (error !== null || changes.length === 0) {
    return (
      <TableRow>
        <TableCell component="th" scope="row">
          {name}
        </TableCell>
        <TableCell colSpan={3} sx={{ color: error === null ? "text.secondary" : "error.main" }}>
          {error === null ? t("fields.dialog.unchanged") : t("fields.dialog.unreadable")}
        </TableCell>
      </TableRow>
    );
  }
  return changes.map(({ field, before, after }, n) => (
    <TableRow key={field}>
      {n === 0 && (
        <TableCell component="th" scope="rowgroup" rowSpan={changes.length}>
          {name}
        </TableCell>
      )}
      <TableCell>{t(`fields.name.${field}`)}</TableCell>
      <TableCell>{before ?? absent}</TableCell>
      <TableCell>{after ?? absent}</TableCell>
    </TableRow>
  ));
}
