import { useEffect, useState, type ReactNode } from "react";

import type { ApiError, Upload } from "timelift-react";
import { reasonOf } from "../../api";
import { Choice } from "../../Choice/Choice";
import { useOnline } from "../../useOnline";
import { words } from "../../words";
import { size } from "../../words/format";
import { Bar, DocumentRow, Thumb } from "../DocumentRow/DocumentRow";
import type { Documents, Query } from "../useDocuments";
import { useGlide } from "./useGlide";
import "./DocumentList.css";

/** Everything that was sent, to find again: each with its state live. */
export function DocumentList({ state }: { state: Documents }): ReactNode {
  const { documents, sending, error, query, refresh } = state;
  const rows = useGlide();
  // Back from a week: what was corrected there is no event.
  useEffect(() => {
    if (documents !== null) void refresh();
  }, []);
  if (documents === null && error === null && sending.length === 0) return <Loading />;
  const asked = Boolean(query.q || query.needsLook);
  const empty = documents?.length === 0 && sending.length === 0;
  return (
    <section className="documents" aria-labelledby="documents-title">
      <div className="documents-head">
        <h2 id="documents-title">{words.home.title}</h2>
        {(!empty || asked) && <Find query={query} ask={state.ask} />}
      </div>
      {error && (
        <p className="banner" role="alert">
          {error}{" "}
          <button type="button" className="link" onClick={() => void refresh()}>
            {words.home.again}
          </button>
        </p>
      )}
      {empty && (
        <div className="empty" data-testid="empty">
          <p>{asked ? words.home.noneFound : words.home.nothing}</p>
          {!asked && <p>{words.home.nothingYet}</p>}
        </div>
      )}
      <ul className="rows" ref={rows}>
        {sending.map((one) => (
          <SendingRow key={`s${one.key}`} one={one} />
        ))}
        {documents?.map((document) => (
          <DocumentRow key={document.documentId} document={document} list={state} />
        ))}
      </ul>
      {state.older && (
        <button type="button" className="button small older" onClick={state.older}>
          {words.home.older}
        </button>
      )}
    </section>
  );
}

/** Search, filter and order. */
function Find({ query, ask }: { query: Query; ask: (query: Query) => void }): ReactNode {
  const [text, setText] = useState(query.q);
  return (
    <form
      className="find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        ask({ ...query, q: text.trim() });
      }}
    >
      <input
        type="search"
        className="find-field"
        aria-label={words.home.search}
        placeholder={words.home.search}
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          ask({ ...query, q: event.currentTarget.value.trim() });
        }}
      />
      <Choice
        label={words.home.show}
        value={query.needsLook ? "look" : "all"}
        choices={[
          ["all", words.home.all],
          ["look", words.needsALook],
        ]}
        onChange={(value) => ask({ ...query, needsLook: value === "look" })}
      />
      <select className="find-field" aria-label={words.home.order} value={query.sort} onChange={(event) => ask({ ...query, sort: event.currentTarget.value as Query["sort"] })}>
        <option value="-created">{words.home.newest}</option>
        <option value="-updated">{words.home.changed}</option>
        <option value="name">{words.home.byName}</option>
      </select>
    </form>
  );
}

function Loading(): ReactNode {
  return (
    <section className="documents" aria-busy="true" aria-label={words.home.title}>
      <ul className="rows">
        {[0, 1, 2].map((index) => (
          <li key={index} className="row skeleton">
            <span className="thumb" />
            <span className="bone" />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A file on its way to the server, or one that was refused. */
function SendingRow({ one }: { one: Upload }): ReactNode {
  const { file, state } = one;
  const percentage = Math.round(one.share * 100);
  const name = file.name || words.home.pasted;
  const online = useOnline();
  const waits = state === "waiting" && !online;
  const told = waits ? words.home.whenOnline : percentage < 100 ? words.home.uploading(percentage) : words.home.almost;
  return (
    <li className={`row${one.error ? " row-failed" : ""}`} data-testid="sending" data-state={state}>
      <Thumb />
      <div className="row-words">
        <p className="row-name">
          <span>{name}</span>
        </p>
        {one.error ? (
          <p className="row-state row-reason" role="alert">
            {refusalOf(one.error, file)}
          </p>
        ) : (
          <p className="row-state">{told}</p>
        )}
        {!one.error && !waits && <Bar percentage={percentage} label={words.home.uploadingNamed(name)} />}
      </div>
      <div className="row-actions">
        {one.error && mayPass(one.error) && (
          <button type="button" className="button small" onClick={one.retry}>
            {words.home.again}
          </button>
        )}
        <button type="button" className="button quiet small" onClick={one.cancel}>
          {one.error ? words.home.dismiss : words.cancel}
        </button>
      </div>
    </li>
  );
}

/** Whether the same file may be taken at another time: not where it is at fault itself. */
function mayPass({ status }: ApiError): boolean {
  return status < 400 || status >= 500 || [401, 408, 409, 429].includes(status);
}

/** From this size, in bytes, a file may be what made the server close the connection. */
const LARGE = 10_000_000;

function refusalOf(error: ApiError, file: File): string {
  // A server that refuses a large file while it is still coming looks like a broken connection.
  return error.status === 0 && file.size > LARGE ? words.refused.cutOff(size(file.size)) : reasonOf(error);
}
