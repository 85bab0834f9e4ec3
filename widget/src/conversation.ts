/** The conversation as this tab knows it: what the server has, and what is still to be sent. */

import { Keeper } from "./keeper";
import { Link, type Status } from "./link";
import type { Advice, Custom, Entry, Outgoing, Page, Refusal } from "./wire";

export interface Queued extends Outgoing {
  at: number;
  /** Why it was not taken and never will be as it is. */
  failed?: string;
  /** Why it has to wait. */
  held?: string;
}

export interface Events {
  change: void;
  status: Status;
  message: Entry;
  sent: Outgoing;
  erased: void;
}

type Listener<K extends keyof Events> = (value: Events[K]) => void;

const SESSION = "session";
const QUEUE = "out.";
const SEEN = "seen";

export class Conversation {
  readonly entries = new Map<string, Entry>();
  readonly queue = new Map<string, Queued>();
  status: Status = "connecting";
  /** The history has come once. */
  isLoaded = false;
  /** Of what is numbered below this the server has nothing. */
  private first = 0;
  private after = 0;
  private tag = "";
  private underWay: string | null = null;
  private session: Promise<string> | null = null;
  private readonly link: Link;
  private readonly listeners = new Map<string, Set<(value: never) => void>>();

  constructor(private readonly base: string, private readonly keeper: Keeper) {
    this.link = new Link(base, {
      session: () => this.identify(),
      forgotten: () => this.begin(null),
      cursor: () => ({ after: this.after, tag: this.tag }),
      update: (page) => this.update(page),
      refused: (refusal) => this.refused(refusal),
      status: (status) => this.show(status),
    });
    for (const [, kept] of keeper.under(QUEUE)) this.restore(kept);
    keeper.watch(SESSION, (session) => session && this.begin(session));
  }

  get hasBegun(): boolean {
    return this.keeper.get(SESSION) !== null || this.queue.size > 0;
  }

  /** Everything in its order; what is not yet sent comes last. */
  get ordered(): Entry[] {
    return [...this.entries.values()].sort((a, b) => a.number - b.number || a.part - b.part);
  }

  get waiting(): Queued[] {
    return [...this.queue.values()].sort((a, b) => a.at - b.at);
  }

  /** Does the advisor owe an answer? */
  get isAnswering(): boolean {
    return [...this.entries.values()].some((entry) => entry.state === "waiting");
  }

  /** Was more said than is shown? */
  get hasEarlier(): boolean {
    return this.isLoaded && this.entries.size > 0 && this.first < this.earliest;
  }

  /** Fetch what was said right before what is shown. */
  async earlier(): Promise<void> {
    const page = await this.ask<Page>(`entries?before=${this.earliest}`);
    for (const entry of page.entries) this.take(entry);
    // Where nothing came, nothing is left.
    this.first = page.entries.length ? page.first ?? 0 : this.earliest;
    this.tell("change", undefined);
  }

  private get earliest(): number {
    return Math.min(...[...this.entries.values()].map((entry) => entry.number));
  }

  get latestAdvice(): (Entry & { custom: Advice }) | undefined {
    return this.ordered.reverse().find((entry): entry is Entry & { custom: Advice } => isAdvice(entry.custom));
  }

  get unread(): number {
    const seen = Number(this.keeper.get(SEEN) ?? 0);
    return [...this.entries.values()].filter((entry) => entry.part > 0 && entry.at > seen).length;
  }

  read(): void {
    const last = Math.max(0, ...[...this.entries.values()].map((entry) => entry.at));
    if (last > Number(this.keeper.get(SEEN) ?? 0)) this.keeper.set(SEEN, String(last));
  }

