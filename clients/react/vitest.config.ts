import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    restoreMocks: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // A browser for each file would take longer than its tests.
      { extends: true, test: { name: "sources", environment: "happy-dom", pool: "vmThreads", include: ["src/**/*.test.{ts,tsx}"] } },
      { extends: true, test: { name: "package", environment: "happy-dom", globalSetup: "test/build.ts", include: ["test/**/*.test.{ts,tsx}"] } },
    ],
  },
});
