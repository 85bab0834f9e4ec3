/** What travels between the widget and the server. */

export interface Button {
  title: string;
  payload: string;
}

export interface Entry {
  number: number;
  /** 0 is the user's own message; its answers follow. */
  part: number;
  from: "user" | "advisor" | "staff";
  at: number;
  text?: string | null;
  id?: string;
  state?: "waiting" | "done" | "dead";
  buttons?: Button[];
  custom?: Custom;
  feedback?: 1 | -1;
}

export type Custom = Advice | Handoff;

export interface Handoff {
  type: "handoff";
  state: "offered" | "waiting" | "human" | "ended";
  reason?: string;
}

export type Quantity = number | { low: number | null; high: number | null } | null;

export interface Advice {
  type: "budget_advice";
  kind: "plan" | "share" | "shortfall" | "evaluation";
  facts: Record<string, Quantity | string | boolean>;
  missing: string[];
  share?: { low: number; high: number; conflict: boolean; basis: Basis[] };
  amount?: { low?: number; recommended?: number; high?: number };
  lines?: { category: string; item: string; amount: number; months: number[]; source: string }[];
  tiers?: { id: "low" | "recommended" | "high"; amount: number }[];
  difference?: { amount?: number; share?: number };
  gap?: Quantity;
  measures?: { id: string; saves?: { low: number; high: number }; source: string }[];
  checks?: { id: string; status: string; position?: string; value: Quantity; threshold: Quantity; source: string }[];
  report_url?: string;
}

export interface Basis {
  dimension: string;
  value: string;
  low: number;
  high: number;
  source: string;
  worth: string;
  derived: boolean;
}

/** Part of the conversation: what comes after what is known. */
export interface Page {
  first?: number;
  entries: Entry[];
  after?: number;
  tag?: string;
}

export interface Refusal {
  id: string;
  reason: string;
  /** Seconds after which it may come again; 0: never as it is. */
  wait: number;
}

export interface Outgoing {
  id: string;
  text: string;
}
