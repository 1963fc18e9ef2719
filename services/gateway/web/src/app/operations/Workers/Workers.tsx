import type { ReactNode } from "react";

import { operationsHref } from "../../route";
import { words } from "../../words";
import { count, duration, moment } from "../../words/quantity";
import type { GatewayState, RunningJob, WorkerState } from "../api";
import "./Workers.css";

interface WorkersProps {
  workers: WorkerState[];
  gateways: GatewayState[];
}

/** Who is there, since when, and what each is at. */
export function Workers({ workers, gateways }: WorkersProps): ReactNode {
  const said = words.operations;
  if (workers.length + gateways.length === 0) return <p className="ops-nothing">{said.nobody}</p>;
  return (
    <div className="ops-table" tabIndex={0} role="group" aria-label={said.who}>
      <table>
        <thead>
          <tr>
            <th scope="col">{said.name}</th>
            <th scope="col">{said.does}</th>
            <th scope="col">{said.since}</th>
            <th scope="col">{said.runs}</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={`${worker.stage} ${worker.name}`} data-testid="worker">
              <th scope="row">{worker.name}</th>
              <td>{said.stage[worker.stage]}</td>
              <td>{moment(worker.since) || "–"}</td>
              <td>{worker.running.length === 0 ? said.idle : worker.running.map((job) => <Running key={job.documentId} job={job} />)}</td>
            </tr>
          ))}
          {gateways.map((gateway) => (
            <tr key={gateway.name} data-testid="gateway">
              <th scope="row">{gateway.name}</th>
              <td>{said.gateway}</td>
              <td>{moment(gateway.since) || "–"}</td>
              <td>{said.streams(count(gateway.streams), count(gateway.documents))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Running({ job }: { job: RunningJob }): ReactNode {
  const said = words.operations;
  const more = [job.tenant, said.runsFor(duration(job.seconds)), job.attempt > 1 && said.attempt(job.attempt)].filter(Boolean);
  return (
    <p className="worker-job">
      <a href={operationsHref(job.documentId)}>
        <code>{job.documentId.slice(0, 8)}</code>
      </a>{" "}
      {more.join(", ")}
    </p>
  );
}
