import { ApiError, call } from "../api";

export type Stage = "compress" | "ocr" | "extract";
export const STAGES: Stage[] = ["compress", "ocr", "extract"];

/** What a stage holds, over all partitions. */
export interface StageState {
  stage: Stage;
  depth: number;
  waiting: number;
  running: number;
  retrying: number;
  dead: number;
  oldestWaitingSeconds: number;
  workers: number;
}

/** What a stage did in the last hour; lists have sixty minutes, the present one last. */
export interface StageHour {
  stage: Stage;
  done: number;
  retried: number;
  dead: number;
  meanSeconds: number | null;
  p50Seconds: number | null;
  p95Seconds: number | null;
  perMinute: number[];
  meanSecondsPerMinute: (number | null)[];
}

export interface RunningJob {
  documentId: string;
  tenant: string;
  attempt: number;
  deliveries: number;
  /** Since it was put on its stream. */
  seconds: number;
}

export interface WorkerState {
  name: string;
  stage: Stage;
  /** Empty where its name does not say. */
  since: string;
  heardSeconds: number;
  running: RunningJob[];
}

export interface GatewayState {
  name: string;
  since: string;
  /** Event streams that are open. */
  streams: number;
  documents: number;
  heardSeconds: number;
}

export interface DeadReason {
  stage: Stage;
  reason: string;
  jobs: number;
  oldest: string;
  newest: string;
}

export interface DeadJob {
  id: string;
  documentId: string;
  tenant: string;
  stage: Stage;
  reason: string;
  /** Error and stack. */
  detail: string;
  attempt: number;
  deliveries: number;
  diedAt: string;
}

/** Which dead jobs are meant; none of them: all. */
export interface DeadQuery {
  stage?: Stage;
  reason?: string;
  id?: string;
}

export interface ToldEvent {
  id: string;
  at: string;
  tenant: string;
  documentId: string;
  type: "connected" | "progress" | "complete" | "error";
  step: string | null;
  stage: string | null;
  percentage: number | null;
  status: string | null;
  attempt: number | null;
  error: string | null;
}

export interface TimelinePhase {
  stage: string;
  step: string | null;
  startedAt: string;
  endedAt: string;
  seconds: number;
  attempts: number;
  events: number;
}

export interface Timeline {
  documentId: string;
  status: string;
  createdAt: string;
  retriedAt: string | null;
  completedAt: string | null;
  waitedSeconds: number | null;
  seconds: number | null;
  generation: number;
  phases: TimelinePhase[];
}

async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await call(`/operations/${path}`, {}, signal)).json()) as T;
}

function address(path: string, query: DeadQuery): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  return asked.size > 0 ? `${path}?${asked}` : path;
}

export const getStages = (signal?: AbortSignal): Promise<StageState[]> => read<{ stages: StageState[] }>("stages", signal).then((said) => said.stages);
export const getHour = (signal?: AbortSignal): Promise<StageHour[]> => read<{ stages: StageHour[] }>("last-hour", signal).then((said) => said.stages);
export const getWorkers = (signal?: AbortSignal): Promise<WorkerState[]> => read<{ workers: WorkerState[] }>("workers", signal).then((said) => said.workers);
export const getGateways = (signal?: AbortSignal): Promise<GatewayState[]> =>
  read<{ gateways: GatewayState[] }>("gateways", signal).then((said) => said.gateways);
export const getReasons = (signal?: AbortSignal): Promise<DeadReason[]> => read<{ reasons: DeadReason[] }>("dead", signal).then((said) => said.reasons);

/** The newest of these, and how many there are. */
export const getDeadJobs = (query: DeadQuery, signal?: AbortSignal): Promise<{ jobs: DeadJob[]; total: number }> => read(address("dead/jobs", query), signal);

/** Events from a moment on, in ms by the clock of Redis; newest first. */
export const getEvents = (since: number, signal?: AbortSignal): Promise<ToldEvent[]> =>
  read<{ events: ToldEvent[] }>(`events?since=${since}&limit=${since > 0 ? 500 : 100}`, signal).then((said) => said.events);

export async function retryDead(query: DeadQuery): Promise<number> {
  const answer = await call(address("/operations/dead/retry", query), { method: "POST" });
  return ((await answer.json()) as { retried: number }).retried;
}

export async function removeDead(query: DeadQuery): Promise<number> {
  const answer = await call(address("/operations/dead", query), { method: "DELETE" });
  return ((await answer.json()) as { removed: number }).removed;
}

/** One document's way; null where there is no such document. */
export async function getTimeline(documentId: string, signal?: AbortSignal): Promise<Timeline | null> {
  try {
    return await read<Timeline>(`documents/${encodeURIComponent(documentId)}`, signal);
  } catch (reason) {
    if (reason instanceof ApiError && reason.status === 404) return null;
    throw reason;
  }
}
