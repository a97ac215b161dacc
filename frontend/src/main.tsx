import "@fontsource-variable/inter/wght.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { standardAppearance } from "./bridge/appearance";
import { go } from "./bridge/go";
import { getPortal, type Portal, setPortal } from "./bridge/portal";
import { newQueryClient } from "./bridge/queryClient";

/** Returns Go inside the app, and the fake in a developer's browser, where Go is missing. The release has no fake. */
async function choosePortal(): Promise<Portal> {
  if (import.meta.env.DEV && !("go" in window)) {
    const { browserFake } = await import("./bridge/browserFake");
    return browserFake(new URLSearchParams(window.location.search));
  }
  return go;
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
setPortal(await choosePortal());
// It is read before anything is drawn, so that the page does not flash.
const appearance = await getPortal()
  .appearance()
  .catch(() => standardAppearance);
createRoot(root).render(
  <StrictMode>
    <App queries={newQueryClient()} appearance={appearance} />
  </StrictMode>,
);
