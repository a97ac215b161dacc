import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import { changeSentence } from "../i18n/history";
import { t } from "../i18n/i18n";
import { Section } from "./Section";
import { Time } from "./Time";

type Change = Parameters<typeof changeSentence>[0] & {
  at: string;
  run_id?: string | null;
  /** Who started or accepted the run, if the viewer may know. */
  actor?: { name: string } | null;
};

interface Props {
  changes: Change[];
  /** The path of a sync run; absent for viewers who may not see runs. */
  runPath?: ((id: string) => string) | undefined;
  /** Above the changes. */
  filters?: ReactNode;
  /** Shown where there is no change. */
  none?: string | undefined;
}

/** The history of a customer, newest first: each change as a sentence, its time and its source. */
export function History({ changes, runPath, filters, none }: Props) {
  return (
    <Section title={t("history.title")} text={changes.length === 0 && none}>
      {filters}
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0, fontSize: "0.8125rem" }}>
        {changes.map((change, n) => (
          <Box
            component="li"
            // biome-ignore lint/suspicious/noArrayIndexKey: changes at the same time differ only by their position
            key={`${change.at} ${n}`}
            sx={(theme) => ({
              position: "relative",
              pl: 2,
              pb: 1.25,
              borderLeft: `1px solid ${theme.vars.palette.divider}`,
              "&:last-of-type": { borderColor: "transparent", pb: 0 },
              "&::before": {
                content: '""',
                position: "absolute",
                left: -4,
                top: 6,
                width: 7,
                height: 7,
                borderRadius: "50%",
                bgcolor: theme.vars.palette.text.disabled,
              },
            })}
          >
            <Box sx={{ overflowWrap: "anywhere" }}>{changeSentence(change)}</Box>
            <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
              <Time at={change.at} />
              {change.run_id && (
                <>
                  {" · "}
                  {runPath ? (
                    <Link
                      component={RouterLink}
                      to={runPath(change.run_id)}
                      color="inherit"
                      underline="always"
                    >
                      {t("history.bySync")}
                    </Link>
                  ) : (
                    t("history.bySync")
                  )}
                </>
              )}
              {change.actor && ` · ${t("history.actor", { who: change.actor.name })}`}
            </Box>
          </Box>
        ))}
      </Box>
    </Section>
  );
}
