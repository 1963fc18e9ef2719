import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { HttpProxy, Plugin } from "vite";
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

/** Loads `early.ts` beside the page's script, which vite would make one of. */
const early: Plugin = {
  name: "early",
  transformIndexHtml: (_, { bundle }) =>
    Object.values(bundle ?? {}).flatMap((file) =>
      file.type === "chunk" && file.isEntry && file.name === "early" ? { tag: "script", attrs: { type: "module", src: `/${file.fileName}` }, injectTo: "head-prepend" } : [],
    ),
};

export default defineConfig({
  plugins: [react(), early],
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
    rolldownOptions: {
      input: ["index.html", "src/app/early.ts"],
      output: {
        // A file for each thing that is loaded at once: browsers ask a host of HTTP/1.1 for six at a time.
        codeSplitting: {
          groups: [
            { name: "early", test: /src\/app\/early\.ts$/, priority: 2 },
            { name: "page", tags: ["$initial"], priority: 1 },
            { name: "week", test: /TimetablePage\.tsx$/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: API, changeOrigin: true, configure: asItsOwn } }, fs: { allow: [".", client] } },
  test: {
    restoreMocks: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // A browser for each file would take longer than its tests.
      { extends: true, test: { name: "page", environment: "happy-dom", pool: "vmThreads", include: ["src/app/**/*.test.{ts,tsx}"] } },
      { extends: true, test: { name: "server", environment: "node", include: ["src/testing/**/*.test.ts"] } },
    ],
  },
});
