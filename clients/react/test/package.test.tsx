// @vitest-environment node
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { renderToString } from "react-dom/server";
import { build } from "vite";
import { describe, expect, it, onTestFinished, vi } from "vitest";

import { npm } from "./npm.js";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");
/** Bundled and compressed, without React; in bytes. */
const BUDGET = { all: 18_000, hook: 8_000, style: 3_500 };

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, Record<string, string>>;
const scripts = readdirSync(DIST).filter((name) => name.endsWith(".js"));
const node = (...command: string[]): { status: number | null; text: string } => {
  const done = spawnSync(process.execPath, command, { cwd: ROOT, encoding: "utf8" });
  return { status: done.status, text: done.stdout + done.stderr };
};
describe("the package", () => {
  it("brings no React of its own", () => {
    expect(Object.keys(manifest["dependencies"] ?? {})).toEqual(["eventsource-parser"]);
    expect(manifest["peerDependencies"]).toEqual({ react: "^18.0.0 || ^19.0.0" });
  });

  it("warns no app on a Node that React 18 ran on", () => {
    const parser = JSON.parse(readFileSync(join(ROOT, "node_modules/eventsource-parser/package.json"), "utf8")) as typeof manifest;
    expect([manifest["engines"]?.["node"], parser["engines"]?.["node"]]).toEqual([">=18", expect.stringMatching(/^>=18/)]);
  });

  it("holds what is needed and no tests", () => {
    const told = execFileSync(...npm("pack", "--dry-run", "--json", "--ignore-scripts"), { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const packed = JSON.parse(told) as { files: { path: string }[] }[] | Record<string, { files: { path: string }[] }>;
    const files = Object.values(packed)[0]?.files.map(({ path }) => path) ?? [];
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/style.css"]));
    expect(files.filter((path) => /\.test\.|^test|testing|openapi|^src/.test(path))).toEqual([]);
  });

  it("marks every module that needs the browser's React", () => {
    const uses = scripts.filter((name) => /from "react(?:\/jsx-runtime)?"/.test(readFileSync(join(DIST, name), "utf8")));
    expect(uses).toContain("useSSE.js");
    for (const name of uses) expect(readFileSync(join(DIST, name), "utf8"), name).toMatch(/^"use client";/);
  });

  it("names its own files with their endings", () => {
    for (const name of readdirSync(DIST).filter((each) => /\.(js|d\.ts)$/.test(each))) {
      const own = [...readFileSync(join(DIST, name), "utf8").matchAll(/from "(\.[^"]+)"/g)].map(([, path]) => path);
      for (const path of own) expect(path, name).toMatch(/\.js$/);
    }
  });

  it.each([
    ["all of it", "*", BUDGET.all],
    ["the hook", "{ useSSE }", BUDGET.hook],
  ])("is as small as it is meant to be: %s", async (_, names, most) => {
    const entry = { name: "entry", resolveId: (id: string) => (/\bentry$/.test(id) ? "\0entry" : null), load: (id: string) => (id === "\0entry" ? `export ${names} from ${JSON.stringify(join(DIST, "index.js"))};` : null) };
    const built = await build({
      configFile: false,
      logLevel: "silent",
      root: ROOT,
      plugins: [entry],
      build: { write: false, lib: { entry: "entry", formats: ["es"] }, minify: true, rollupOptions: { external: /^react/ } },
    });
    const [output] = built as unknown as { output: { code?: string }[] }[];
    const size = gzipSync(output?.output.map(({ code }) => code ?? "").join("") ?? "").length;
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThan(most);
  });

  it("has a small style sheet", () => {
    const text = readFileSync(join(DIST, "style.css"), "utf8");
    expect(text).not.toContain("@import");
    expect(gzipSync(text).length).toBeLessThan(BUDGET.style);
  });

  it("has types that are those of the API", () => {
    const { text } = node("node_modules/openapi-typescript/bin/cli.js", "openapi.json");
    expect(readFileSync(join(ROOT, "src/schema.ts"), "utf8").trim(), "npm run types").toBe(text.trim());
  });

  it.each([["NodeNext", "NodeNext"], ["ESNext", "bundler"]])("has types that the strictest app compiles with: %s", (module, resolution) => {
    // What the README begins with, too.
    const [, first = ""] = /^```tsx\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
    expect(first).toContain("useSSE");
    const readme = join(ROOT, "test/consumer/Readme.tsx");
    writeFileSync(readme, first);
    onTestFinished(() => rmSync(readme));
    expect(node("node_modules/typescript/bin/tsc", "-p", "test/consumer", "--module", module, "--moduleResolution", resolution)).toEqual({ status: 0, text: "" });
  });
});

describe("on a server", () => {
  it("is imported under the condition react-server", () => {
    const { status, text } = node("--conditions=react-server", "test/server_components.mjs");
    expect(status, text).toBe(0);
    expect(JSON.parse(text)).toEqual({ useSSE: "reference", widget: "reference", url: "https://api.example/api/v1/timetables/a%20b.ics", minutes: 525 });
  });

  it("renders, and asks nobody", async () => {
    const asked = vi.fn();
    vi.stubGlobal("fetch", asked);
    const all = (await import(join(DIST, "index.js"))) as typeof import("../src/index.js");
    function Page() {
      const { documents } = all.useDocuments();
      const { timetable } = all.useTimetable("a");
      const { status } = all.useSSE("a");
      const { status: none } = all.useSSE(null);
      return <p>{[String(documents), String(timetable), status, none].join(" ")}</p>;
    }
    const week = { timeblocks: [] };
    const html = renderToString(
      <>
        <Page />
        <all.UploadZone />
        <all.ProcessingNotification documentId={["a", "b"]} />
        <all.TimetableGrid timetable={week} />
      </>,
    );
    expect(html).toContain("<p>null null connecting closed</p>");
    expect(html.match(/tl-note-title/g)).toHaveLength(2);
    expect(html).toContain("Monday");
    expect(asked).not.toHaveBeenCalled();
  });
});
