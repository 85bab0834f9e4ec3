/** What an advice looks like: one drawing for each thing that it says. */

import { h, svg } from "../dom";
import type { Advice } from "../wire";
import type { Labels } from "../view/form";
import { bar, coloured, share, type Drawing } from "./figure";
import { between, middle, percent, plain, word, yuan, yuanBetween, type Manner } from "./quantities";

const COLOURS: Record<string, string> = { people: "var(--c1)", tools: "var(--c2)", marketing: "var(--c3)" };
/** Signs beside the colours: nothing is told by colour alone. */
const SIGNS: Record<string, string> = { people: "■", tools: "◆", marketing: "●" };
const LIGHTS: Record<string, [string, string]> = {
  bad: ["✕", "var(--c2)"],
  warn: ["▲", "var(--c4)"],
  good: ["✓", "var(--c3)"],
  info: ["i", "var(--c1)"],
  unknown: ["?", "var(--quiet)"],
};
const YUAN_CHECKS = new Set(["cac", "clv"]);
const RATIO_CHECKS = new Set(["clv_cac"]);

export function drawings(advice: Advice, labels: Labels, manner: Manner): Drawing[] {
  const made = [lights(advice, labels, manner), ladder(advice, labels, manner), split(advice, labels, manner), months(advice, labels, manner), tiers(advice, manner), bands(advice, labels, manner)];
  return made.filter((drawing): drawing is Drawing => drawing !== null);
}

/** Which dimension pulls where, and what they have in common. */
function bands(advice: Advice, labels: Labels, { words }: Manner): Drawing | null {
  const { share: range } = advice;
  if (!range) return null;
  const stated = middle(advice.facts.share as number | undefined);
  const most = Math.max(50, range.high, stated ?? 0, ...range.basis.map((entry) => entry.high));
  const rows = range.basis.map((entry) => ({
    name: word(labels.value, `${entry.dimension}.${entry.value}`),
    dimension: word(labels.fact, entry.dimension),
    text: ends(entry.low, entry.high),
    entry,
  }));
  const advised = bar(words(range.conflict ? "conflict" : "advised"), ends(range.low, range.high), range.low / most, range.high / most, { row: "advised", bar: range.conflict ? "conflict" : "" });
  if (stated !== null) {
    const mark = h("span", { class: "mark-at" });
    mark.style.setProperty("--from", share(stated / most));
    advised.querySelector(".track")?.append(mark);
    advised.append(h("small", {}, words("yours", percent(stated))));
  }
  const picture = h(
    "div",
    { class: "drawing" },
    ...rows.map(({ name, dimension, text, entry }) => bar(name, text, entry.low / most, entry.high / most, { small: dimension, bar: entry.derived ? "derived" : "" })),
    advised,
    h("div", { class: "scale" }, ...[0, 0.5, 1].map((part) => h("span", {}, percent(most * part)))),
  );
  const told = rows.map(({ dimension, name, text }) => `${dimension} ${name} ${text}`);
  return {
    name: words("chart_share"),
    says: `${words("chart_share")}: ${told.join("; ")}; ${words(range.conflict ? "conflict" : "advised")} ${ends(range.low, range.high)}`,
    picture,
    table: {
      head: [words("dimension"), words("range"), words("source")],
      rows: rows.map(({ dimension, name, text, entry }) => [`${dimension}: ${name}`, text, `${word(labels.source, entry.source)}, ${word(labels.worth, entry.worth)}${entry.derived ? `, ${words("derived")}` : ""}`]),
    },
  };
}

/** The split of the budget over categories and items. */
function split(advice: Advice, labels: Labels, manner: Manner): Drawing | null {
  const { words } = manner;
  const lines = advice.lines ?? [];
  const total = sum(lines.map((line) => line.amount));
  if (!total) return null;
  const categories = [...new Set(lines.map((line) => line.category))].map((name) => ({ name, amount: sum(lines.filter((line) => line.category === name).map((line) => line.amount)) }));
  const whole = h("div", { class: "whole" });
  for (const { name, amount } of categories) {
    const part = coloured(h("i"), COLOURS[name] ?? "");
    part.style.setProperty("--share", String(amount));
    whole.append(part);
  }
  const legend = categories.map(({ name, amount }) => coloured(h("span", {}, `${word(labels.category, name)} ${percent((amount / total) * 100)}`), COLOURS[name] ?? "", SIGNS[name]));
  const most = Math.max(...lines.map((line) => line.amount));
  const picture = h(
    "div",
    { class: "drawing" },
    whole,
    h("div", { class: "legend" }, ...legend),
    ...lines.map((line) => bar(`${SIGNS[line.category] ?? ""} ${word(labels.item, line.item)}`, yuan(line.amount, manner), 0, line.amount / most, { colour: COLOURS[line.category] })),
  );
  return {
    name: words("chart_split"),
    says: `${words("chart_split")}: ${categories.map(({ name, amount }) => `${word(labels.category, name)} ${yuan(amount, manner)} (${percent((amount / total) * 100)})`).join("; ")}`,
    picture,
    table: {
      head: [words("category"), words("item"), words("amount")],
      rows: [...lines.map((line) => [word(labels.category, line.category), word(labels.item, line.item), yuan(line.amount, manner)]), [words("total"), "", yuan(total, manner)]],
    },
  };
}

