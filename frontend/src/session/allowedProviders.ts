import { providerIDs } from "../bridge/enums";
import type { ProviderID, Startup } from "../bridge/models";

/** The ways to sign in that policy allows; null where it allows all. */
export function allowedProviders({ providers }: Startup): ProviderID[] | null {
  const allowed = providerIDs.filter((id) => providers.includes(id));
  return allowed.length === 0 || allowed.length === providerIDs.length ? null : allowed;
}
