import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Screens are lazy chunks; the first one in a test file may take long on a busy machine.
configure({ asyncUtilTimeout: 60_000 });

afterEach(() => {
  cleanup();
  window.location.hash = "";
});

// Tables have room for 30 rows, so that a test draws no more of a long list than a window does.
const room = new DOMRect(0, 0, 4000, 1080);
const bounds = Element.prototype.getBoundingClientRect;
Element.prototype.getBoundingClientRect = function (this: Element) {
  return this.closest(".MuiDataGrid-root") ? room : bounds.call(this);
};
