import { useCallback, useState, type ReactNode } from "react";

import { Sheet } from "../../edit/Sheet/Sheet";
import { operationsHref } from "../../route";
import { words } from "../../words";
import { moment } from "../../words/quantity";
import { getDeadJobs, removeDead, retryDead, type DeadJob, type DeadQuery, type DeadReason } from "../api";
import { usePolled } from "../usePolled";
import "./DeadJobs.css";

/** ms between two looks at the jobs of a reason. */
const PAUSE = 5000;

interface Act {
  retry: (query: DeadQuery, jobs: number) => void;
  remove: (query: DeadQuery, jobs: number) => void;
}

interface DeadJobsProps {
  reasons: DeadReason[];
  /** Something became of them. */
  changed: () => void;
}

/** Why jobs are dead, and what to do about them: one, all of a reason, or all. */
export function DeadJobs({ reasons, changed }: DeadJobsProps): ReactNode {
  const said = words.operations;
  const [asked, setAsked] = useState<{ query: DeadQuery; jobs: number } | null>(null);
  const [told, setTold] = useState<{ text: string; bad: boolean } | null>(null);
  const [turn, setTurn] = useState(0);
  const total = reasons.reduce((sum, one) => sum + one.jobs, 0);

  const run = (work: Promise<string>): void => {
    work
      .then(
        (text) => setTold({ text, bad: false }),
        (reason: unknown) => setTold({ text: reason instanceof Error ? reason.message : String(reason), bad: true }),
      )
      .finally(() => {
        changed();
        setTurn((before) => before + 1);
      });
  };
  const act: Act = {
    retry: (query, jobs) => run(retryDead(query).then((retried) => said.retried(retried, jobs))),
    remove: (query, jobs) => setAsked({ query, jobs }),
  };
  return (
    <section className="ops-section" aria-labelledby="dead-title" data-testid="dead">
      <header className="ops-head">
        <h2 id="dead-title">{said.deadTitle}</h2>
        {total > 0 && (
          <div className="ops-buttons">
            <button type="button" className="button small primary" data-testid="retry-all" onClick={() => act.retry({}, total)}>
              {said.retryAll}
            </button>
            <button type="button" className="button small danger" data-testid="remove-all" onClick={() => act.remove({}, total)}>
              {said.removeAll}
            </button>
          </div>
        )}
      </header>
      <p role="status" className={`dead-told${told?.bad ? " bad" : ""}`}>
        {told?.text}
      </p>
      {total === 0 ? (
        <p className="ops-nothing">{said.noDead}</p>
      ) : (
        <ul className="dead-reasons">
          {reasons.map((one) => (
            <Reason key={`${one.stage} ${one.reason}`} reason={one} act={act} turn={turn} />
          ))}
        </ul>
      )}
      {asked && (
        <Sheet title={said.confirm(asked.jobs)} testId="confirm" onClose={() => setAsked(null)}>
          <div className="sheet-body">
            <p>{said.confirmWhy}</p>
            <footer className="sheet-foot">
              <span className="sheet-space" />
              <button type="button" className="button" autoFocus onClick={() => setAsked(null)}>
                {words.cancel}
              </button>
              <button
                type="button"
                className="button danger"
                data-testid="confirm-remove"
                onClick={() => {
                  run(removeDead(asked.query).then((removed) => said.removed(removed)));
                  setAsked(null);
                }}
              >
                {said.remove}
              </button>
            </footer>
          </div>
        </Sheet>
      )}
    </section>
  );
}

function Reason({ reason, act, turn }: { reason: DeadReason; act: Act; turn: number }): ReactNode {
  const said = words.operations;
  const [open, setOpen] = useState(false);
  const query: DeadQuery = { stage: reason.stage, reason: reason.reason };
  const name = reason.reason || said.noReason;
  return (
    <li className="dead-reason" data-testid="dead-reason">
      <div className="dead-line">
        <div className="dead-words">
          <p className="dead-name">{name}</p>
          <p className="dead-facts">
            {[said.stage[reason.stage], said.jobs(reason.jobs), said.between(moment(reason.oldest), moment(reason.newest))].filter(Boolean).join(" · ")}
          </p>
        </div>
        <div className="ops-buttons">
          <button type="button" className="button small quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? said.hideJobs : said.showJobs}
          </button>
          <button type="button" className="button small" aria-label={said.retryNamed(name)} onClick={() => act.retry(query, reason.jobs)}>
            {said.retry}
          </button>
          <button type="button" className="button small quiet" aria-label={said.removeNamed(name)} onClick={() => act.remove(query, reason.jobs)}>
            {said.remove}
          </button>
        </div>
      </div>
      {open && <Jobs stage={reason.stage} reason={reason.reason} act={act} turn={turn} />}
    </li>
  );
}

function Jobs({ stage, reason, act, turn }: Pick<DeadReason, "stage" | "reason"> & { act: Act; turn: number }): ReactNode {
  const said = words.operations;
  // `turn`: something was done about some of them.
  const ask = useCallback((signal: AbortSignal) => getDeadJobs({ stage, reason }, signal), [stage, reason, turn]);
  const { value } = usePolled(ask, PAUSE);
  if (!value) return <p className="dead-facts">{said.loading}</p>;
  return (
    <>
      <ul className="dead-jobs">
        {value.jobs.map((job) => (
          <Job key={job.id} job={job} act={act} />
        ))}
      </ul>
      {value.total > value.jobs.length && <p className="dead-facts">{said.moreJobs(value.total - value.jobs.length)}</p>}
    </>
  );
}

function Job({ job, act }: { job: DeadJob; act: Act }): ReactNode {
  const said = words.operations;
  const id = job.documentId.slice(0, 8);
  return (
    <li className="dead-job" data-testid="dead-job">
      <div className="dead-line">
        <p className="dead-facts">
          <a href={operationsHref(job.documentId)}>
            <code>{id}</code>
          </a>{" "}
          {[job.tenant, moment(job.diedAt), said.attempt(job.attempt)].filter(Boolean).join(" · ")}
        </p>
        <div className="ops-buttons">
          <button type="button" className="button small" aria-label={said.retryNamed(id)} onClick={() => act.retry({ id: job.id }, 1)}>
            {said.retry}
          </button>
          <button type="button" className="button small quiet" aria-label={said.removeNamed(id)} onClick={() => act.remove({ id: job.id }, 1)}>
            {said.remove}
          </button>
        </div>
      </div>
      {job.detail && job.detail !== job.reason && (
        <details>
          <summary>{said.why}</summary>
          <pre tabIndex={0}>{job.detail}</pre>
        </details>
      )}
    </li>
  );
}
