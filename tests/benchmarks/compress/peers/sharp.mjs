// sharp as its documentation shows it: upright, `resize` inside 2048 x 2048, WebP at quality 85.
// Arguments as in __init__.py.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, repeats, out, effort, modules] = process.argv.slice(2);
const sharp = createRequire(path.join(modules, "index.js"))("sharp");

const compress = (data) =>
  sharp(data)
    .rotate()
    .resize({ width: 2048, height: 2048, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 85, effort: Number(effort) })
    .toBuffer();

const times = [];
const sizes = [];
for (const [number, name] of fs.readdirSync(folder).sort().entries()) {
  const data = fs.readFileSync(path.join(folder, name));
  const result = await compress(data);
  sizes.push(result.length);
  for (let again = 0; number === 0 && again < Number(repeats); again++) {
    const used = process.cpuUsage();
    const begun = performance.now();
    await compress(data);
    const { user, system } = process.cpuUsage(used);
    times.push({ seconds: (performance.now() - begun) / 1000, cpu: (user + system) / 1e6 });
  }
  if (out) fs.writeFileSync(path.join(out, `${path.parse(name).name}.webp`), result);
}
const peak = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
console.log(JSON.stringify({ times, sizes, peak }));
