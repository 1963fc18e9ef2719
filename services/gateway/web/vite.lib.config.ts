import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The hook and the widget as an ES module for other React apps, which bring their own React. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist-lib",
    emptyOutDir: true,
    lib: { entry: "src/lib/bundle.ts", formats: ["es"], fileName: "index", cssFileName: "style" },
    rollupOptions: { external: ["react", "react-dom", "react/jsx-runtime"] },
  },
});
