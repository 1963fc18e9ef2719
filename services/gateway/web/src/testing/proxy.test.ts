// @vitest-environment node
import { createServer as createGateway, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "vite";
import { expect, it, onTestFinished, vi } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

it("is taken for the gateway's own page under `npm run dev`, so that files can be sent", async () => {
  const asked: IncomingHttpHeaders[] = [];
  const gateway = createGateway((request, answer) => {
    asked.push(request.headers);
    request.resume().on("end", () => answer.writeHead(202).end("{}"));
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void gateway.close());
  const own = `127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  vi.stubEnv("TIMELIFT_API", `http://${own}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const pages = await createServer({ root: ROOT, configFile: join(ROOT, "vite.config.ts"), logLevel: "silent", server: { port: 0, host: "127.0.0.1", hmr: false, watch: null }, optimizeDeps: { noDiscovery: true } });
  onTestFinished(() => pages.close());
  await pages.listen();
  const page = `http://127.0.0.1:${(pages.httpServer?.address() as AddressInfo).port}`;

  const answer = await fetch(`${page}/api/v1/documents/upload`, { method: "POST", headers: { Origin: page }, body: "week" });
  expect(answer.status).toBe(202);
  await fetch(`${page}/api/v1/me`);
  // The gateway takes changes only where both name it; what has no origin keeps none.
  expect(asked.map(({ host, origin }) => [host, origin])).toEqual([
    [own, `http://${own}`],
    [own, undefined],
  ]);
});
