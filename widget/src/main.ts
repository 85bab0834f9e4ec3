/** `<script src="…/widget.js" data-…>` puts the element `<budget-advisor>` on the page and `window.BudgetAdvisor` beside it. */

import { Conversation, type Events } from "./conversation";
import { h, sheet } from "./dom";
import { Keeper } from "./keeper";
import { settingsOf, type Settings, type Theme } from "./settings";
import style from "./style.css";
import { languageOf } from "./texts";
import { Panel, type Chart } from "./view/panel";
import type { draw } from "./charts/charts";

const KEPT_UNDER = "budget-advisor.";
const script = document.currentScript;
const settings = settingsOf(script);

type Heard = Events & { open: void; close: void; ready: void };

const listeners = new Map<string, Set<(value: never) => void>>();

function tell(name: keyof Heard, value?: unknown): void {
  for (const listener of listeners.get(name) ?? []) (listener as (value: unknown) => void)(value);
}

class BudgetAdvisorElement extends HTMLElement {
  panel: Panel | null = null;

  connectedCallback(): void {
    if (this.panel) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheet(style);
    const keeper = new Keeper(settings.keeping, KEPT_UNDER);
    const conversation = new Conversation(settings.base, keeper);
    this.panel = new Panel(root, this, settings, conversation, keeper, settings.charts ? charts(settings) : null, tell);
    for (const name of ["message", "sent", "status", "erased"] as const) conversation.on(name, (value) => tell(name, value));
    tell("ready");
    dispatchEvent(new CustomEvent("budget-advisor-ready"));
  }
}

/** Charts are another file, loaded when the first one comes. */
function charts({ base }: Settings): Chart {
  let loaded: Promise<{ draw: typeof draw }> | null = null;
  return (place, entry, isLatest, panel) => {
    const address = `${base}/widget/charts.js`;
    loaded ??= import(address) as Promise<{ draw: typeof draw }>;
    Promise.all([loaded, panel.labels()])
      .then(([module, labels]) => {
        module.draw(place, entry, isLatest, panel, labels);
      })
      .catch(() => {
        loaded = null;
        place.replaceChildren(h("p", { class: "quiet" }, panel.words("chart_failed")));
      });
  };
}

function element(): BudgetAdvisorElement | null {
  return document.querySelector("budget-advisor");
}

const api = {
  open: () => element()?.panel?.open(),
  close: () => element()?.panel?.close(),
  /** Ask a question for the user; the conversation opens. */
  ask: (text: string) => element()?.panel?.ask(String(text)),
  setLanguage: (name: string) => element()?.panel?.setLanguage(languageOf(name)),
  setTheme: (theme: Theme) => element()?.panel?.setTheme(theme),
  /** Hear of `ready`, `open`, `close`, `sent`, `message`, `status`, `erased`; call what is returned to hear no more. */
  on<K extends keyof Heard>(name: K, listener: (value: Heard[K]) => void): () => void {
    const known = listeners.get(name) ?? new Set();
    listeners.set(name, known.add(listener as (value: never) => void));
    return () => void known.delete(listener as (value: never) => void);
  },
};

declare global {
  interface Window {
    BudgetAdvisor?: typeof api;
  }
}

function start(): void {
  if (element()) return;
  const place = settings.target ? document.querySelector(settings.target) : document.body;
  (place ?? document.body).append(document.createElement("budget-advisor"));
}

if (!window.BudgetAdvisor) {
  window.BudgetAdvisor = api;
  customElements.define("budget-advisor", BudgetAdvisorElement);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
