// Compiles the sources into dist/ and puts the components' style sheets into one.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
const done = spawnSync(process.execPath, [tsc, "-p", `${here}tsconfig.build.json`], { stdio: "inherit" });
if (done.status !== 0) process.exit(1);
const read = (name) => readFileSync(`${here}src/${name}`, "utf8");
writeFileSync(`${here}dist/style.css`, read("style.css").replace(/@import "\.\/(.+)";/g, (_, name) => read(name)));
