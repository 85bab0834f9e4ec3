/** A picture with what it says in a sentence, and a table behind it. */

import { h } from "../dom";
import type { Words } from "../texts";

export interface Table {
  head: string[];
  rows: string[][];
}

export interface Drawing {
  /** The name of its tab. */
  name: string;
  /** What it says, for those who do not see it. */
  says: string;
  picture: Element;
  table: Table;
}

export function figure({ says, picture, table }: Drawing, words: Words): HTMLElement {
  const cells = (tag: "td" | "th", row: string[]) => row.map((text, index) => h(tag, tag === "th" ? { scope: "col" } : index === 0 ? {} : {}, text));
  return h(
    "figure",
    {},
    h("div", { role: "img", "aria-label": says }, picture),
    h(
      "details",
      { class: "table" },
      h("summary", {}, words("table")),
      h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": words("table") }, h("table", {}, h("thead", {}, h("tr", {}, ...cells("th", table.head))), h("tbody", {}, ...table.rows.map((row) => h("tr", {}, ...cells("td", row)))))),
    ),
  );
}

/** A bar on a track; places are parts of the whole, 0 to 1. */
export function bar(label: string, value: string, from: number, to: number, look: { row?: string; bar?: string; colour?: string; small?: string } = {}): HTMLElement {
  const inner = h("i", { class: look.bar ?? "" });
  inner.style.setProperty("--from", share(from));
  inner.style.setProperty("--width", share(to - from));
  if (look.colour) inner.style.setProperty("--colour", look.colour);
  return h(
    "div",
    { class: `bar ${look.row ?? ""}` },
    h("div", { class: "words" }, h("span", {}, label, look.small ? h("small", {}, ` ${look.small}`) : null), h("b", {}, value)),
    h("div", { class: "track" }, inner),
  );
}

export function share(part: number): string {
  return `${Math.max(0, Math.min(1, part)) * 100}%`;
}

export function coloured<T extends HTMLElement>(element: T, colour: string, sign?: string): T {
  element.style.setProperty("--colour", colour);
  if (sign) element.style.setProperty("--sign", `"${sign}"`);
  return element;
}
