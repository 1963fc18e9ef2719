import { vi } from "vitest";

/** One upload, whose server is the test. */
export class FakeUpload {
  static all: FakeUpload[] = [];
  readonly upload: { onprogress: ((event: { lengthComputable: boolean; loaded: number; total: number }) => void) | null } = { onprogress: null };
  readonly headers: Record<string, string> = {};
  withCredentials = false;
  status = 0;
  responseText = "";
  url = "";
  form: FormData | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;

  open(_method: string, url: string): void {
    this.url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  send(form: FormData): void {
    this.form = form;
    FakeUpload.all.push(this);
  }

  abort(): void {
    this.onabort?.();
  }

  answer(status: number, body: object | string): void {
    this.status = status;
    this.responseText = typeof body === "string" ? body : JSON.stringify(body);
    this.onload?.();
  }

  static get last(): FakeUpload {
    const found = FakeUpload.all.at(-1);
    if (!found) throw new Error("nothing was sent");
    return found;
  }
}

/** Puts the fake in place, with a network that is there. */
export function fakeUploads(): { online: (there: boolean) => void } {
  FakeUpload.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeUpload);
  const network = vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
  return {
    online: (there) => {
      network.mockReturnValue(there);
      window.dispatchEvent(new Event(there ? "online" : "offline"));
    },
  };
}
