import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Before all tests: `dist`, which those of the package look at. */
export default function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, "../build.mjs")], { stdio: "inherit" });
}
