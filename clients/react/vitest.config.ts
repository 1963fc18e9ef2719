import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "happy-dom",
    globalSetup: "test/build.ts",
    include: ["{src,test}/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 120_000,
  },
});
