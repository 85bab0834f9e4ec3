/** The way to the server: a WebSocket, or long polling where none gets through. It comes back after every cut. */

import type { Outgoing, Page, Refusal } from "./wire";

export type Status = "connecting" | "online" | "offline";

export interface Ends {
  session(): Promise<string>;
  /** The server does not know the session. */
  forgotten(): void;
  cursor(): { after: number; tag: string };
  update(page: Page): void;
  refused(refusal: Refusal): void;
  status(status: Status): void;
}

const OPENS_WITHIN = 8000;
const ANSWERS_WITHIN = 8000;
const PING_EVERY = 25000;
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 15000;
const FAILURES_BEFORE_POLLING = 2;
const UNKNOWN_SESSION = 4001;
const UNWELCOME = 4003;

export class Link {
  private socket: WebSocket | null = null;
  private polling = false;
  private request: AbortController | null = null;
  private failures = 0;
  private neverOpened = 0;
  private retry = 0;
  private pinger = 0;
  private silence = 0;
  private run = 0;
  private stopped = true;

  constructor(private readonly base: string, private readonly ends: Ends) {
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.cut());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.check());
    addEventListener("pageshow", (event) => event.persisted && this.again());
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    void this.connect();
  }

  get isStarted(): boolean {
    return !this.stopped;
  }

  get isOpen(): boolean {
    return this.polling ? this.request !== null : this.socket?.readyState === WebSocket.OPEN;
  }

  /** Hand a message over; the conversation that comes back says that it has arrived. */
  send(message: Outgoing): void {
    if (this.polling) void this.post(message);
    else this.frame({ type: "message", ...message });
    this.expect();
  }

  /** Whatever is open is given up, and a new way is looked for at once. */
  again(): void {
    if (this.stopped) return;
    this.failures = 0;
    this.close();
    void this.connect();
  }

  private async connect(): Promise<void> {
    const run = ++this.run;
    clearTimeout(this.retry);
    if (!navigator.onLine) return this.ends.status("offline");
    this.ends.status("connecting");
    try {
      const session = await this.ends.session();
      if (run !== this.run) return;
      if (this.polling) await this.poll(run, session);
      else this.open(run, session);
    } catch {
      this.failed(run);
    }
  }

  private open(run: number, session: string): void {
    const socket = new WebSocket(`${this.base.replace(/^http/, "ws")}/webhooks/web/socket`);
    this.socket = socket;
    let opened = false;
    const patience = setTimeout(() => socket.close(), OPENS_WITHIN);
    socket.onopen = () => socket.send(JSON.stringify({ session, ...this.ends.cursor() }));
    socket.onmessage = (event) => {
      if (run !== this.run) return;
      clearTimeout(this.silence);
      if (!opened) {
        opened = true;
        clearTimeout(patience);
        this.neverOpened = this.failures = 0;
        this.ends.status("online");
        this.pinger = window.setInterval(() => document.visibilityState === "visible" && this.check(), PING_EVERY);
      }
      const frame = JSON.parse(String(event.data)) as { type: string } & Page & Refusal;
      if (frame.type === "update") this.ends.update(frame);
      else if (frame.type === "refused") this.ends.refused(frame);
    };
    socket.onclose = (event) => {
      clearTimeout(patience);
      if (run !== this.run) return;
      if (event.code === UNKNOWN_SESSION) this.ends.forgotten();
      if (event.code === UNWELCOME) this.stopped = true;
      if (!opened && navigator.onLine && ++this.neverOpened >= FAILURES_BEFORE_POLLING) this.polling = true;
      this.failed(run);
    };
  }

  private async poll(run: number, session: string): Promise<void> {
    let wait = 0;
    while (run === this.run) {
      this.request = new AbortController();
      const { after, tag } = this.ends.cursor();
      const address = `${this.base}/webhooks/web/entries?after=${after}&tag=${encodeURIComponent(tag)}&wait=${wait}`;
      const response = await fetch(address, { headers: { Authorization: `Bearer ${session}` }, signal: this.request.signal });
      if (response.status === 401) this.ends.forgotten();
      if (!response.ok) throw new Error(String(response.status));
      const page = (await response.json()) as Page;
      if (run !== this.run) return;
      this.failures = 0;
      if (wait === 0) this.ends.status("online");
      wait = 25;
      this.ends.update(page);
    }
  }

  private async post(message: Outgoing): Promise<void> {
    try {
      const response = await fetch(`${this.base}/webhooks/web/messages`, {
        method: "POST",
        headers: { Authorization: `Bearer ${await this.ends.session()}`, "Content-Type": "application/json" },
        body: JSON.stringify(message),
      });
      if (response.ok) return;
      const body = (await response.json()) as { error?: { reason: string }; wait?: number };
      this.ends.refused({ id: message.id, reason: body.error?.reason ?? "not_now", wait: body.wait ?? (response.status >= 500 ? 2 : 0) });
    } catch {
      this.ends.refused({ id: message.id, reason: "not_now", wait: 2 });
    }
  }

  /** Is somebody there? A silent end is noticed so. */
  private check(): void {
    if (this.stopped || this.polling) return;
    if (this.socket?.readyState !== WebSocket.OPEN) return this.again();
    this.frame({ type: "ping" });
    this.expect();
  }

  private expect(): void {
    clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.again(), ANSWERS_WITHIN);
    if (this.polling) clearTimeout(this.silence);
  }

  private frame(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private failed(run: number): void {
    if (run !== this.run) return;
    this.close();
    if (this.stopped) return this.ends.status("offline");
    this.ends.status(navigator.onLine ? "connecting" : "offline");
    const pause = Math.min(FIRST_PAUSE * 2 ** this.failures++, LONGEST_PAUSE) * (0.5 + Math.random());
    this.retry = window.setTimeout(() => void this.connect(), pause);
  }

  private cut(): void {
    this.close();
    this.ends.status("offline");
  }

  private close(): void {
    this.run++;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    clearInterval(this.pinger);
    this.request?.abort();
    this.request = null;
    this.socket?.close();
    this.socket = null;
  }
}
