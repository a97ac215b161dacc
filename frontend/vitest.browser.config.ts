import { defineConfig } from "vitest/config";

/** Tests that need a real layout: colours, overflow, scrolling. They drive Debian's Chromium over the dev server. */
export default defineConfig({
  test: {
    include: ["src/**/*.browser.ts"],
    testTimeout: 180_000,
    // A busy machine lays a page out later than within the second that is the default.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
