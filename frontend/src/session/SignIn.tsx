import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ProviderID, Startup } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { providersQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed } from "../parts/Delayed";
import { RefreshIcon } from "../parts/icons";
import { AddressForm } from "./AddressForm";
import { Ended, Failure } from "./Failure";
import { InviteCodeForm } from "./InviteCodeForm";
import { ProviderButton } from "./ProviderButton";
import { SignInFrame } from "./SignInFrame";
import { useDoor } from "./session";
import { useSecondsLeft } from "./useSecondsLeft";
import { type SignInStep, useSignIn } from "./useSignIn";
import { WaitingPanel } from "./WaitingPanel";

interface Props {
  startup: Startup;
  /** What ended the last session. */
  why: Problem | null;
}

/** The sign-in screen in all its steps. */
export function SignIn({ startup, why }: Props) {
  const { reload } = useDoor();
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
        <Step flow={flow} startup={startup} why={why} />
      )}
    </SignInFrame>
  );
}

type Flow = ReturnType<typeof useSignIn>;

function Step({ flow, startup, why }: Props & { flow: Flow }) {
  const { step } = flow;
  switch (step.at) {
    case "choose":
      return <Choose step={step} flow={flow} startup={startup} why={why} />;
    case "starting":
      return <Busy title={t("session.starting")} />;
    case "waiting":
      return <WaitingPanel waiting={step.waiting} onOpenAgain={flow.openAgain} onCancel={flow.cancel} />;
    case "exchanging":
      return (
        <Busy
          title={t("session.exchanging.title")}
          text={t("session.exchanging.text", { provider: t(`words.provider.${step.provider}`) })}
        />
      );
    case "code":
      return (
        <InviteCodeForm
          problem={step.problem}
          pending={step.pending}
          onSubmit={flow.submitCode}
          onCancel={flow.cancel}
        />
      );
  }
}

function Busy({ title, text }: { title: string; text?: string }) {
  return (
    <Box role="status" sx={{ display: "flex", flexDirection: "column", gap: 1 }}>
      <Typography variant="h2">{title}</Typography>
      {text && <Typography color="textSecondary">{text}</Typography>}
      <LinearProgress aria-label={title} sx={{ mt: 1, borderRadius: 1 }} />
    </Box>
  );
}

interface ChooseProps extends Props {
  step: Extract<SignInStep, { at: "choose" }>;
  flow: Flow;
}

function Choose({ step, flow, startup, why }: ChooseProps) {
  const wait = useSecondsLeft(step.waitUntil);
  const { problem, provider, link } = step;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      {problem && <Failure problem={problem} provider={provider} wait={wait} link={link} />}
      {!problem && why && <Ended why={why} />}
      <Providers apiURL={startup.api_url} disabled={wait > 0} onChoose={flow.signIn} />
    </Box>
  );
}

interface ProvidersProps {
  apiURL: string;
  disabled: boolean;
  onChoose: (provider: ProviderID) => void;
}

function Providers({ apiURL, disabled, onChoose }: ProvidersProps) {
  const providers = useQuery(providersQuery(apiURL));
  if (providers.isPending) return <ProvidersSkeleton />;
  if (providers.isError) {
    const again = (
      <Button
        startIcon={<RefreshIcon />}
        loading={providers.isFetching}
        onClick={() => void providers.refetch()}
      >
        {t("session.again")}
      </Button>
    );
    return <Failure problem={providers.error} provider={null} wait={0} link={null} action={again} />;
  }
  if (providers.data.length === 0) return <Typography>{t("session.noProviders")}</Typography>;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
      {providers.data.map(({ id }) => (
        <ProviderButton key={id} provider={id} disabled={disabled} onClick={() => onChoose(id)} />
      ))}
    </Box>
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
