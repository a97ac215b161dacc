import { t } from "../i18n/i18n";

const systems: Record<string, string> = { linux: "Linux", windows: "Windows", darwin: "macOS" };

/** The name of a session's device, from the app's user agent: "FS-Client-Portal/1.2.3 (linux; amd64)". */
export function deviceName(device: string): string {
  const [, version, system] = /^FS-Client-Portal\/(\S+) \((\w+)/.exec(device) ?? [];
  if (!version || !system) return device || t("settings.sessions.unknown");
  return t("settings.sessions.device", { version, system: systems[system] ?? system });
}
