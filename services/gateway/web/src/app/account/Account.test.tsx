import { act } from "react";
import { expect, it, vi } from "vitest";

import { press, render, serve, settle } from "../../testing/render";
import { getDocument } from "../api";
import { client } from "../client";
import { setMe, type Me } from "../session";
import { Account } from "./Account";

const me = (more: Partial<Me>): Me => ({ tenant: "north", name: "the wall", roles: ["read"], keys: true, loggedIn: true, ...more });

function places(): string[] {
  const gone: string[] = [];
  vi.spyOn(window.location, "assign").mockImplementation((url) => void gone.push(String(url)));
  return gone;
}

it("shows who is logged in and the way out, and nothing where nobody is asked", async () => {
  const [asked, gone] = [serve({ "POST /logout": {} }), places()];
  act(() => setMe(me({ keys: false, loggedIn: false, name: "", roles: ["read", "write", "operate"] })));
  const { place } = render(<Account />);
  expect(place.textContent).toBe("Operations");
  act(() => setMe(me({ roles: ["read", "operate"] })));
  expect(place.textContent).toBe("Operationsthe wallLog out");
  act(() => setMe(me({})));
  expect(place.textContent).toBe("the wallLog out");
  press(place, "button");
  await settle();
  expect(asked).toEqual(["POST /logout"]);
  expect(gone).toEqual(["/login"]);
  act(() => setMe(me({ loggedIn: false })));
  expect(place.querySelector("a")?.getAttribute("href")).toBe("/login");
});

it("goes to the login with its place, unless something is not saved yet", async () => {
  const gone = places();
  window.location.hash = "#/timetables/a";
  serve({ "GET /api/v1/documents/a": 401, "PATCH /api/v1/documents/a": 401, "GET /api/v1/documents": { documents: [], next: null } });
  const { place } = render(<Account />);
  await expect(getDocument("a")).rejects.toThrow();
  expect(gone).toEqual(["/login#/timetables/a"]);
  await act(() => expect(client.renameDocument("a", "4B")).rejects.toThrow());
  expect(place.querySelector('[role="alert"]')?.textContent).toContain("Your login has ended.");
  await expect(getDocument("a")).rejects.toThrow();
  expect(gone).toHaveLength(1);
  // Whoever logged in in another tab is in here as well.
  await act(() => client.listDocuments());
  expect(place.querySelector('[role="alert"]')).toBeNull();
  window.location.hash = "";
});
