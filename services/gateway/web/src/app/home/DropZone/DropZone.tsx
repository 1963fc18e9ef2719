import { useEffect, useRef, useState, type ReactNode } from "react";

import { words } from "../../words";
import { isWritten, pastedFiles } from "./pasted";
import "./DropZone.css";

const ACCEPT =
  "image/*,application/pdf,.heic,.heif,.docx,.xlsx,.xlsm,.xls,.ods,.csv,.tsv,.html,.htm";

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  /** There are documents already: the list has the room. */
  small: boolean;
  /** Another page is shown: files are taken all the same, dropped and pasted. */
  hidden: boolean;
}

/** Takes files dropped anywhere on the page, chosen, photographed or pasted, and pasted tables. */
export function DropZone({ onFiles, small, hidden }: DropZoneProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  useEffect(() => {
    let depth = 0; // dragenter and dragleave come for every element that is crossed
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent): void => {
      if (!carries(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!carries(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const allow = (event: DragEvent): void => {
      if (carries(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault(); // else the browser leaves the page to show the file
      depth = 0;
      setOver(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const paste = (event: ClipboardEvent): void => {
      if (isWritten(event.target)) return;
      const files = pastedFiles(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      onFiles(files);
    };
    document.addEventListener("dragenter", enter);
    document.addEventListener("dragleave", leave);
    document.addEventListener("dragover", allow);
    document.addEventListener("drop", drop);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("dragenter", enter);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("dragover", allow);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    };
  }, [onFiles]);

  const take = (element: HTMLInputElement): void => {
    onFiles([...(element.files ?? [])]);
    element.value = ""; // so that the same file can be chosen again
  };
  if (hidden) return over && <p className="drop-veil">{words.drop.letGo}</p>;
  return (
    <div className="home">
      <h1>
        {words.drop.claim} <span>{words.drop.claimEnd}</span>
      </h1>
      <section className={`drop${over ? " drop-over" : ""}${small ? " drop-compact" : ""}`} aria-label={words.drop.upload}>
        <svg className="drop-art" viewBox="0 0 120 84" aria-hidden="true">
          <rect x="8" y="10" width="48" height="64" rx="5" className="art-paper" transform="rotate(-6 32 42)" />
          <g className="art-line" transform="rotate(-6 32 42)">
            <path d="M14 26h36M14 38h36M14 50h36M14 62h36M26 16v52M38 16v52" />
          </g>
          <path d="M60 44h12m-5-5 5 5-5 5" className="art-arrow" />
          <rect x="78" y="16" width="9" height="18" rx="2.5" className="art-a" />
          <rect x="78" y="37" width="9" height="30" rx="2.5" className="art-b" />
          <rect x="90" y="16" width="9" height="28" rx="2.5" className="art-c" />
          <rect x="90" y="47" width="9" height="12" rx="2.5" className="art-a" />
          <rect x="102" y="16" width="9" height="12" rx="2.5" className="art-b" />
          <rect x="102" y="31" width="9" height="36" rx="2.5" className="art-d" />
        </svg>
        <div className="drop-words">
          <p className="drop-lead">
            <span className="with-mouse">{over ? words.drop.letGo : words.drop.here}</span>
            <span className="with-fingers">{words.drop.add}</span>
          </p>
          <p className="drop-hint">
            {words.drop.kinds} <span className="with-mouse">{words.drop.paste}</span>
          </p>
        </div>
        <div className="drop-buttons">
          <button type="button" className="button primary with-fingers" onClick={() => camera.current?.click()}>
            {words.drop.photo}
          </button>
          <button type="button" className="button primary" onClick={() => input.current?.click()}>
            {words.drop.choose}
          </button>
        </div>
        <input
          ref={input}
          type="file"
          accept={ACCEPT}
          multiple
          className="visually-hidden"
          tabIndex={-1}
          aria-label={words.drop.file}
          data-testid="file-input"
          onChange={(event) => take(event.currentTarget)}
        />
        <input
          ref={camera}
          type="file"
          accept="image/*"
          capture="environment"
          className="visually-hidden"
          tabIndex={-1}
          aria-label={words.drop.photo}
          onChange={(event) => take(event.currentTarget)}
        />
      </section>
    </div>
  );
}
