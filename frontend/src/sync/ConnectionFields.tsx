import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useEffect, useId, useRef, useState } from "react";
import { type Control, Controller, type FieldPath, useFormState } from "react-hook-form";
import type { ConnectionTest, Product } from "../bridge/models";
import { t } from "../i18n/i18n";
import { BusyButton } from "../parts/BusyButton";
import { ChevronDownIcon, ChevronRightIcon } from "../parts/icons";
import type { ConnectionForm } from "./connectionForm";

interface LineProps {
  control: Control<ConnectionForm>;
  name: FieldPath<ConnectionForm>;
  label: string;
  help?: string;
  type?: "text" | "password";
  autoFocus?: boolean;
}

export function TextLine({ control, name, label, help, type = "text", autoFocus = false }: LineProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField
          {...field}
          inputRef={(element: HTMLInputElement | null) => {
            input.current = element;
            ref(element);
          }}
          type={type}
          label={label}
          error={fieldState.invalid}
          helperText={fieldState.error?.message ?? help}
          slotProps={{
            // Keeps browsers from offering to save a key.
            htmlInput: { spellCheck: false, autoComplete: type === "password" ? "new-password" : "off" },
          }}
        />
      )}
    />
  );
}

/** The API key, entered as a password. */
export const KeyField = (props: Omit<LineProps, "name" | "type">) => (
  <TextLine {...props} name="api_key" type="password" />
);

/** The choice of the product. */
export function ProductField({ control, products }: { control: LineProps["control"]; products: Product[] }) {
  const id = useId();
  return (
    <Controller
      control={control}
      name="product"
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField
          {...field}
          select
          id={id}
          inputRef={ref}
          label={t("products.form.product")}
          error={fieldState.invalid}
          helperText={fieldState.error?.message}
        >
          {products.map(({ id: value, name }) => (
            <MenuItem key={value} value={value}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
    />
  );
}

interface AdvancedProps {
  control: Control<ConnectionForm>;
  product: string;
  defaultURL: string;
  /** Keeps the section open. */
  open?: boolean;
}

/** The base URL of the product's API; collapsed unless it is needed or invalid. */
export function Advanced({ control, product, defaultURL, open = false }: AdvancedProps) {
  const id = useId();
  const [expanded, setExpanded] = useState(false);
  const { errors } = useFormState({ control, name: "base_url" });
  const shown = expanded || open || errors.base_url !== undefined;
  return (
    <div>
      <Button
        variant="text"
        size="small"
        color="inherit"
        startIcon={shown ? <ChevronDownIcon /> : <ChevronRightIcon />}
        aria-expanded={shown}
        aria-controls={id}
        onClick={() => setExpanded(!shown)}
        sx={{ ml: -1 }}
      >
        {t("products.form.advanced")}
      </Button>
      <Box id={id} sx={{ mt: shown ? 1.5 : 0 }}>
        {shown && (
          <TextLine
            control={control}
            name="base_url"
            label={t("products.form.baseURL")}
            help={t("products.form.baseURLHelp", { product, url: defaultURL })}
          />
        )}
      </Box>
    </div>
  );
}

interface TestProps {
  product: string;
  test: { isPending: boolean; data: ConnectionTest | undefined };
}

interface ButtonProps extends TestProps {
  disabled: boolean;
  onTest: () => void;
}

export function TestButton({ product, test, disabled, onTest }: ButtonProps) {
  return (
    <BusyButton onClick={onTest} busy={disabled || test.isPending} aria-busy={test.isPending}>
      {test.isPending ? t("products.form.testing", { product }) : t("products.form.test")}
    </BusyButton>
  );
}

/** The result of the test as text, in a live region. */
export function TestResult({ product, test }: TestProps) {
  return (
    <Box aria-live="polite" sx={{ "&:empty": { mt: -2 } }}>
      {test.data && (
        <Alert severity={test.data.ok && !test.data.detail ? "success" : "warning"} role="presentation">
          {testText(product, test.data)}
        </Alert>
      )}
    </Box>
  );
}

function testText(product: string, { ok, detail, customers }: ConnectionTest): string {
  if (!ok) return detail || t("products.form.notOK", { product });
  if (customers != null) return t("products.form.okOf", { product, count: customers });
  const accepted = t("products.form.ok", { product });
  return detail ? t("products.form.okBut", { accepted, detail }) : accepted;
}
