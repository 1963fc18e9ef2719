import { defineConfig } from "vite";

const api = process.env["TIMELIFT_API"] ?? "http://localhost:4000";

export default defineConfig({
  server: {
    proxy: {
      "/api": {
        target: api,
        // The gateway takes changes only from pages of its own: both fields must name it, else an upload is answered 403.
        changeOrigin: true,
        configure: (proxy) => {
          proxy.on("proxyReq", (request) => {
            if (request.getHeader("origin")) request.setHeader("origin", new URL(api).origin);
          });
        },
      },
    },
  },
});
