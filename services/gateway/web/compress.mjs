// Puts a .gz and a .br beside every text of the built page, which the gateway sends to browsers that take them.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const STATIC = new URL("../static", import.meta.url).pathname;

for (const name of readdirSync(STATIC, { recursive: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const path = join(STATIC, name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(text));
}
