export const settings = {
  title: "Settings",
  appearance: "Appearance",
  appearanceText: "Light or dark for this run of the app. The next start follows the system again.",
  about: "About",
  api: "Portal",
  apiManaged: "Set by your organisation",
  version: "Version",
  commit: "Build",
  platform: "Platform",
  keyring: "Session",
  keyringKept: "Kept in this computer's keyring",
  keyringOnly: "For this run only",
};
