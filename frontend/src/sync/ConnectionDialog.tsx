import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useWatch } from "react-hook-form";
import type { ConnectionItem, Product } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { useChangeConnection, useCreateConnection } from "../bridge/productMutations";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { Advanced, KeyField, ProductField, TestButton, TestResult, TextLine } from "./ConnectionFields";
import { type ConnectionForm, isMoved } from "./connectionForm";
import { connectionName } from "./connectionName";
import { useConnectionForm } from "./useConnectionForm";

interface TestedDialogProps {
  title: string;
  submitLabel: string;
  /** The product's name. */
  product: string;
  /** The call that saves the form. */
  change: { isPending: boolean; error: Problem | null };
  tested: ReturnType<typeof useConnectionForm>;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

/** A form that can be tested before it is saved. */
function TestedDialog({ product, change, tested, children, ...dialog }: TestedDialogProps) {
  const { test, runTest, above } = tested;
  const pending = change.isPending;
  return (
    <FormDialog
      open
      {...dialog}
      pending={pending}
      problem={above(change.error ?? test.error)}
      extra={<TestButton product={product} test={test} disabled={pending} onTest={() => void runTest()} />}
    >
      {children}
      <TestResult product={product} test={test} />
    </FormDialog>
  );
}

/** Connects a product. It can be tested first; the portal tests it again before it is saved. */
export function AddDialog({ products, onClose }: { products: Product[]; onClose: () => void }) {
  const { grant } = useSession();
  const notify = useNotify();
  const create = useCreateConnection(grant.id);
  const first = products[0]?.id ?? "";
  const tested = useConnectionForm({
    defaults: { product: first, customer_id: "", base_url: "", api_key: "" },
    savedURL: null,
    needsKey: true,
    shown: ["product", "customer_id", "base_url", "api_key"],
    toTrial: (values) => withoutBlank(values),
  });
  const { form, onError } = tested;
  const chosen = useWatch({ control: form.control, name: "product" });
  const product = products.find(({ id }) => id === chosen);
  const save = form.handleSubmit((values) =>
    create.mutate(withoutBlank(values), {
      onError,
      onSuccess: (made) => {
        notify({ text: t("products.done.added", { name: connectionName(made) }) });
        onClose();
      },
    }),
  );
  const name = product?.name ?? chosen;
  return (
    <TestedDialog
      title={t("products.form.addTitle")}
      submitLabel={t("products.form.addSubmit")}
      product={name}
      change={create}
      tested={tested}
      onClose={onClose}
      onSubmit={() => void save()}
    >
      <ProductField control={form.control} products={products} />
      <TextLine
        control={form.control}
        name="customer_id"
        label={t("products.form.customer")}
        help={t("products.form.customerHelp", { product: name })}
        autoFocus
      />
      <KeyField
        control={form.control}
        label={t("products.form.apiKey")}
        help={t("products.form.apiKeyHelp")}
      />
      <Advanced control={form.control} product={name} defaultURL={product?.base_url ?? ""} />
    </TestedDialog>
  );
}

/** The form without a blank base URL, for which the product's own is used. */
function withoutBlank({ base_url, ...rest }: ConnectionForm) {
  return { ...trimmed(rest), ...(base_url.trim() && { base_url: base_url.trim() }) };
}

const trimmed = <Form extends Omit<ConnectionForm, "base_url">>(form: Form) => ({
  product: form.product,
  customer_id: form.customer_id.trim(),
  api_key: form.api_key.trim(),
});

interface Props {
  connection: ConnectionItem;
  onClose: () => void;
}

/** The mutation and the success notice of both dialogs for a saved connection. */
function useSaved({ connection, onClose }: Props, notice: "saved" | "key") {
  const { grant } = useSession();
  const notify = useNotify();
  const change = useChangeConnection(grant.id, connection.id);
  const key = notice === "saved" && connection.paused ? "savedPaused" : notice;
  const done = (made: ConnectionItem) => {
    notify({ text: t(`products.done.${key}`, { name: connectionName(made) }) });
    onClose();
  };
  return { change, done };
}

/** Replaces the API key. */
export function KeyDialog({ connection, onClose }: Props) {
  const { change, done } = useSaved({ connection, onClose }, "key");
  const { id, product, customer_id, base_url, product_name, api_key_last4: last4 } = connection;
  const tested = useConnectionForm({
    defaults: { product, customer_id, base_url, api_key: "" },
    savedURL: base_url,
    needsKey: true,
    shown: ["api_key"],
    toTrial: ({ api_key }) => ({ id, api_key: api_key.trim() }),
  });
  const { form, onError } = tested;
  const save = form.handleSubmit(({ api_key }) =>
    change.mutate({ api_key: api_key.trim() }, { onError, onSuccess: done }),
  );
  return (
    <TestedDialog
      title={t("products.form.keyTitle", { name: connectionName(connection) })}
      submitLabel={t("products.key")}
      product={product_name}
      change={change}
      tested={tested}
      onClose={onClose}
      onSubmit={() => void save()}
    >
      <Typography variant="body2">{t("products.form.keyText", { last4 })}</Typography>
      <KeyField
        control={form.control}
        label={t("products.form.newKey")}
        help={t("products.form.apiKeyHelp")}
        autoFocus
      />
    </TestedDialog>
  );
}

/** Changes the customer id and the base URL. Another base URL needs the key again. */
export function EditDialog({ connection, onClose }: Props) {
  const { change, done } = useSaved({ connection, onClose }, "saved");
  const { id, product, customer_id, base_url, product_name } = connection;
  const tested = useConnectionForm({
    defaults: { product, customer_id, base_url, api_key: "" },
    savedURL: base_url,
    needsKey: false,
    shown: ["customer_id", "base_url", "api_key"],
    toTrial: (values) => ({ id, ...changesOf(values, connection) }),
  });
  const { form, onError } = tested;
  const moved = isMoved(useWatch({ control: form.control, name: "base_url" }), base_url);
  const save = form.handleSubmit((values) => {
    const changes = changesOf(values, connection);
    if (Object.keys(changes).length === 0) return onClose();
    change.mutate(changes, { onError, onSuccess: done });
  });
  return (
    <TestedDialog
      title={t("products.form.editTitle", { name: connectionName(connection) })}
      submitLabel={t("products.form.submit")}
      product={product_name}
      change={change}
      tested={tested}
      onClose={onClose}
      onSubmit={() => void save()}
    >
      <TextLine
        control={form.control}
        name="customer_id"
        label={t("products.form.customer")}
        help={t("products.form.customerHelp", { product: product_name })}
        autoFocus
      />
      <Advanced control={form.control} product={product_name} defaultURL={base_url} open={moved} />
      {moved && (
        <KeyField
          control={form.control}
          label={t("products.form.apiKey")}
          help={t("products.form.apiKeyAgain")}
        />
      )}
    </TestedDialog>
  );
}

/** The fields of a saved connection that the form changes. */
function changesOf(values: ConnectionForm, saved: ConnectionItem) {
  const customer = values.customer_id.trim();
  const moved = isMoved(values.base_url, saved.base_url);
  return {
    ...(customer !== saved.customer_id && { customer_id: customer }),
    ...(moved && { base_url: values.base_url.trim(), api_key: values.api_key.trim() }),
  };
}
