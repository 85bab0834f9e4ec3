/** The second file: what an advice looks like. Loaded when the first advice comes. */

import { h, sheet } from "../dom";
import type { Labels } from "../view/form";
import type { Panel } from "../view/panel";
import type { Advice, Entry } from "../wire";
import style from "./charts.css";
import { drawings, keys } from "./drawings";
import { figure } from "./figure";
import { whatIf } from "./what_if";

let made = 0;

export function draw(place: HTMLElement, entry: Entry, isLatest: boolean, panel: Panel, labels: Labels): void {
  const root = place.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(charts())) root.adoptedStyleSheets = [...root.adoptedStyleSheets, charts()];
  const advice = entry.custom as Advice;
  const log = place.closest(".log");
  const wasAtEnd = log !== null && log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const canvas = h("div");
  let tab = 0;
  const redraw = (shown: Advice) => canvas.replaceChildren(...picture(shown, labels, panel, tab, (chosen) => (tab = chosen)));
  redraw(advice);
  place.replaceChildren(canvas, ...[isLatest ? whatIf(advice, labels, panel, redraw) : null].filter((element) => element !== null));
  if (wasAtEnd && isLatest) panel.scrollToEnd();
}

let style_: CSSStyleSheet | null = null;

function charts(): CSSStyleSheet {
  style_ ??= sheet(style)[0] as CSSStyleSheet;
  return style_;
}

function picture(advice: Advice, labels: Labels, panel: Panel, tab: number, chosen: (tab: number) => void): HTMLElement[] {
  const found = drawings(advice, labels, panel);
  const top = h("div", { class: "keys" }, ...keys(advice, labels, panel).map(([figure, text]) => h("div", { class: "key" }, h("b", {}, figure), h("span", {}, text))));
  return [...(top.firstChild ? [top] : []), ...tabs(found.map((drawing) => ({ name: drawing.name, content: figure(drawing, panel.words) })), panel.words("views"), tab, chosen)];
}

function tabs(views: { name: string; content: HTMLElement }[], label: string, first: number, chosen: (tab: number) => void): HTMLElement[] {
  if (views.length < 2) return views.map(({ content }) => content);
  const id = `view-${++made}`;
  const shows = views.map(({ content }, index) => h("div", { role: "tabpanel", id: `${id}-${index}`, "aria-labelledby": `${id}-tab-${index}`, hidden: true }, content));
  const buttons = views.map(({ name }, index) => h("button", { type: "button", role: "tab", id: `${id}-tab-${index}`, "aria-controls": `${id}-${index}`, onclick: () => show(index) }, name));
  const show = (chosenOne: number) => {
    chosen(chosenOne);
    buttons.forEach((button, index) => {
      button.setAttribute("aria-selected", String(index === chosenOne));
      button.tabIndex = index === chosenOne ? 0 : -1;
    });
    shows.forEach((element, index) => (element.hidden = index !== chosenOne));
  };
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label }, ...buttons);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (buttons.findIndex((button) => button.tabIndex === 0) + step + buttons.length) % buttons.length;
    show(next);
    buttons[next]?.focus();
  });
  show(Math.min(first, views.length - 1));
  return [list, ...shows];
}
