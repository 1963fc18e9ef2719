import { locale, words } from ".";

/** What the server says of a file that is not read, in the page's language; null where that has no sentence for it. */
export function fileSentence(said: string): string | null {
  for (const [template, own] of Object.entries(words.files)) {
    const found = patternOf(template).exec(said);
    if (found) return own.replace(/\{(\d)\}/g, (_, at: string) => written(found[Number(at)] ?? ""));
  }
  return null;
}

function patternOf(template: string): RegExp {
  const parts = template.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+?)")}$`);
}

/** "12,000" or "JPEG, PNG or PDF", as the language writes numbers and lists. */
export function written(text: string): string {
  if (/^[\d,]+(\.\d+)?$/.test(text)) return new Intl.NumberFormat(locale).format(Number(text.replaceAll(",", "")));
  return text.replace(/ or (?=\S+$)/, ` ${words.or} `);
}
