/** Sliders: the server computes the advice again under another premise, and nothing is changed until it is taken over. */

import { h } from "../dom";
import { SAY } from "../texts";
import type { Labels } from "../view/form";
import type { Panel } from "../view/panel";
import type { Advice } from "../wire";
import { middle, percent, plain, word, yuan, type Manner } from "./quantities";

const WAIT = 250;
const STEPS = 60;
const SLIDERS: Record<Advice["kind"], string[]> = {
  plan: ["total_budget", "customer_budget"],
  share: ["total_budget"],
  shortfall: ["customer_budget", "needed"],
  evaluation: ["spent", "new_customers", "gross_margin"],
};
const MONEY = new Set(["total_budget", "customer_budget", "spent", "needed"]);

interface Answer {
  text: string;
  custom: Advice | null;
}

export function whatIf(advice: Advice, labels: Labels, panel: Panel, redraw: (advice: Advice) => void): HTMLElement | null {
  const manner: Manner = panel;
  const names = SLIDERS[advice.kind].filter((name) => middle(advice.facts[name] as number | undefined));
  if (!names.length) return null;
  const before = new Map(names.map((name) => [name, middle(advice.facts[name] as number) ?? 0]));
  const supposed = new Map(before);
  const difference = h("div", { class: "difference", role: "status" });
  const sliders = names.map((name) => slider(name, before.get(name) ?? 0, labels, manner, (value) => (supposed.set(name, value), later())));
  let timer = 0;
  let asked = 0;

  const changed = () => names.filter((name) => supposed.get(name) !== before.get(name));
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void compute(), WAIT);
  };
  const compute = async () => {
    const mine = ++asked;
    const facts = Object.fromEntries(changed().map((name) => [name, supposed.get(name)]));
    const row = [...changed()];
    if (!row.length) return show(null);
    try {
      const answer = await panel.conversation.ask<Answer>("what-if", { facts });
      if (mine === asked) show(answer);
    } catch {
      if (mine === asked) difference.replaceChildren(panel.words("what_if_failed"));
    }
  };
  const show = (answer: Answer | null) => {
    buttons.hidden = answer === null;
    adopt.hidden = !answer?.custom;
    redraw(answer?.custom ?? advice);
    if (answer === null) return difference.replaceChildren();
    difference.replaceChildren(...(answer.custom ? [h("b", {}, summary(answer.custom, manner)), answer.text] : [answer.text]));
  };
  const reset = () => {
    for (const [index, name] of names.entries()) sliders[index]?.set(before.get(name) ?? 0);
    for (const [name, value] of before) supposed.set(name, value);
    void compute();
  };
  const take = () => {
    const told = changed().map((name) => (SAY.adopt as Record<string, string>)[name]?.replace("{}", spoken(name, supposed.get(name) ?? 0)));
    panel.conversation.send(told.filter(Boolean).join("，"));
  };
  const adopt = h("button", { type: "button", class: "solid", onclick: take }, panel.words("what_if_adopt"));
  const buttons = h("div", { class: "row", hidden: true }, adopt, h("button", { type: "button", class: "link", onclick: reset }, panel.words("what_if_reset")));
  return h("details", { class: "what-if" }, h("summary", {}, panel.words("what_if")), ...sliders.map(({ element }) => element), difference, buttons, h("p", { class: "quiet" }, panel.words("what_if_note")));
}

/** What has changed, in a few signs. */
function summary(advice: Advice, manner: Manner): string {
  const { amount, share } = advice.difference ?? {};
  const signed = (value: number, text: string) => (value > 0 ? `+${text}` : text.replace("-", "−"));
  const parts = [amount ? signed(amount, yuan(amount, manner)) : "", share ? signed(share, percent(share)) : ""];
  return parts.filter(Boolean).join("  ");
}

function slider(name: string, value: number, labels: Labels, manner: Manner, moved: (value: number) => void): { element: HTMLElement; set(value: number): void } {
  // From a quarter to four times as much, each step the same part more; the middle is what is known.
  const at = (step: number) => (step === STEPS / 2 ? value : round(name, value * 4 ** ((2 * step) / STEPS - 1)));
  const label = word(labels.fact, name);
  const output = h("output", {}, shown(name, value, manner));
  const input = h("input", { type: "range", min: 0, max: STEPS, value: STEPS / 2, "aria-label": label, "aria-valuetext": shown(name, value, manner), name });
  const tell = (amount: number) => {
    output.textContent = shown(name, amount, manner);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    tell(at(Number(input.value)));
    moved(at(Number(input.value)));
  });
  const set = (amount: number) => {
    input.value = String(STEPS / 2);
    tell(amount);
  };
  return { element: h("div", { class: "slider" }, h("span", {}, label), output, input), set };
}

/** Two digits say enough. */
function round(name: string, value: number): number {
  if (name === "gross_margin") return Math.min(1, Math.round(value * 100) / 100);
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.max(1, Math.round(value / unit) * unit);
}

function shown(name: string, value: number, manner: Manner): string {
  if (name === "gross_margin") return percent(value * 100);
  return MONEY.has(name) ? yuan(value, manner) : plain(value, 0);
}

/** As it is told to the advisor, in plain Chinese. */
function spoken(name: string, value: number): string {
  if (name === "gross_margin") return `${plain(value * 100, 0)}%`;
  if (!MONEY.has(name)) return String(value);
  return value % 1e4 ? `${value}元` : `${value / 1e4}万元`;
}
