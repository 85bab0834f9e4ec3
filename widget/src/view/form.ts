/** Several facts told at once, and a contact left: both end as a plain Chinese message. */

import { h } from "../dom";
import { FACTS, SAY, type FactForm, type Key, type Words } from "../texts";

export interface Labels {
  fact: Record<string, string>;
  value: Record<string, string>;
  item: Record<string, string>;
  measure: Record<string, string>;
  category: Record<string, string>;
  check: Record<string, string>;
  source: Record<string, string>;
  status: Record<string, string>;
  position: Record<string, string>;
  worth: Record<string, string>;
}

const FIRST = ["industry", "stage", "business_model", "total_budget"];
const MOST = 8;
const UNITS: Record<"yuan" | "wan" | "yi", string> = { yuan: "元", wan: "万元", yi: "亿元" };

type Said = () => string | null;

export function factForm(open: { topic: string | null; facts: string[] }, labels: Labels, words: Words, send: (text: string) => void, close: () => void): HTMLElement {
  const names = (open.topic === null ? FIRST : open.facts).filter((name) => FACTS[name]).slice(0, MOST);
  const question = open.topic === null ? choice("question", words("form_question"), Object.keys(SAY.questions).map((topic) => [topic, words(topic as Key)])) : null;
  const fields = names.map((name) => field(name, FACTS[name] as FactForm, labels, words));
  const problem = h("p", { class: "problem", role: "alert" });
  const onsubmit = (event: Event) => {
    event.preventDefault();
    const asked = question?.value();
    const told = fields.map(({ said }) => said()).filter((text): text is string => text !== null);
    if (!told.length && !asked) return void (problem.textContent = words("form_empty"));
    send([...told, ...(asked ? [SAY.questions[asked as keyof typeof SAY.questions]] : [])].join("，"));
    close();
  };
  return h(
    "form",
    { class: "sheet", onsubmit, "aria-label": words("form_title") },
    h("h2", {}, words("form_title")),
    names.length || question ? null : h("p", {}, words("form_none")),
    h("div", { class: "fields" }, question?.element, ...fields.map(({ element }) => element)),
    problem,
    h(
      "div",
      { class: "row" },
      names.length || question ? h("button", { class: "solid" }, words("form_send")) : null,
      h("button", { type: "button", class: "link", onclick: close }, words("cancel")),
    ),
  );
}

export function contactForm(words: Words, send: (text: string) => void, close: () => void): HTMLElement {
  const kinds = ["phone", "wechat", "email"] as const;
  const kind = choice("contact", words("contact_kind"), kinds.map((name) => [name, words(name)]), "phone");
  const text = h("input", { class: "text", autocomplete: "off", maxlength: 100, "aria-label": words("leave_contact"), inputmode: "text" });
  const consent = h("input", { type: "checkbox" });
  const problem = h("p", { class: "problem", role: "alert" });
  const onsubmit = (event: Event) => {
    event.preventDefault();
    if (!text.value.trim()) return void (problem.textContent = words("contact_empty"));
    if (!consent.checked) return void (problem.textContent = words("consent_first"));
    send(SAY[(kind.value() ?? "phone") as (typeof kinds)[number]].replace("{}", text.value.trim()));
    close();
  };
  return h(
    "form",
    { class: "sheet", onsubmit, "aria-label": words("leave_contact") },
    h("h2", {}, words("leave_contact")),
    h("div", { class: "fields" }, kind.element, text, h("label", { class: "consent" }, consent, h("span", {}, words("consent")))),
    problem,
    h("div", { class: "row" }, h("button", { class: "solid" }, words("send")), h("button", { type: "button", class: "link", onclick: close }, words("cancel"))),
  );
}

function field(name: string, form: FactForm, labels: Labels, words: Words): { element: HTMLElement; said: Said } {
  const label = labels.fact[name] ?? name;
  if (form.kind === "choice") {
    const options = Object.keys(form.say).map((value): [string, string] => [value, labels.value[`${name}.${value}`] ?? labels.value[value] ?? value]);
    const { element, value } = choice(name, label, options);
    return { element, said: () => form.say[value() ?? ""] ?? null };
  }
  const input = h("input", { class: "text", inputmode: "decimal", autocomplete: "off", maxlength: 15, "aria-label": label, name });
  const unit = unitOf(name, form, words);
  const element = h("div", { class: "field" }, h("span", { class: "label" }, label), h("div", { class: "number" }, input, unit.element));
  return { element, said: () => (number(input.value) === null ? null : form.say.replace("{}", `${number(input.value)}${unit.value()}`)) };
}

/** The unit, as it is said; money has several to switch between. */
function unitOf(name: string, form: Exclude<FactForm, { kind: "choice" }>, words: Words): { element: HTMLElement | null; value: () => string } {
  if (form.kind === "money") {
    const units = form.unit === "yuan" ? (["yuan", "wan"] as const) : (["wan", "yuan", "yi"] as const);
    const select = h("select", { "aria-label": words("unit"), name: `${name}-unit` }, ...units.map((unit) => h("option", { value: UNITS[unit] }, words(unit))));
    return { element: select, value: () => select.value };
  }
  if (form.kind === "percent") return { element: h("span", { class: "unit" }, words("percent")), value: () => "%" };
  return { element: null, value: () => "" };
}

/** Digits, full-width ones too, without what separates thousands. */
function number(text: string): string | null {
  const plain = text.normalize("NFKC").replace(/[,，\s]/g, "");
  return /^\d+(\.\d+)?$/.test(plain) ? plain : null;
}

/** One of several; pressed again, none. */
function choice(name: string, label: string, options: [string, string][], chosen?: string): { element: HTMLElement; value: () => string | null } {
  const group = h("fieldset", { class: "field" }, h("legend", { class: "label" }, label));
  const radios = options.map(([value, text]) => {
    const radio = h("input", { type: "radio", name, value });
    radio.checked = value === chosen;
    return { radio, element: h("label", { class: "chip" }, radio, h("span", {}, text)) };
  });
  group.append(h("div", { class: "chips" }, ...radios.map(({ element }) => element)));
  return { element: group, value: () => radios.find(({ radio }) => radio.checked)?.radio.value ?? null };
}