/** What is to be spent in which month. */
function months(advice: Advice, labels: Labels, manner: Manner): Drawing | null {
  const { words } = manner;
  const lines = advice.lines ?? [];
  if (!lines.length) return null;
  const categories = [...new Set(lines.map((line) => line.category))];
  const of = (category: string) => Array.from({ length: 12 }, (_, month) => sum(lines.filter((line) => line.category === category).map((line) => line.months[month] ?? 0)));
  const stacks = categories.map((name) => ({ name, amounts: of(name) }));
  const totals = Array.from({ length: 12 }, (_, month) => sum(stacks.map(({ amounts }) => amounts[month] ?? 0)));
  const most = Math.max(1, ...totals);
  const [width, height, column] = [300, 120, 25];
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height + 30}`, class: "months", "aria-hidden": "true" });
  totals.forEach((total, month) => {
    let top = height + 12;
    for (const { name, amounts } of stacks) {
      const size = ((amounts[month] ?? 0) / most) * height;
      top -= size;
      const block = svg("rect", { x: month * column + 3, y: top, width: column - 6, height: Math.max(0, size - 0.7), rx: 1.5 });
      block.style.fill = COLOURS[name] ?? "";
      drawn.append(block);
    }
    const label = (text: string, y: number) => drawn.append(svg("text", { x: month * column + column / 2, y, "text-anchor": "middle" }, document.createTextNode(text)));
    label(String(month + 1), height + 26);
    if (total === most) label(plain(total >= 1e4 && manner.language !== "en" ? total / 1e4 : total, 1), Math.max(9, top - 3));
  });
  const legend = categories.map((name) => coloured(h("span", {}, word(labels.category, name)), COLOURS[name] ?? "", SIGNS[name]));
  const month = (index: number) => words("month", index + 1);
  return {
    name: words("chart_months"),
    says: `${words("chart_months")}: ${totals.map((total, index) => `${month(index)} ${yuan(total, manner)}`).join("; ")}`,
    picture: h("div", { class: "drawing" }, drawn, h("div", { class: "legend" }, ...legend)),
    table: {
      head: ["", ...categories.map((name) => word(labels.category, name)), words("total")],
      rows: totals.map((total, index) => [month(index), ...stacks.map(({ amounts }) => yuan(amounts[index] ?? 0, manner)), yuan(total, manner)]),
    },
  };
}

function tiers(advice: Advice, manner: Manner): Drawing | null {
  const { words } = manner;
  const found = advice.tiers ?? [];
  const most = Math.max(0, ...found.map((tier) => tier.amount));
  if (!most) return null;
  const rows = found.map((tier) => [words(tier.id), yuan(tier.amount, manner)] as [string, string]);
  return {
    name: words("chart_tiers"),
    says: `${words("chart_tiers")}: ${rows.map((row) => row.join(" ")).join("; ")}`,
    picture: h("div", { class: "drawing" }, ...found.map((tier) => bar(words(tier.id), yuan(tier.amount, manner), 0, tier.amount / most, tier.id === "recommended" ? { colour: "var(--accent)" } : { bar: "soft" }))),
    table: { head: [words("chart_tiers"), words("amount")], rows },
  };
}

/** Each measure stands on those before it: how far they reach towards the gap. */
function ladder(advice: Advice, labels: Labels, manner: Manner): Drawing | null {
  const { words } = manner;
  const measures = advice.measures ?? [];
  if (!measures.length) return null;
  const gap = middle(advice.gap);
  let [low, high] = [0, 0];
  const steps = measures.map(({ id, saves, source }) => {
    const from = low;
    low += saves?.low ?? 0;
    high += saves?.high ?? 0;
    return { name: word(labels.measure, id), saves, source, from, low, high };
  });
  const most = Math.max(gap ?? 0, high);
  const text = (saves: { low: number; high: number } | undefined) => (saves ? yuanBetween(saves, manner) : words("no_saving"));
  const rows = steps.map((step) => {
    if (!most || !step.saves) return h("div", { class: "bar" }, h("div", { class: "words" }, h("span", {}, step.name), h("b", {}, step.saves ? text(step.saves) : "")));
    const row = bar(step.name, text(step.saves), step.from / most, step.high / most, { bar: "soft" });
    const sure = h("i");
    sure.style.setProperty("--from", share(step.from / most));
    sure.style.setProperty("--width", share((step.low - step.from) / most));
    const track = row.querySelector(".track");
    track?.append(sure);
    if (gap !== null && gap > 0) {
      const mark = h("span", { class: "mark-at" });
      mark.style.setProperty("--from", share(gap / most));
      track?.append(mark);
    }
    return row;
  });
  const scale = most > 0 && gap !== null && gap > 0 ? h("div", { class: "legend" }, coloured(h("span", {}, `${words("gap")} ${yuanBetween(advice.gap, manner)}`), "var(--ink)", "❙"), coloured(h("span", {}, `${words("cumulative")} ${text({ low, high })}`), "var(--c1)")) : null;
  return {
    name: words("chart_ladder"),
    says: `${words("chart_ladder")}: ${steps.map((step) => `${step.name} ${text(step.saves)}`).join("; ")}`,
    picture: h("div", { class: "drawing" }, ...rows, scale),
    table: {
      head: [words("measure"), words("saves"), words("cumulative"), words("source")],
      rows: steps.map((step) => [step.name, text(step.saves), step.saves ? text({ low: step.low, high: step.high }) : "—", word(labels.source, step.source)]),
    },
  };
}

/** Every check with a light of its own shape, what needs looking after first. */
function lights(advice: Advice, labels: Labels, manner: Manner): Drawing | null {
  const { words } = manner;
  const checks = advice.kind === "evaluation" ? advice.checks ?? [] : [];
  if (!checks.length) return null;
  const order = Object.keys(LIGHTS);
  const rows = [...checks].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status)).map((check) => {
    const quantity = (value: typeof check.value) => between(value, (one) => (YUAN_CHECKS.has(check.id) ? yuan(one, manner) : RATIO_CHECKS.has(check.id) ? plain(one, 1) : percent(one)));
    const status = check.position && check.status !== "unknown" ? word(labels.position, check.position) : word(labels.status, check.status);
    return { check, name: word(labels.check, check.id), status, value: check.value === null ? "" : quantity(check.value), threshold: check.threshold === null ? "" : quantity(check.threshold) };
  });
  const known = rows.filter(({ check }) => check.status !== "unknown");
  const shown = known.length ? known : rows;
  const picture = h(
    "div",
    { class: "drawing" },
    ...shown.map(({ check, name, status, value, threshold }) => {
      const [sign, colour] = LIGHTS[check.status] ?? ["", ""];
      return coloured(
        h("div", { class: "light" }, h("span", { class: "sign" }, sign), h("span", {}, name), h("b", {}, value), h("small", {}, threshold ? `${status} · ${words("threshold")} ${threshold}` : status)),
        colour,
      );
    }),
  );
  return {
    name: words("chart_lights"),
    says: `${words("chart_lights")}: ${rows.map(({ name, status, value }) => `${name} ${value} ${status}`).join("; ")}`,
    picture,
    table: {
      head: [words("check"), words("value"), words("threshold"), words("status"), words("source")],
      rows: rows.map(({ check, name, status, value, threshold }) => [name, value || "—", threshold || "—", status, word(labels.source, check.source)]),
    },
  };
}

/** The figures that are read first. */
export function keys(advice: Advice, labels: Labels, manner: Manner): [string, string][] {
  const { words } = manner;
  const found: [string, string][] = [];
  const amount = advice.amount?.recommended ?? advice.amount?.low ?? advice.amount?.high;
  if (advice.kind === "shortfall") {
    const gap = middle(advice.gap);
    if (gap !== null) found.push([gap === 0 ? "0" : between(advice.gap, (value) => yuan(gap < 0 ? -value : value, manner)), words(gap > 0 ? "gap" : gap < 0 ? "surplus" : "no_gap")]);
    const saves = (advice.measures ?? []).map((measure) => measure.saves).filter((one) => one !== undefined);
    if (saves.length && gap !== null && gap > 0) found.push([yuanBetween({ low: sum(saves.map((one) => one.low)), high: sum(saves.map((one) => one.high)) }, manner), words("saves")]);
    return found;
  }
  if (advice.kind === "evaluation") {
    for (const status of ["good", "warn", "bad"]) {
      const count = (advice.checks ?? []).filter((check) => check.status === status).length;
      if (count) found.push([`${LIGHTS[status]?.[0]} ${count}`, word(labels.status, status)]);
    }
    return found;
  }
  const lines = sum((advice.lines ?? []).map((line) => line.amount));
  if (advice.kind === "plan" && lines) found.push([yuan(lines, manner), words("per_year")]);
  if (advice.share) found.push([ends(advice.share.low, advice.share.high), advice.share.conflict ? `${words("of_total")} (${words("conflict")})` : words("of_total")]);
  if (amount !== undefined && advice.kind === "share") found.push([yuan(amount, manner), words("per_year")]);
  return found;
}

function ends(low: number, high: number): string {
  return low === high ? percent(low) : `${plain(low, 1)}%–${percent(high)}`;
}

function sum(amounts: number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
