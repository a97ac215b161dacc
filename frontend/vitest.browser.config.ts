import { defineConfig } from "vitest/config";

/** Tests that need a real layout: colours, overflow, scrolling. They drive Debian's Chromium over the dev server. */
export default defineConfig({
  test: {
    include: ["src/**/*.browser.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
