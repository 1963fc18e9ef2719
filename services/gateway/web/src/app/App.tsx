import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import { isFinal, ProcessingNotification } from "../lib";
import { DocumentList } from "./DocumentList";
import { DropZone } from "./DropZone";
import logo from "./logo.svg";
import { timetableHref, useRoute } from "./route";
import { useDocuments } from "./useDocuments";
import { useOnline } from "./useOnline";

const TimetablePage = lazy(() => import("./TimetablePage").then((file) => ({ default: file.TimetablePage })));

/** Widgets that are open at a time; the list shows the others. */
const WATCHED_MOST = 4;

export function App(): ReactNode {
  const route = useRoute();
  const online = useOnline();
  const [watched, setWatched] = useState<string[]>([]);
  const watch = useCallback((documentId: string) => {
    setWatched((all) => [documentId, ...all.filter((one) => one !== documentId)].slice(0, WATCHED_MOST));
  }, []);
  const close = useCallback((documentId: string) => setWatched((all) => all.filter((one) => one !== documentId)), []);
  const state = useDocuments(watch);
  const { documents, remove } = state;

  // What was under way when the page was loaded is watched again.
  const resumed = useRef(false);
  useEffect(() => {
    if (!documents || resumed.current) return;
    resumed.current = true;
    const running = documents.filter((one) => !isFinal(one.status)).map((one) => one.documentId);
    setWatched((all) => [...new Set([...all, ...running])].slice(0, WATCHED_MOST));
  }, [documents]);

  const removeAndClose = useCallback(
    async (documentId: string) => {
      close(documentId); // first, so that no widget reports the deletion as a failure
      await remove(documentId);
    },
    [close, remove],
  );

  return (
    <>
      <a className="skip" href="#main" onClick={(event) => skip(event)}>
        Skip to content
      </a>
      <header className="top">
        <a className="brand" href="#/">
          <img src={logo} alt="" width="28" height="28" />
          Timelift
        </a>
      </header>
      {!online && (
        <p className="offline" role="status">
          You are offline. What was sent goes on; this page catches up when you are back.
        </p>
      )}
      <main id="main" tabIndex={-1}>
        {route.page === "timetable" ? (
          <Suspense>
            <TimetablePage key={route.documentId} documentId={route.documentId} remove={removeAndClose} />
          </Suspense>
        ) : (
          <div className="home">
            <h1>
              A picture of your timetable goes in. <span>Your week comes out.</span>
            </h1>
            <DropZone onFiles={state.send} compact={(documents?.length ?? 0) > 0} />
            <DocumentList state={{ ...state, remove: removeAndClose }} watched={watched} onWatch={watch} />
          </div>
        )}
      </main>
      <div className="stack" aria-label="Progress" role="region" hidden={watched.length === 0}>
        {watched.map((documentId, index) => (
          <ProcessingNotification
            key={documentId}
            documentId={documentId}
            placement="inline"
            collapsed={index > 0}
            title={documents?.find((one) => one.documentId === documentId)?.fileName ?? "Your timetable"}
            onClose={() => close(documentId)}
            onEnd={state.refresh}
            onView={(id) => {
              close(id);
              window.location.hash = timetableHref(id);
            }}
          />
        ))}
      </div>
    </>
  );
}

/** The fragment is the route, so the link moves the focus itself. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
