// BullMQ. Default settings but for `concurrency`. See common.py for what a script does.
import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

const { Queue, Worker } = createRequire(`${process.env.BENCH_MODULES}/`)("bullmq");
const IORedis = createRequire(`${process.env.BENCH_MODULES}/`)("ioredis");
const { BENCH_URL: url, BENCH_FOLDER: folder } = process.env;
const concurrency = Number(process.env.BENCH_CONCURRENCY);
const longMs = 10_000;
const now = () => (performance.timeOrigin + performance.now()) / 1000;
const connection = new IORedis(url, { maxRetriesPerRequest: null });

async function work() {
  const ended = openSync(`${folder}/ended-${process.pid}`, "a");
  const handle = async ({ data: { number, at, ms } }) => {
    const began = now();
    if (ms >= longMs) appendFileSync(`${folder}/began-${process.pid}`, `${number} ${at} ${began} 0\n`);
    if (ms) await sleep(ms);
    writeSync(ended, `${number} ${at} ${began} ${now()}\n`);
  };
  const worker = new Worker("bench", handle, { connection, concurrency, autorun: false });
  await worker.waitUntilReady();
  appendFileSync(`${folder}/ready-${process.pid}`, "ready\n");
  while (!existsSync(`${folder}/go`)) await sleep(2);
  await worker.run();
}

async function send(file, rate) {
  const queue = new Queue("bench", { connection });
  const jobs = JSON.parse(readFileSync(file, "utf8"));
  const made = (ms, number) => ({ name: "job", data: { number, at: now(), ms } });
  if (rate) {
    const begun = now();
    for (const [number, ms] of jobs.entries()) {
      await sleep(Math.max((begun + number / rate - now()) * 1000, 0));
      const { name, data } = made(ms, number);
      await queue.add(name, data);
    }
  } else {
    for (let from = 0; from < jobs.length; from += 1000)
      await queue.addBulk(jobs.slice(from, from + 1000).map((ms, number) => made(ms, from + number)));
  }
  await queue.close();
  connection.disconnect();
}

const [verb, file, rate] = process.argv.slice(2);
await (verb === "work" ? work() : send(file, Number(rate ?? 0)));
