// Packs the package as it would be published and has it looked at: by publint, and by arethetypeswrong.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "timelift-react-"));
const run = (...command) => {
  const done = spawnSync(process.execPath, command, { cwd: here, encoding: "utf8" });
  if (done.status === 0) return;
  process.stderr.write(`${command.join(" ")}\n${done.stdout}${done.stderr}\n`);
  throw new Error("the package is not as it should be");
};
try {
  run("build.mjs");
  // npm by its own file: below `npm run`, the one on the path need not work.
  run(process.env.npm_execpath, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder);
  const tarball = join(folder, readdirSync(folder)[0]);
  run("node_modules/publint/src/cli.js", "run", tarball, "--strict");
  run("node_modules/@arethetypeswrong/cli/dist/index.js", tarball, "--profile", "esm-only", "--exclude-entrypoints", "./style.css");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
