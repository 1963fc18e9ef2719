import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { HttpProxy } from "vite";
import { defineConfig } from "vitest/config";

/** `timelift-react`, from its sources; what these import comes from here, so that there is one React. */
const client = fileURLToPath(new URL("../../../clients/react/src", import.meta.url));

const API = process.env["TIMELIFT_API"] ?? "http://localhost:4000";

/** The gateway takes changes only from pages of its own: to it, this server's are. */
function asItsOwn(proxy: HttpProxy.ProxyServer): void {
  proxy.on("proxyReq", (request) => {
    if (request.getHeader("origin")) request.setHeader("origin", new URL(API).origin);
  });
}

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^timelift-react$/, replacement: `${client}/index.ts` },
      { find: /^timelift-react\/layout$/, replacement: `${client}/layout.ts` },
      { find: /^timelift-react\/style\.css$/, replacement: `${client}/style.css` },
    ],
    dedupe: ["react", "react-dom", "eventsource-parser"],
  },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // One small page: a polyfill for module preloading would be the only inline script a strict CSP has to allow.
    modulePreload: { polyfill: false },
    // Everything stays a file of its own, so that `img-src` and `style-src` need no `data:`.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": { target: API, changeOrigin: true, configure: asItsOwn } }, fs: { allow: [".", client] } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true, testTimeout: 120_000 },
});
