import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import { isFinal } from "timelift-react";
import { DocumentList } from "./home/DocumentList/DocumentList";
import { DropZone } from "./home/DropZone/DropZone";
import { ProgressStack } from "./home/ProgressStack/ProgressStack";
import { keepFull, keepSent, readFull, readSent } from "./home/sent";
import { useDocuments } from "./home/useDocuments";
import { Account } from "./account/Account";
import { getMe } from "./api";
import logo from "./logo.svg";
import { setMe, useMay } from "./session";
import { useKeptFocus } from "./useKeptFocus";
import { useOnline } from "./useOnline";
import { useRoute } from "./useRoute";
import { words } from "./words";

const TimetablePage = lazy(() => import("./week/TimetablePage/TimetablePage").then((file) => ({ default: file.TimetablePage })));
const OperationsPage = lazy(() => import("./operations/OperationsPage/OperationsPage").then((file) => ({ default: file.OperationsPage })));

export function App(): ReactNode {
  const route = useRoute();
  const [mayRead, mayWrite] = [useMay("read"), useMay("write")];
  const online = useOnline();
  const [watched, setWatched] = useState<string[]>([]);
  const watch = useCallback((documentId: string) => {
    setWatched((all) => [documentId, ...all.filter((one) => one !== documentId)]);
    keepSent([documentId, ...readSent().filter((one) => one !== documentId)]);
  }, []);
  const close = useCallback((documentId: string) => {
    setWatched((all) => all.filter((one) => one !== documentId));
    keepSent(readSent().filter((one) => one !== documentId));
  }, []);
  const state = useDocuments(watch);
  const { documents, query, remove } = state;
  // A search that finds nothing makes no list empty.
  const full = documents === null ? readFull() : documents.length > 0 || query.q !== "" || query.needsLook;
  useEffect(() => {
    if (documents !== null) keepFull(full);
  }, [documents, full]);
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  useEffect(() => {
    getMe().then(setMe, () => {}); // unknown is as before keys were asked for: the server refuses what is not allowed
  }, []);

  // What this browser sent and was under way when the page was loaded is watched again.
  const resumed = useRef(false);
  useEffect(() => {
    if (!documents || resumed.current) return;
    resumed.current = true;
    const running = new Set(documents.filter((one) => !isFinal(one.status)).map((one) => one.documentId));
    const mine = readSent().filter((id) => running.has(id));
    keepSent(mine);
    setWatched((all) => [...new Set([...all, ...mine])]);
  }, [documents]);

  // Another page begins at its top; without this the focus would be on something that is gone.
  const place = route.page === "timetable" ? route.documentId : route.page;
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    window.scrollTo(0, 0);
    main.current?.focus();
  }, [place]);

  const removeAndClose = useCallback(
    async (documentId: string) => {
      close(documentId); // first, so that no widget reports the deletion as a failure
      await remove(documentId);
    },
    [close, remove],
  );
  const list = { ...state, remove: removeAndClose };

  return (
    <>
      <a className="skip" href="#main" onClick={(event) => skip(event)}>
        {words.home.skip}
      </a>
      <header className="top">
        <a className="brand" href="#/">
          <img src={logo} alt="" width="28" height="28" />
          Timelift
        </a>
        <Account />
      </header>
      {!online && (
        <p className="offline" role="status">
          {words.home.offline}
        </p>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        {mayWrite && <DropZone onFiles={state.send} small={full} hidden={route.page !== "home"} />}
        {route.page === "timetable" && (
          <Suspense>
            <TimetablePage key={route.documentId} documentId={route.documentId} list={list} />
          </Suspense>
        )}
        {route.page === "operations" && (
          <Suspense>
            <OperationsPage documentId={route.documentId} />
          </Suspense>
        )}
        {route.page === "home" && (mayRead ? <DocumentList state={list} /> : <p>{words.account.mayNotRead}</p>)}
      </main>
      <ProgressStack watched={watched} documents={documents} onPage={route.page === "timetable" ? route.documentId : null} close={close} />
    </>
  );
}

/** The fragment is the route, so the link moves the focus itself. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
