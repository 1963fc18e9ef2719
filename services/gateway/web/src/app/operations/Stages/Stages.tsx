import type { ReactNode } from "react";

import { words } from "../../words";
import { count, duration } from "../../words/quantity";
import type { StageHour, StageState } from "../api";
import { Plot } from "../Plot/Plot";
import "./Stages.css";

interface StagesProps {
  stages: StageState[];
  hour: StageHour[] | null;
}

/** What each stage holds now, and what it did in the last hour. */
export function Stages({ stages, hour }: StagesProps): ReactNode {
  return (
    <ol className="stages" aria-label={words.operations.stages}>
      {stages.map((stage) => (
        <StageCard key={stage.stage} stage={stage} hour={hour?.find((one) => one.stage === stage.stage) ?? null} />
      ))}
    </ol>
  );
}

function StageCard({ stage, hour }: { stage: StageState; hour: StageHour | null }): ReactNode {
  const said = words.operations;
  const alone = stage.workers === 0;
  return (
    <li className="stage" data-testid={`stage-${stage.stage}`} data-state={alone ? "deserted" : stage.dead > 0 ? "dead" : "well"}>
      <header>
        <h2>{said.stage[stage.stage]}</h2>
        <p className={alone ? "bad" : ""}>{alone ? said.noWorker : `${said.workers}: ${count(stage.workers)}`}</p>
      </header>
      <dl className="stage-figures">
        <Figure name={said.depth} value={count(stage.depth)} />
        <Figure name={said.waiting} value={count(stage.waiting)} />
        <Figure name={said.running} value={count(stage.running)} />
        <Figure name={said.retrying} value={count(stage.retrying)} tone={stage.retrying > 0 ? "warn" : ""} />
        <Figure name={said.dead} value={count(stage.dead)} tone={stage.dead > 0 ? "bad" : ""} />
        <Figure name={said.oldest} value={stage.oldestWaitingSeconds > 0 ? duration(stage.oldestWaitingSeconds) : "–"} />
      </dl>
      {hour && <Hour hour={hour} />}
    </li>
  );
}

function Figure({ name, value, tone = "" }: { name: string; value: string; tone?: "" | "warn" | "bad" }): ReactNode {
  return (
    <div data-tone={tone || undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Hour({ hour }: { hour: StageHour }): ReactNode {
  const said = words.operations.hour;
  const jobs = hour.done + hour.retried + hour.dead;
  const most = count(Math.max(...hour.perMinute));
  const longest = duration(Math.max(0, ...hour.meanSecondsPerMinute.map((seconds) => seconds ?? 0)));
  const within = (seconds: number | null): string => (seconds === null ? said.beyond : said.within(duration(seconds)));
  return (
    <div className="stage-hour">
      <section>
        <h3>{said.jobs}</h3>
        <Plot tone="count" values={hour.perMinute} most={said.mostJobs(most)} label={jobs > 0 ? said.jobsLabel(count(jobs), most) : `${said.jobs}: ${said.none}`} />
        <p>{jobs > 0 ? said.ended(count(hour.done), count(hour.retried), count(hour.dead)) : said.none}</p>
      </section>
      <section>
        <h3>{said.time}</h3>
        <Plot
          tone="time"
          values={hour.meanSecondsPerMinute}
          most={longest}
          label={hour.meanSeconds === null ? `${said.time}: ${said.none}` : said.timeLabel(duration(hour.meanSeconds), longest)}
        />
        <p>{jobs > 0 ? said.quantiles(within(hour.p50Seconds), within(hour.p95Seconds)) : "–"}</p>
      </section>
    </div>
  );
}
