/** One message as it is shown. */

import { isAdvice, type Conversation, type Queued } from "../conversation";
import { h, icon, iconButton } from "../dom";
import type { Words } from "../texts";
import type { Entry, Handoff } from "../wire";

export interface Context {
  words: Words;
  language: string;
  conversation: Conversation;
  /** Where charts are wanted: fills the place with those of the advice. */
  chart: ((place: HTMLElement, entry: Entry, isLatest: boolean) => void) | null;
  leaveContact(): void;
}

const LONG = 420;

/** What the user said. */
export function mine(entry: { text?: string | null; at: number; id?: string }, state: string, context: Context, again?: () => void): HTMLElement {
  const { words, language } = context;
  return h(
    "div",
    { class: "message mine", "data-id": entry.id },
    h("span", { class: "hidden" }, words("you")),
    h("div", { class: "bubble", dir: "auto" }, entry.text ?? ""),
    h(
      "div",
      { class: "foot" },
      clock(entry.at, language),
      state ? h("span", { class: "state" }, state) : null,
      again ? h("button", { type: "button", class: "link", onclick: again }, words("retry")) : null,
    ),
  );
}

export function queuedState(message: Queued, context: Context): string {
  const { words, conversation } = context;
  if (message.failed) return words(message.failed === "too_long" ? "too_long" : "unreadable");
  if (message.held === "too_many") return words("too_many");
  return words(conversation.status === "online" ? "sending" : "queued");
}

/** What was answered. */
export function theirs(entry: Entry, isLatestAdvice: boolean, context: Context): HTMLElement {
  const { words, language } = context;
  const advice = isAdvice(entry.custom) ? entry.custom : null;
  const name = entry.from === "staff" ? "staff" : "advisor";
  const shown = h("div", { class: `message theirs ${advice ? "advice" : ""} ${name}`, "data-key": `${entry.number}/${entry.part}` });
  shown.append(h("span", { class: name === "staff" ? "name" : "hidden" }, words(name)));
  const bubble = h("div", { class: "bubble", dir: "auto" });
  if (advice && context.chart) {
    const [headline, rest] = parted(entry.text ?? "");
    bubble.append(h("p", { class: "headline" }, headline));
    const place = h("div", { class: "chart", "data-kind": advice.kind });
    bubble.append(place);
    context.chart(place, entry, isLatestAdvice);
    if (rest) bubble.append(folded(rest, context));
  } else {
    bubble.append(...paragraphs(entry.text ?? ""));
  }
  if (advice?.report_url) bubble.append(...report(advice.report_url, words));
  shown.append(bubble);
  if (entry.custom?.type === "handoff") shown.append(note(entry.custom, context));
  shown.append(h("div", { class: "foot" }, clock(entry.at, language), ...actions(entry, context)));
  return shown;
}

function parted(text: string): [string, string] {
  const end = text.indexOf("\n");
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1).trim()];
}

function paragraphs(text: string): HTMLElement[] {
  return text.split(/\n{2,}/).map((part) => h("p", {}, part));
}

/** A long text of which the beginning is shown, and all of it when it is asked for. */
function folded(text: string, { words }: Context): HTMLElement {
  const body = h("div", { class: "body" }, ...paragraphs(text));
  if (text.length < LONG) return body;
  body.classList.add("folded");
  const button = h("button", { type: "button", class: "link", "aria-expanded": "false" }, words("more_text"));
  button.addEventListener("click", () => {
    const isFolded = body.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = words(isFolded ? "more_text" : "less_text");
  });
  return h("div", {}, body, button);
}

/** Ways to take it away; only addresses of the web are followed. */
function report(address: string, words: Words): HTMLElement[] {
  if (!/^(https?:\/\/|\/)/.test(address)) return [];
  const link = (ending: string, name: "report" | "workbook" | "picture") => h("a", { class: "report", href: address + ending, target: "_blank", rel: "noopener" }, words(name));
  return [h("div", { class: "reports" }, icon("file"), link("", "report"), link(".xlsx", "workbook"), link(".png", "picture"))];
}

function note(handoff: Handoff, context: Context): HTMLElement {
  const { words } = context;
  const text = h("span", {}, words(`handoff_${handoff.state}`));
  const contact = handoff.state === "waiting" || handoff.state === "offered";
  const button = contact ? h("button", { type: "button", class: "link", onclick: () => context.leaveContact() }, words("leave_contact")) : null;
  return h("div", { class: `note ${handoff.state}` }, icon("person"), text, button);
}

function actions(entry: Entry, context: Context): HTMLElement[] {
  const { words } = context;
  const told = h("span", { class: "told", role: "status" });
  const say = (text: string) => {
    told.textContent = text;
    setTimeout(() => (told.textContent = ""), 4000);
  };
  const copy = iconButton("copy", words("copy"), () => void copied(entry.text ?? "").then(() => say(words("copied"))));
  const place = h("div", { class: "opinion" });
  const judge = (value: 1 | -1) => iconButton(value > 0 ? "good" : "bad", words(value > 0 ? "good" : "bad"), () => ask(value), { "aria-pressed": String(entry.feedback === value) });
  const good = judge(1);
  const bad = judge(-1);
  const keep = async (value: 1 | -1, reason: string) => {
    try {
      await context.conversation.judge(entry, value, reason);
      good.setAttribute("aria-pressed", String(value === 1));
      bad.setAttribute("aria-pressed", String(value === -1));
      if (reason) place.replaceChildren();
      say(words("thanks"));
    } catch {
      say(words("not_kept"));
    }
  };
  const ask = (value: 1 | -1) => {
    void keep(value, "");
    place.replaceChildren(reasonForm(value, words, (reason) => void keep(value, reason), () => place.replaceChildren()));
    place.querySelector("textarea")?.focus();
  };
  return [h("span", { class: "actions" }, copy, good, bad), told, place];
}

function reasonForm(value: 1 | -1, words: Words, submit: (reason: string) => void, cancel: () => void): HTMLElement {
  const field = h("textarea", { rows: 2, maxlength: 1000, "aria-label": words(value > 0 ? "why_good" : "why_bad"), placeholder: words(value > 0 ? "why_good" : "why_bad") });
  const onsubmit = (event: Event) => {
    event.preventDefault();
    if (field.value.trim()) submit(field.value.trim());
    else cancel();
  };
  return h(
    "form",
    { class: "reason", onsubmit },
    field,
    h("div", { class: "row" }, h("button", { class: "solid" }, words("submit")), h("button", { type: "button", class: "link", onclick: cancel }, words("cancel"))),
  );
}

async function copied(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", {}, text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

export function clock(at: number, language: string): HTMLElement {
  const moment = new Date(at * 1000);
  const isToday = moment.toDateString() === new Date().toDateString();
  const form: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", ...(isToday ? {} : { month: "numeric", day: "numeric" }) };
  return h("time", { datetime: moment.toISOString() }, moment.toLocaleString(language, form));
}
