import Button from "@mui/material/Button";
import { Component, type ReactNode } from "react";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";
import { EmptyState } from "../parts/EmptyState";
import { ErrorIcon } from "../parts/icons";

interface Props {
  children: ReactNode;
}

/** An error boundary: catches what a screen throws while it renders, so that the frame stays usable. */
export class Crash extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <CrashPage error={error} onReload={() => this.setState({ error: null })} />;
  }
}

const details = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function CrashPage({ error, onReload }: { error: unknown; onReload: () => void }) {
  return (
    <div role="alert" style={{ height: "100%" }}>
      <EmptyState
        heading="h1"
        icon={<ErrorIcon />}
        title={t("shell.crash.title")}
        text={t("shell.crash.text")}
        action={
          <>
            <Button onClick={onReload} sx={{ mr: 1 }}>
              {t("shell.crash.reload")}
            </Button>
            <CopyButton text={details(error)} label={t("shell.crash.copy")} />
          </>
        }
      />
    </div>
  );
}
