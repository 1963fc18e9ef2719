import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfigFromFile } from "vite";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { npm } from "./npm.js";

const ROOT = join(import.meta.dirname, "..");
const EXAMPLE = join(ROOT, "../../examples/vite");
/** However busy the machine is. */
const PATIENCE = { timeout: 100_000 };
let app: string;

/** The example beside the packed package, with libraries that are installed here already: nothing is downloaded. */
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "timelift-example-"));
  const own = (path: string): boolean => !/node_modules|dist|\.tgz$/.test(path.slice(EXAMPLE.length));
  cpSync(EXAMPLE, app, { recursive: true, filter: own });
  execFileSync(...npm("pack", "--silent", "--ignore-scripts", "--pack-destination", app), { cwd: ROOT, stdio: "ignore" });
  const [tarball = ""] = readdirSync(app).filter((name) => name.endsWith(".tgz"));
  mkdirSync(join(app, "node_modules/@types"), { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", "node_modules"], { cwd: app });
  renameSync(join(app, "node_modules/package"), join(app, "node_modules/timelift-react"));
  for (const name of ["react", "react-dom", "scheduler", "eventsource-parser", "vite", "@types/react", "@types/react-dom"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(app, "node_modules", name));
  }
}, 120_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

it("names the package that is packed", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(readFileSync(join(app, "package.json"), "utf8")).toContain(`file:timelift-react-${version}.tgz`);
});

it("compiles, builds for production, and shows a page: there is one React", async () => {
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit"], { cwd: app, stdio: "inherit" });
  execFileSync(process.execPath, [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "error"], { cwd: app, stdio: "inherit", env: { ...process.env, NODE_ENV: "production" } });
  const assets = join(app, "dist/assets");
  const [script = ""] = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const [style = ""] = readdirSync(assets).filter((name) => name.endsWith(".css"));
  expect(readFileSync(join(assets, style), "utf8")).toContain("--tl-accent");

  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    const answer = { documents: [], next: null };
    return Promise.resolve({ ok: true, status: 200, headers: new Headers(), text: () => Promise.resolve(JSON.stringify(answer)) });
  });
  const root = document.body.appendChild(document.createElement("main"));
  root.id = "root";
  await import(/* @vite-ignore */ `data:text/javascript;base64,${readFileSync(join(assets, script)).toString("base64")}`);
  await vi.waitFor(() => expect(root.querySelector(".tl-zone-choose")?.textContent).toBe("Choose files"), PATIENCE);
  // It goes on asking for events until this file ends: the stub stays.
  await vi.waitFor(() => expect(asked).toContain("/api/v1/documents"), PATIENCE);
});

it("has a proxy by which the gateway takes the page for its own", async () => {
  vi.stubEnv("TIMELIFT_API", "http://127.0.0.1:4321/");
  interface Listens {
    on: (name: string, listener: (request: object) => void) => void;
  }
  interface Proxy {
    target: string;
    changeOrigin: boolean;
    configure: (proxy: Listens) => void;
  }
  const loaded = await loadConfigFromFile({ command: "serve", mode: "development" }, join(app, "vite.config.ts"));
  const proxy = loaded?.config.server?.proxy?.["/api"] as unknown as Proxy | undefined;
  expect(proxy).toMatchObject({ target: "http://127.0.0.1:4321/", changeOrigin: true });
  const sent = new Map([["origin", "http://localhost:5173"]]);
  const request = { getHeader: (name: string) => sent.get(name), setHeader: (name: string, value: string) => sent.set(name, value) };
  proxy?.configure({ on: (name, listener) => name === "proxyReq" && listener(request) });
  expect(sent.get("origin")).toBe("http://127.0.0.1:4321");
  sent.clear();
  proxy?.configure({ on: (_, listener) => listener(request) });
  expect(sent.size).toBe(0); // a request without one stays without
});
