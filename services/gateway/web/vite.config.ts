import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // One small page: a polyfill for module preloading would be the only inline script a strict CSP has to allow.
    modulePreload: { polyfill: false },
    // Everything stays a file of its own, so that `img-src` and `style-src` need no `data:`.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": process.env["TIMELIFT_API"] ?? "http://localhost:4000" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true, testTimeout: 120_000 },
});