  on<K extends keyof Events>(name: K, listener: Listener<K>): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(listener as (value: never) => void));
    return () => known.delete(listener as (value: never) => void);
  }

  start(): void {
    this.link.start();
  }

  send(text: string): void {
    const message: Queued = { id: unguessable(), text, at: Date.now() / 1000 };
    this.enqueue(message);
    this.tell("sent", message);
    this.start();
    this.pump();
  }

  /** Send again what was given up, on this side or on the other. */
  retry(id: string): void {
    const queued = this.queue.get(id);
    const dead = [...this.entries.values()].find((entry) => entry.id === id);
    if (queued) this.enqueue({ id, text: queued.text, at: queued.at });
    else if (dead) {
      this.after = Math.min(this.after, dead.number - 1);
      this.tag = "";
      this.entries.delete(keyOf(dead));
      this.enqueue({ id, text: dead.text ?? "", at: dead.at });
    }
    this.pump();
  }

  drop(id: string): void {
    this.queue.delete(id);
    this.keeper.remove(QUEUE + id);
    this.tell("change", undefined);
  }

  /** Ask something beside the conversation. */
  async ask<T>(path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${await this.identify()}` };
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(`${this.base}/webhooks/web/${path}`, {
      method: body ? "POST" : "GET",
      headers,
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()) as T;
  }

  async judge(entry: Entry, value: 1 | -1, reason: string): Promise<void> {
    await this.ask("feedback", { number: entry.number, part: entry.part, value, reason });
    entry.feedback = value;
  }

  private enqueue(message: Queued): void {
    this.queue.set(message.id, message);
    this.keeper.set(QUEUE + message.id, JSON.stringify({ id: message.id, text: message.text, at: message.at }));
    this.tell("change", undefined);
  }

  private restore(kept: string): void {
    try {
      const message = JSON.parse(kept) as Queued;
      this.queue.set(message.id, message);
    } catch {
      // Somebody else's writing.
    }
  }

  /** One after the other: the next goes when the one before has arrived, so that their order holds. */
  private pump(): void {
    if (this.underWay !== null || !this.link.isOpen) return;
    const next = this.waiting.find((message) => !message.failed);
    if (!next || next.held) return;
    this.underWay = next.id;
    this.link.send({ id: next.id, text: next.text });
  }

  private update(page: Page): void {
    if (page.first !== undefined) this.forget(page.first);
    this.leaveNoGap(page);
    const fresh = page.entries.filter((entry) => this.take(entry));
    this.after = page.after ?? this.after;
    this.tag = page.tag ?? this.tag;
    const wasLoaded = this.isLoaded;
    this.isLoaded = true;
    this.tell("change", undefined);
    if (wasLoaded) for (const entry of fresh) this.tell("message", entry);
    this.pump();
  }

  /** Keep an entry. Is it new? */
  private take(entry: Entry): boolean {
    if (entry.id !== undefined && this.queue.has(entry.id)) {
      this.queue.delete(entry.id);
      this.keeper.remove(QUEUE + entry.id);
    }
    if (entry.id === this.underWay) this.underWay = null;
    const isNew = !this.entries.has(keyOf(entry));
    this.entries.set(keyOf(entry), entry);
    return isNew && entry.text != null;
  }

  /** What the server no longer has is not shown any more. */
  private forget(first: number): void {
    const gone = [...this.entries].filter(([, entry]) => entry.number < first);
    this.first = first;
    for (const [key] of gone) this.entries.delete(key);
    if (gone.length) this.tell("erased", undefined);
  }

  /** Where more came meanwhile than is sent at once, what is known lies too far back: it is fetched again when it is asked for. */
  private leaveNoGap(page: Page): void {
    const begin = Math.min(...page.entries.map((entry) => entry.number));
    if (!page.entries.length || begin <= this.after + 1) return;
    for (const [key, entry] of this.entries) if (entry.number < begin) this.entries.delete(key);
  }

  private refused({ id, reason, wait }: Refusal): void {
    if (this.underWay === id) this.underWay = null;
    const message = this.queue.get(id);
    if (!message) return;
    if (wait > 0) {
      message.held = reason;
      setTimeout(() => {
        delete message.held;
        this.pump();
      }, wait * 1000);
    } else {
      message.failed = reason;
      this.keeper.remove(QUEUE + id);
      this.pump();
    }
    this.tell("change", undefined);
  }

  private show(status: Status): void {
    this.status = status;
    if (status !== "online") this.underWay = null;
    this.tell("status", status);
    this.tell("change", undefined);
    if (status === "online") this.pump();
  }

  private identify(): Promise<string> {
    const kept = this.keeper.get(SESSION);
    if (kept) return Promise.resolve(kept);
    this.session ??= this.newSession().finally(() => (this.session = null));
    return this.session;
  }

  private async newSession(): Promise<string> {
    const response = await fetch(`${this.base}/webhooks/web/session`, { method: "POST" });
    if (!response.ok) throw new Error(String(response.status));
    const { session } = (await response.json()) as { session: string };
    // Another tab may have been faster: its session is the one.
    const kept = this.keeper.get(SESSION) ?? session;
    this.keeper.set(SESSION, kept);
    return kept;
  }

  /** Another conversation: that of another tab, or a new one. */
  private begin(session: string | null): void {
    if (session === null) this.keeper.remove(SESSION);
    this.entries.clear();
    this.after = 0;
    this.tag = "";
    this.underWay = null;
    this.tell("change", undefined);
    if (session === null) return;
    if (this.link.isStarted) this.link.again();
    else this.start();
  }

  private tell<K extends keyof Events>(name: K, value: Events[K]): void {
    for (const listener of this.listeners.get(name) ?? []) (listener as unknown as Listener<K>)(value);
  }
}

export function keyOf(entry: Entry): string {
  return `${entry.number}/${entry.part}`;
}

export function isAdvice(custom: Custom | undefined): custom is Advice {
  return custom?.type === "budget_advice";
}

function unguessable(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
