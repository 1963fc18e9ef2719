/** Which languages there are, and which one is read here. */
import type { Words } from "./en";

/** Another language is one more line; its file is loaded by those alone who read it. null: it comes with the page. */
const LANGUAGES: Record<string, (() => Promise<Words>) | null> = {
  en: null,
  de: () => import("./de").then(({ de }) => de),
};
const KEPT = "timelift-language";

/** The languages that are wanted here, the most first: the chosen one, then the browser's. */
export function wantedTags(wanted: readonly string[] = navigator.languages): readonly string[] {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept ? [kept, ...wanted] : wanted;
  } catch {
    return wanted; // a browser that keeps nothing
  }
}

/** The first of these that there is, by its first part: "de-CH" is "de". */
export function chosenLanguage(tags: readonly string[] = wantedTags()): string {
  return tags.map((tag) => tag.split("-")[0] ?? "").find((tag) => tag in LANGUAGES) ?? "en";
}

/** A language's words; null for those that come with the page. */
export async function loadLanguage(language: string): Promise<Words | null> {
  return (await LANGUAGES[language]?.()) ?? null;
}
