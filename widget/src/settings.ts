/** What the page that embeds the widget says on its script tag. */

import { languageOf, type Language } from "./texts";

export type Theme = "auto" | "light" | "dark";
export type Keeping = "local" | "session" | "none";

export interface Settings {
  /** Where the advisor is. */
  base: string;
  language: Language;
  theme: Theme;
  keeping: Keeping;
  position: "left" | "right";
  open: boolean;
  /** A selector of the element that the widget fills; without one it floats. */
  target: string | null;
  title: string | null;
  /** Charts, never at all on a page that does not want them. */
  charts: boolean;
}

export function settingsOf(script: HTMLOrSVGScriptElement | null): Settings {
  const data = script?.dataset ?? {};
  const source = script instanceof HTMLScriptElement && script.src ? script.src : location.href;
  return {
    base: (data.server ?? new URL(source).origin).replace(/\/$/, ""),
    language: languageOf(data.language ?? document.documentElement.lang),
    theme: oneOf(data.theme, ["auto", "light", "dark"]),
    keeping: oneOf(data.storage, ["local", "session", "none"]),
    position: oneOf(data.position, ["right", "left"]),
    open: data.open !== undefined && data.open !== "false",
    target: data.target ?? null,
    title: data.title ?? null,
    charts: data.charts !== "off",
  };
}

function oneOf<T extends string>(value: string | undefined, known: readonly [T, ...T[]]): T {
  return known.find((one) => one === value) ?? known[0];
}
