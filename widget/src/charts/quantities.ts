/** Numbers as they are read. */

import type { Key, Words } from "../texts";
import type { Quantity } from "../wire";

export interface Manner {
  words: Words;
  language: string;
}

/** Yuan as people say them: 万元 from ten thousand on, 亿元 from a hundred million on. */
export function yuan(amount: number, manner: Manner): string {
  const [size, unit] = unitOf(amount, manner);
  return manner.language === "en" ? `¥${plain(amount, 0)}` : `${plain(amount / size, size === 1 ? 0 : 2)} ${unit}`;
}

/** Both ends of an amount in one unit. */
export function yuanBetween(quantity: Quantity | undefined, manner: Manner): string {
  const text = between(quantity, (amount) => yuan(amount, manner));
  const unit = ` ${unitOf(middle(quantity) ?? 0, manner)[1]}`;
  const [low, high] = text.split("–");
  return high !== undefined && low?.endsWith(unit) && high.endsWith(unit) ? `${low.slice(0, -unit.length)}–${high}` : text;
}

function unitOf(amount: number, { words }: Manner): [number, string] {
  const size = Math.abs(amount);
  if (size >= 1e8) return [1e8, words("yi")];
  return size >= 1e4 ? [1e4, words("wan")] : [1, words("yuan")];
}

export function percent(value: number): string {
  return `${plain(value, 1)}%`;
}

/** A number without needless zeros. */
export function plain(value: number, places: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: places, useGrouping: true });
}

/** Both ends, or the one that is known. */
export function between(quantity: Quantity | undefined, one: (value: number) => string): string {
  if (quantity === null || quantity === undefined) return "—";
  if (typeof quantity === "number") return one(quantity);
  const { low, high } = quantity;
  if (low !== null && high !== null) return low === high ? one(low) : `${one(low)}–${one(high)}`;
  return low !== null ? `≥ ${one(low)}` : high !== null ? `≤ ${one(high)}` : "—";
}

/** The middle, or the end that is known. */
export function middle(quantity: Quantity | undefined): number | null {
  if (quantity === null || quantity === undefined || typeof quantity === "number") return quantity ?? null;
  const { low, high } = quantity;
  return low !== null && high !== null ? (low + high) / 2 : low ?? high;
}

export function word(group: Record<string, string>, key: string): string {
  return group[key] ?? key;
}

export type { Key };
