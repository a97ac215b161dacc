import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ProviderID, Startup } from "../bridge/models";
import { isOutage, type Problem } from "../bridge/problem";
import { providersQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed } from "../parts/Delayed";
import { RetryButton } from "../parts/RetryButton";
import { useSecondsLeft } from "../parts/useSecondsLeft";
import { AddressForm } from "./AddressForm";
import { allowedProviders } from "./allowedProviders";
import { Busy } from "./Busy";
import { Ended, Failure } from "./Failure";
import { InviteChoice } from "./InviteChoice";
import { InviteCodeForm } from "./InviteCodeForm";
import { ManagedBy } from "./ManagedBy";
import { ProviderButton } from "./ProviderButton";
import { ResumeAgain } from "./ResumeAgain";
import { SignInFrame } from "./SignInFrame";
import { useSessionControl } from "./session";
import { type Choice, type SignInStep, useSignIn } from "./useSignIn";
import { WaitingPanel } from "./WaitingPanel";

interface Props {
  startup: Startup;
  /** What ended the last session. */
  why: Problem | null;
}

/** The sign-in screen in all its steps. */
export function SignIn({ startup, why }: Props) {
  const { reload } = useSessionControl();
  const [changing, setChanging] = useState(startup.api_url === "");
  const flow = useSignIn();
  const mayChange = !startup.api_url_managed && flow.step.at === "choose" && !changing;
  return (
    <SignInFrame startup={startup} onChangeAddress={mayChange ? () => setChanging(true) : undefined}>
      {changing ? (
        <AddressForm
          current={startup.api_url}
          onBack={startup.api_url ? () => setChanging(false) : undefined}
          onDone={async () => {
            await reload();
            setChanging(false);
          }}
        />
      ) : (
        <>
          <Step flow={flow} startup={startup} why={why} />
          <Busy />
        </>
      )}
    </SignInFrame>
  );
}

type Flow = ReturnType<typeof useSignIn>;

function Step({ flow, startup, why }: Props & { flow: Flow }) {
  const { step } = flow;
  switch (step.at) {
    case "choose":
    case "starting":
      return <Choose step={step} flow={flow} startup={startup} why={why} />;
    case "waiting":
      return <WaitingPanel waiting={step.waiting} onOpenAgain={flow.openAgain} onCancel={flow.cancel} />;
    case "exchanging":
      return <Exchanging provider={step.provider} />;
    case "invites":
      return <InviteChoice choice={step} onSubmit={flow.chooseInvites} onCancel={flow.cancel} />;
    case "code":
      return (
        <InviteCodeForm
          provider={step.provider}
          signedInAs={step.signedInAs}
          chosen={chosenWithCode(step.choice)}
          note={step.note ?? ""}
          problem={step.problem}
          pending={step.pending}
          onSubmit={flow.submitCode}
          onBack={step.choice && flow.chooseAgain}
          onCancel={flow.cancel}
        />
      );
  }
}

/** The organisations of the chosen invites that ask for a code. */
const chosenWithCode = (choice: Choice | undefined): string[] =>
  (choice?.offers ?? [])
    .filter(({ id, needs_code }) => needs_code && choice?.chosen.includes(id))
    .map(({ organisation }) => organisation);

function Exchanging({ provider }: { provider: ProviderID }) {
  const title = t("session.exchanging.title");
  return (
    <Box role="status" sx={{ display: "flex", flexDirection: "column", gap: 1 }}>
      <Typography variant="h2">{title}</Typography>
      <Typography color="textSecondary">
        {t("session.exchanging.text", { provider: t(`words.provider.${provider}`) })}
      </Typography>
      <LinearProgress aria-label={title} sx={{ mt: 1, borderRadius: 1 }} />
    </Box>
  );
}

interface ChooseProps extends Props {
  step: Extract<SignInStep, { at: "choose" | "starting" }>;
  flow: Flow;
}

