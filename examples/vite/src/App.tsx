import { useState } from "react";
import { ProcessingNotification, TimetableGrid, UploadZone, useDocuments, useTimetable } from "timelift-react";

export function App() {
  const { documents, refresh, remove } = useDocuments();
  const [sent, setSent] = useState<string[]>([]);
  const [shown, setShown] = useState<string | null>(null);
  const { timetable, error } = useTimetable(shown);
  const close = (id: string): void => setSent((all) => all.filter((one) => one !== id));
  return (
    <>
      <h1>Timetables</h1>
      <UploadZone
        paste
        onUploaded={(id) => {
          setSent((all) => [id, ...all]);
          refresh();
        }}
      />
      <ul>
        {documents?.map(({ documentId, savedName, fileName, status, percentage }) => (
          <li key={documentId}>
            <button type="button" disabled={!["completed", "validation_failed"].includes(status)} onClick={() => setShown(documentId)}>
              {savedName ?? fileName}
            </button>{" "}
            {status === "processing" ? `${percentage}%` : status}{" "}
            <button type="button" onClick={() => void remove(documentId)}>
              Delete
            </button>
          </li>
        ))}
      </ul>
      {error && <p role="alert">{error.message}</p>}
      {timetable && <TimetableGrid timetable={timetable} />}
      <ProcessingNotification
        documentId={sent}
        onClose={close}
        onView={(id) => {
          close(id);
          setShown(id);
        }}
      />
    </>
  );
}
