import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import type { Appearance } from "./bridge/models";
import { ErrorPanel } from "./parts/ErrorPanel";
import { Notices } from "./parts/Notices";
import { AppearanceProvider } from "./session/appearance";
import { Resuming } from "./session/Resuming";
import { SignIn } from "./session/SignIn";
import { SessionProvider, useSessionControl } from "./session/session";
import { Crash } from "./shell/Crash";
import { ShellSkeleton } from "./shell/ShellSkeleton";
import { theme } from "./theme";

// Loaded later: the first screen does not need what only a signed-in user sees.
const loadSignedIn = () => import("./SignedIn");
const SignedIn = lazy(loadSignedIn);

interface Props {
  /** Caches the results of calls to Go. */
  queries: QueryClient;
  appearance: Appearance;
}

/** The whole app. */
export function App({ queries, appearance }: Props) {
  return (
    // No storage manager: Go keeps the appearance, because the address of the page may change.
    <ThemeProvider theme={theme} defaultMode={appearance.theme} storageManager={null} noSsr>
      <CssBaseline enableColorScheme />
      <QueryClientProvider client={queries}>
        <Notices>
          <AppearanceProvider initial={appearance}>
            <Crash>
              <SessionProvider>
                <AppContent />
              </SessionProvider>
            </Crash>
          </AppearanceProvider>
        </Notices>
      </QueryClientProvider>
    </ThemeProvider>
  );
}

function AppContent() {
  const { state, reload } = useSessionControl();
  // Preload it once the first screen is painted.
  useEffect(() => void loadSignedIn(), []);
  switch (state.at) {
    case "starting":
      return (
        <>
          <ShellSkeleton />
          <Resuming />
        </>
      );
    case "broken":
      return <ErrorPanel problem={state.problem} onRetry={() => void reload()} />;
    case "signed_out":
      return <SignIn key={state.startup.api_url} startup={state.startup} why={state.why} />;
    case "switching":
      return <ShellSkeleton to={state.to.node} />;
    case "signed_in":
      return (
        <Suspense fallback={<ShellSkeleton />}>
          <SignedIn key={`${state.me.grant.id} ${state.me.grant.role}`} />
        </Suspense>
      );
  }
}
