import { useEffect, useState, type FormEvent, type ReactNode } from "react";

import { ApiError, fileUrl, getTermDates, putTermDates, subscribe, type Subscription } from "../../api";
import { Sheet } from "../../edit/Sheet/Sheet";
import { words } from "../../words";
import { QrCode } from "../QrCode/QrCode";
import { guess, termFault, type TermDates } from "../terms";
import "./CalendarSheet.css";

/** Asks when the term is, then hands the week to a calendar: as a file, or as a link that follows corrections. */
export function CalendarSheet({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const [dates, setDates] = useState<TermDates | null>(null);
  const [link, setLink] = useState<Subscription | null>(null);
  const [error, setError] = useState<string | null>(null);
  const tell = (reason: unknown): void => setError(reason instanceof ApiError ? reason.message : words.out.failed);

  useEffect(() => {
    const stop = new AbortController();
    getTermDates(id, stop.signal).then(
      (known) => setDates(known ?? guess(new Date())),
      (reason: unknown) => !stop.signal.aborted && (tell(reason), setDates(guess(new Date()))),
    );
    return () => stop.abort();
  }, [id]);

  const fault = dates && termFault(dates);
  const keep = async (then: () => void | Promise<void>): Promise<void> => {
    if (!dates || fault) return;
    setError(null);
    try {
      await putTermDates(id, dates);
      await then();
    } catch (reason) {
      tell(reason);
    }
  };
  const download = (event: FormEvent): void => {
    event.preventDefault();
    void keep(() => {
      window.location.assign(fileUrl(id, "ics"));
    });
  };
  return (
    <Sheet title={words.out.calendarTitle} testId="calendar" onClose={onClose}>
      {!dates ? (
        <div className="bone crop" aria-busy="true" />
      ) : (
        <form className="sheet-body" onSubmit={download}>
          <p>{words.out.calendarWhy}</p>
          <Dates dates={dates} fault={fault ?? null} onChange={setDates} />
          {error && (
            <p className="bad" role="alert">
              {error}
            </p>
          )}
          {link && <Link link={link} />}
          <footer className="sheet-foot">
            {!link && (
              <button type="button" className="button" data-testid="subscribe" disabled={fault !== null} onClick={() => void keep(async () => setLink(await subscribe(id)))}>
                {words.out.link}
              </button>
            )}
            <span className="sheet-space" />
            <button type="submit" className="button primary" disabled={fault !== null} data-testid="download-ics">
              {words.out.download}
            </button>
          </footer>
        </form>
      )}
    </Sheet>
  );
}

interface DatesProps {
  dates: TermDates;
  fault: "term" | "holiday" | null;
  onChange: (dates: TermDates) => void;
}

function Dates({ dates, fault, onChange }: DatesProps): ReactNode {
  const { holidays } = dates;
  const change = (index: number, day: Partial<(typeof holidays)[number]>): void =>
    onChange({ ...dates, holidays: holidays.map((one, at) => (at === index ? { ...one, ...day } : one)) });
  return (
    <>
      <div className="fields">
        <Day label={words.out.firstDay} value={dates.firstDay} wrong={fault === "term"} onChange={(firstDay) => onChange({ ...dates, firstDay })} />
        <Day label={words.out.lastDay} value={dates.lastDay} wrong={fault === "term"} onChange={(lastDay) => onChange({ ...dates, lastDay })} />
      </div>
      <fieldset className="holidays">
        <legend>{words.out.holidays}</legend>
        {holidays.map((one, index) => (
          <div key={index} className="fields holiday">
            <Day label={words.out.from} value={one.firstDay} wrong={fault === "holiday"} onChange={(firstDay) => change(index, { firstDay, lastDay: one.lastDay || firstDay })} />
            <Day label={words.out.until} value={one.lastDay} wrong={fault === "holiday"} onChange={(lastDay) => change(index, { lastDay })} />
            <button
              type="button"
              className="button quiet small icon"
              aria-label={words.lesson.remove}
              onClick={() => onChange({ ...dates, holidays: holidays.filter((_, at) => at !== index) })}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M4 4l8 8m0-8-8 8" />
              </svg>
            </button>
          </div>
        ))}
        <button type="button" className="button small" onClick={() => onChange({ ...dates, holidays: [...holidays, { firstDay: "", lastDay: "" }] })}>
          {words.out.addHoliday}
        </button>
      </fieldset>
      {fault && (
        <p className="bad" role="status">
          {words.out.faults[fault]}
        </p>
      )}
    </>
  );
}

interface DayProps {
  label: string;
  value: string;
  wrong: boolean;
  onChange: (value: string) => void;
}

function Day({ label, value, wrong, onChange }: DayProps): ReactNode {
  return (
    <label className="field">
      <span>{label}</span>
      <input type="date" required value={value} aria-invalid={wrong || undefined} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

/** The secret link: to open, to copy, to scan, or to give to the phone's own share sheet. */
function Link({ link }: { link: Subscription }): ReactNode {
  const [copied, setCopied] = useState(false);
  return (
    <section className="subscription" aria-label={words.out.link} data-testid="subscription">
      <QrCode text={link.url} label={words.out.qr} />
      <div>
        <p>{words.out.linkWhy}</p>
        <input className="subscription-url" readOnly value={link.url} aria-label={words.out.link} onFocus={(event) => event.currentTarget.select()} />
        <div className="sheet-foot">
          <a className="button small" href={link.webcalUrl}>
            {words.out.open}
          </a>
          <button type="button" className="button small" onClick={() => void navigator.clipboard?.writeText(link.url).then(() => setCopied(true))}>
            {copied ? words.out.copied : words.out.copy}
          </button>
          {"share" in navigator && (
            <button type="button" className="button small" onClick={() => void navigator.share({ url: link.url }).catch(() => undefined)}>
              {words.out.share}
            </button>
          )}
        </div>
      </div>
    </section>
  );
}
