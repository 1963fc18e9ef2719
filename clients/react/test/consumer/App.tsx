/** An app's use of everything, under the strictest settings; only compiled. */
import { useRef, type ReactNode } from "react";

import {
  createClient,
  ProcessingNotification,
  TimetableGrid,
  UploadZone,
  useDocuments,
  useSSE,
  useTimetable,
  useUpload,
  type SSEStatus,
  type TimetableEvent,
  type UseSSEOptions,
} from "timelift-react";
import { planWeek } from "timelift-react/layout";

const client = createClient({ headers: () => ({ "X-API-Key": "key" }) });

interface Props {
  id: string | null;
  /** Undefined is handed on as it is: what exactOptionalPropertyTypes forbids for a plain `?`. */
  baseUrl: string | undefined;
  onClose: ((documentId: string) => void) | undefined;
}

export function App({ id, baseUrl, onClose }: Props): ReactNode {
  const options: UseSSEOptions = { baseUrl, accessToken: undefined };
  const { event, events, status, isConnected, progress, result, error, lastEventId, reconnect, close, connection } = useSSE(id, options);
  const all = useSSE(["a", "b"] as const, { client, ticket: async (documentId) => (await client.getTicket(documentId)).ticket });
  const { uploads, upload, documentIds } = useUpload({ client, onUploaded: (documentId, file) => void [documentId, file.name] });
  const { timetable, save } = useTimetable(result?.timetableId ?? null, { client });
  const { documents, more } = useDocuments({ client, needsLook: true, q: undefined });
  const ref = useRef<HTMLElement>(null);
  const live: SSEStatus = status;
  const last: TimetableEvent | undefined = events.at(-1);
  const why = error?.kind === "job" ? error.event.error : error?.status;
  const before = all.documents["a"]?.event?.before;
  const stage = event?.type === "error" ? event.stage : undefined;
  void [live, last, why, before, stage, isConnected, progress, lastEventId, reconnect, close, connection, more, save];
  return (
    <>
      <UploadZone ref={ref} className="mine" baseUrl={baseUrl} onUploaded={undefined} multiple={false} />
      <input type="file" onChange={({ currentTarget }) => upload(currentTarget.files ?? [])} />
      {uploads.map(({ key, share }) => <p key={key}>{share}</p>)}
      <ProcessingNotification ref={ref} documentId={documentIds} onClose={onClose} title={(each) => each} hide={["steps"]} labels={{ close: "Schließen" }} data-mine="yes" />
      {timetable && <TimetableGrid timetable={timetable} week="A" onBlock={(block) => block.startTime?.slice(0, 2)} />}
      {documents?.map(({ documentId, stage }) => <p key={documentId}>{stage}</p>)}
      {timetable && planWeek(timetable.timeblocks).days.length}
    </>
  );
}
