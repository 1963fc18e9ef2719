import { useSyncExternalStore } from "react";

export type Role = "read" | "write" | "operate";

/** Who is at the page, as `GET /api/v1/me` tells it. */
export interface Me {
  tenant: string;
  /** What the key is called; empty without one. */
  name: string;
  roles: Role[];
  /** Whether the gateway asks for keys at all. */
  keys: boolean;
  loggedIn: boolean;
}

interface Session {
  /** null until the answer. */
  me: Me | null;
  /** Something was to be saved and the login had ended: the page stays, so that it is not lost. */
  over: boolean;
}

let session: Session = { me: null, over: false };
const listeners = new Set<() => void>();

function set(next: Partial<Session>): void {
  session = { ...session, ...next };
  listeners.forEach((tell) => tell());
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => session);
}

/** Whether the key is for that; as long as nobody has said otherwise it is, so that nothing appears late. */
export function useMay(role: Role): boolean {
  const { me } = useSession();
  return me === null ? role !== "operate" : me.roles.includes(role);
}

export function setMe(me: Me): void {
  set({ me });
}

/** Where one logs in, and comes back from to this place. */
export function loginHref(): string {
  return `/login${window.location.hash}`;
}

/** The server does not know who asks any more: off to the login, unless something here is not saved yet. */
export function refused(writing: boolean): void {
  if (writing) set({ over: true });
  else if (!session.over) window.location.assign(loginHref());
}

/** Something was answered again: whoever logged in elsewhere is in. */
export function accepted(): void {
  if (session.over) set({ over: false });
}

/** Ends the login everywhere and leaves the page. */
export async function logOut(): Promise<void> {
  await fetch("/logout", { method: "POST", redirect: "manual" });
  window.location.assign("/login");
}
