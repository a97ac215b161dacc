import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    // WebView2 is evergreen; WebKitGTK 4.1 and macOS WebKit of the supported systems understand Safari 16.
    target: ["es2022", "safari16"],
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    // The licences of what is bundled, for the notices of a package.
    license: process.env.PORTAL_LICENSES ? { fileName: "licenses.md" } : false,
  },
  test: {
    environment: "happy-dom",
    // The grid draws every loaded row where the user agent names a DOM without layout.
    environmentOptions: {
      happyDOM: { settings: { navigator: { userAgent: "Mozilla/5.0 (X11; Linux x86_64)" } } },
    },
    setupFiles: ["src/test/setup.ts"],
    // A test that hangs is rare; one that a busy machine keeps from its end within seconds is not.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: "threads",
    // The default leaves a processor free, which is half of a computer with two.
    maxWorkers: "100%",
  },
});