/** The sign-in buttons, and above them the last failure. */
function Choose({ step, flow, startup, why }: ChooseProps) {
  const problem = step.at === "choose" ? step.problem : null;
  const wait = useSecondsLeft(problem?.retryAt ?? 0);
  const starting = step.at === "starting" ? step.provider : null;
  const { data } = useProviders(startup.api_url);
  const { state } = useSessionControl();
  const [instead, setInstead] = useState(false);
  // An outage also keeps the providers from loading; it is shown once, in their place.
  const shown = why && (data || !isOutage(why)) ? why : null;
  if (why && !instead && !problem && step.at === "choose" && state.at === "signed_out" && state.kept) {
    return <ResumeAgain why={why} onInstead={() => setInstead(true)} />;
  }
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {step.at === "choose" && step.problem && <Failed step={step} problem={step.problem} flow={flow} />}
      {step.at === "choose" && !problem && shown && <Ended why={shown} />}
      {startup.keyring_problem && <KeyringNote why={startup.keyring_problem} />}
      <Providers startup={startup} disabled={wait > 0} starting={starting} onChoose={flow.signIn} />
      {starting && (
        <Button variant="text" onClick={flow.cancel}>
          {t("parts.actions.cancel")}
        </Button>
      )}
    </Box>
  );
}

interface FailedProps {
  step: Extract<SignInStep, { at: "choose" }>;
  problem: Problem;
  flow: Flow;
}

function Failed({ step, problem, flow }: FailedProps) {
  const { provider, url } = step;
  const deactivated = problem.code === "deactivated";
  const again = provider && (deactivated || problem.retryAt > 0) && (
    <>
      {problem.retryAt > 0 && <RetryButton problem={problem} onRetry={() => flow.signIn(provider)} />}
      {deactivated && <Button onClick={() => flow.enterCode(provider)}>{t("session.code.haveOne")}</Button>}
    </>
  );
  return <Failure problem={problem} provider={provider} url={url} action={again} />;
}

function KeyringNote({ why }: { why: string }) {
  return (
    <Alert severity="warning" sx={{ alignItems: "flex-start" }}>
      <AlertTitle>{t("session.keyring.title")}</AlertTitle>
      {t("session.keyring.text", { why })}
    </Alert>
  );
}

interface ProvidersProps {
  startup: Startup;
  disabled: boolean;
  /** The provider whose sign-in is being prepared. */
  starting: ProviderID | null;
  onChoose: (provider: ProviderID) => void;
}

const useProviders = (apiURL: string) => useQuery(providersQuery(apiURL));

function Providers({ startup, disabled, starting, onChoose }: ProvidersProps) {
  const providers = useProviders(startup.api_url);
  const restricted = allowedProviders(startup) !== null;
  if (providers.isPending) return <ProvidersSkeleton />;
  if (!providers.data) {
    const { error, isFetching, refetch } = providers;
    const again = <RetryButton problem={error} pending={isFetching} onRetry={() => void refetch()} />;
    return <Failure problem={error} provider={null} url={null} action={again} />;
  }
  if (providers.data.length === 0 && restricted) {
    return <RestrictedNote text={t("session.noneAllowed")} startup={startup} />;
  }
  if (providers.data.length === 0) return <Typography>{t("session.noProviders")}</Typography>;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      {providers.data.map(({ id }) => (
        <ProviderButton
          key={id}
          provider={id}
          disabled={disabled || (starting !== null && starting !== id)}
          pending={starting === id}
          onClick={() => onChoose(id)}
        />
      ))}
      {restricted && <RestrictedNote text={t("session.someAllowed")} startup={startup} />}
    </Box>
  );
}

/** That policy hides ways to sign in. */
function RestrictedNote({ text, startup }: { text: string; startup: Startup }) {
  return (
    <Typography variant="body2" color="textSecondary">
      {text} <ManagedBy startup={startup} />
    </Typography>
  );
}

function ProvidersSkeleton() {
  return (
    <Box sx={{ minHeight: 96 }}>
      <Delayed>
        <Box role="status" aria-label={t("session.loadingProviders")}>
          <Skeleton variant="rounded" height={42} sx={{ mb: 1.5 }} />
          <Skeleton variant="rounded" height={42} />
        </Box>
      </Delayed>
    </Box>
  );
}
