import "@fontsource-variable/inter/wght.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { newQueryClient } from "./bridge/client";
import { go } from "./bridge/go";
import { hangIn, type Portal } from "./bridge/portal";

/** Go inside the app; in a developer's browser, where there is none, the fake. The bundle knows only Go. */
async function door(): Promise<Portal> {
  if (import.meta.env.DEV && !("go" in window)) {
    const { browserFake } = await import("./bridge/browserFake");
    return browserFake(new URLSearchParams(window.location.search));
  }
  return go;
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
hangIn(await door());
createRoot(root).render(
  <StrictMode>
    <App queries={newQueryClient()} />
  </StrictMode>,
);
