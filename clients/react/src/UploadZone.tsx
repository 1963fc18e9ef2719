"use client";

import { forwardRef, useEffect, useId, useRef, useState, type DragEvent, type HTMLAttributes, type ReactNode } from "react";

import { UPLOAD_LABELS, type UploadLabels } from "./labels.js";
import { useUpload, type Upload, type UseUploadOptions } from "./useUpload.js";

type Passed = Omit<HTMLAttributes<HTMLElement>, "onError" | "onDrop" | "onDragEnter" | "onDragOver" | "onDragLeave">;

export interface UploadZoneProps extends UseUploadOptions, Passed {
  /** What the file dialog offers. The server tells what a file is from its bytes. */
  accept?: string | undefined;
  /** More than one file at a time. Default true. */
  multiple?: boolean | undefined;
  /** Take what is pasted anywhere on the page. Default false. */
  paste?: boolean | undefined;
  /** Leave the list of what is being sent to the page. Default false. */
  hideList?: boolean | undefined;
  /** In place of the zone's own words. */
  children?: ReactNode;
  labels?: Partial<UploadLabels> | undefined;
}

const ACCEPT = "image/*,application/pdf,.heic,.heif,.docx,.xlsx,.xlsm,.xls,.ods,.csv,.tsv,.html,.htm";

/** Takes files that are dropped on it, chosen or pasted, and shows them on their way. */
export const UploadZone = forwardRef<HTMLElement, UploadZoneProps>(function UploadZone(props, ref) {
  const { accept = ACCEPT, multiple = true, paste = false, hideList = false, children, labels: given, className, ...more } = props;
  const { baseUrl, headers, accessToken, withCredentials, client, atOnce, onUploaded, onError, priority, reuse, ...rest } = more;
  const { uploads, upload } = useUpload({ baseUrl, headers, accessToken, withCredentials, client, atOnce, onUploaded, onError, priority, reuse });
  const labels = { ...UPLOAD_LABELS, ...given };
  const input = useRef<HTMLInputElement>(null);
  const depth = useRef(0); // dragenter and dragleave come for every element that is crossed
  const [over, setOver] = useState(false);
  const id = useId();

  useEffect(() => {
    if (!paste) return;
    const take = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      upload(files);
    };
    document.addEventListener("paste", take);
    return () => document.removeEventListener("paste", take);
  }, [paste, upload]);

  const carries = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");
  const crossed = (by: number) => (event: DragEvent) => {
    if (!carries(event)) return;
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  return (
    <section
      aria-label={labels.zone}
      {...rest}
      ref={ref}
      className={className ? `tl-zone ${className}` : "tl-zone"}
      data-state={over ? "over" : "idle"}
      onDragEnter={crossed(1)}
      onDragLeave={crossed(-1)}
      onDragOver={(event) => carries(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!carries(event)) return;
        event.preventDefault(); // else the browser leaves the page to show the file
        depth.current = 0;
        setOver(false);
        upload([...event.dataTransfer.files].slice(0, multiple ? undefined : 1));
      }}
    >
      {children ?? (
        <>
          <p className="tl-zone-lead">{over ? labels.over : labels.lead}</p>
          <p className="tl-zone-hint" id={`${id}-hint`}>
            {labels.hint}
          </p>
        </>
      )}
      <button type="button" className="tl-zone-choose" aria-describedby={children ? undefined : `${id}-hint`} onClick={() => input.current?.click()}>
        {labels.choose}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={multiple}
        hidden
        aria-label={labels.choose}
        onChange={({ currentTarget }) => {
          upload([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
      {!hideList && uploads.length > 0 && (
        <ul className="tl-zone-list">
          {uploads.map((one) => (
            <Row key={one.key} one={one} labels={labels} />
          ))}
        </ul>
      )}
    </section>
  );
});

function Row({ one, labels }: { one: Upload; labels: UploadLabels }): ReactNode {
  const percentage = Math.round(one.share * 100);
  const words = { waiting: labels.waiting, sending: labels.sending(percentage), sent: labels.sent, failed: one.error?.message ?? "" };
  return (
    <li className="tl-zone-row" data-state={one.state}>
      <span className="tl-zone-name">{one.file.name}</span>
      <span className="tl-zone-state" role={one.state === "failed" ? "alert" : undefined}>
        {words[one.state]}
      </span>
      {one.state === "sending" && <progress aria-label={one.file.name} value={percentage} max={100} />}
      {one.state === "failed" && (
        <button type="button" onClick={one.retry}>
          {labels.retry}
        </button>
      )}
      {one.state !== "sent" && (
        <button type="button" aria-label={`${labels.cancel}: ${one.file.name}`} onClick={one.cancel}>
          {labels.cancel}
        </button>
      )}
    </li>
  );
}
