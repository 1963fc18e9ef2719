// Imports the package as a framework with server components does: under the condition `react-server`, with references in
// place of modules that are the browser's. Ends with an error where a module that is not needs the browser's React.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  load(url, context, next) {
    if (!url.includes("/dist/")) return next(url, context);
    const text = readFileSync(fileURLToPath(url), "utf8");
    if (!text.startsWith('"use client"')) return next(url, context);
    const names = [...text.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
    const source = names.map((name) => `export const ${name} = "reference";`).join("\n");
    return { format: "module", source, shortCircuit: true };
  },
});
const all = await import("timelift-react");
const layout = await import("timelift-react/layout");
const client = all.createClient({ baseUrl: "https://api.example" });
console.log(JSON.stringify({ useSSE: all.useSSE, widget: all.ProcessingNotification, url: client.fileUrl("a b", "ics"), minutes: layout.minutes("08:45") }));
