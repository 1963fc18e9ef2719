import { useEffect, useState, type ReactNode } from "react";

import { useMay, useSession } from "../../session";
import { words } from "../../words";
import { getGateways, getHour, getReasons, getStages, getWorkers } from "../api";
import { DeadJobs } from "../DeadJobs/DeadJobs";
import { EventFeed } from "../EventFeed/EventFeed";
import { Stages } from "../Stages/Stages";
import { Timeline } from "../Timeline/Timeline";
import { usePolled, type Polled } from "../usePolled";
import { Workers } from "../Workers/Workers";
import "./OperationsPage.css";

/** ms between two looks, by how fast it changes. */
const [FAST, SLOW, HOUR] = [2000, 4000, 15_000];

/** What an operator looks at: how full it is, who works, what failed, what happens. `documentId`: whose way to show. */
export function OperationsPage({ documentId }: { documentId: string | null }): ReactNode {
  const { me } = useSession();
  const may = useMay("operate");
  useEffect(() => {
    const before = document.title;
    document.title = `${words.operations.title} · Timelift`;
    return () => {
      document.title = before;
    };
  }, []);
  return (
    <div className="operations">
      <h1>{words.operations.title}</h1>
      {me === null && <p className="ops-nothing">{words.operations.loading}</p>}
      {me !== null && !may && <p data-testid="not-allowed">{words.operations.notAllowed}</p>}
      {me !== null && may && <Everything documentId={documentId} />}
    </div>
  );
}

function Everything({ documentId }: { documentId: string | null }): ReactNode {
  const said = words.operations;
  const stages = usePolled(getStages, FAST);
  const hour = usePolled(getHour, HOUR);
  const reasons = usePolled(getReasons, SLOW);
  const workers = usePolled(getWorkers, SLOW);
  const gateways = usePolled(getGateways, SLOW);
  const away = useAway([stages, reasons, workers]);
  return (
    <div className="ops-all" data-state={away ?? "live"}>
      <p role="status" className={away ? "banner" : "visually-hidden"} data-testid="away">
        {away === "redis" ? said.redisAway : away === "server" ? said.noAnswer : ""}
      </p>
      {stages.value ? <Stages stages={stages.value} hour={hour.value} /> : <p className="ops-nothing ops-wait">{said.loading}</p>}
      {reasons.value && (
        <DeadJobs
          reasons={reasons.value}
          changed={() => {
            reasons.again();
            stages.again();
          }}
        />
      )}
      <section className="ops-section" aria-labelledby="who-title">
        <header className="ops-head">
          <h2 id="who-title">{said.who}</h2>
        </header>
        {workers.value ? <Workers workers={workers.value} gateways={gateways.value ?? []} /> : <p className="ops-nothing">{said.loading}</p>}
      </section>
      <EventFeed />
      <Timeline documentId={documentId} />
    </div>
  );
}

/** What does not answer. A server that is silent is told of once it stays so: a single look that is lost says nothing. */
function useAway(all: Polled<unknown>[]): "redis" | "server" | null {
  const errors = all.map(({ error }) => error).filter((error) => error !== null);
  const now: "redis" | "server" | null = errors.length === 0 ? null : errors.some((error) => error.slug === "redis-away") ? "redis" : "server";
  const [shown, setShown] = useState(now);
  useEffect(() => {
    if (now !== "server") return setShown(now);
    const timer = setTimeout(() => setShown(now), FAST);
    return () => clearTimeout(timer);
  }, [now]);
  return shown;
}
