/** The widget on the page: the button that opens it, and the conversation with its field. */

import { keyOf, type Conversation } from "../conversation";
import { h, icon, iconButton } from "../dom";
import type { Keeper } from "../keeper";
import type { Settings, Theme } from "../settings";
import { LANGUAGE_NAMES, SAY, wordsIn, type Language, type Words } from "../texts";
import type { Button, Entry } from "../wire";
import { contactForm, factForm, type Labels } from "./form";
import { mine, queuedState, theirs, type Context } from "./messages";
import { transcript } from "./transcript";

const LONGEST = 10000;
const NEAR_END = 80;

export type Chart = (place: HTMLElement, entry: Entry, isLatest: boolean, panel: Panel) => void;

export class Panel {
  words: Words;
  language: Language;
  isOpen = false;
  private theme: Theme;
  private readonly log: HTMLElement;
  private readonly replies: HTMLElement;
  private readonly strip: HTMLElement;
  private readonly typing: HTMLElement;
  private readonly state: HTMLElement;
  private readonly place: HTMLElement;
  private readonly menu: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly panel: HTMLElement;
  private readonly launcher: HTMLButtonElement;
  private readonly badge: HTMLElement;
  private readonly shown = new Map<string, { sign: string; element: HTMLElement }>();
  private isReadingBack = false;
  private labelsOf: { language: string; labels: Promise<Labels> } | null = null;

  constructor(
    private readonly root: ShadowRoot,
    private readonly host: HTMLElement,
    private readonly settings: Settings,
    readonly conversation: Conversation,
    private readonly keeper: Keeper,
    private readonly chart: Chart | null,
    private readonly told: (name: "open" | "close") => void,
  ) {
    this.language = (keeper.get("language") as Language | null) ?? settings.language;
    this.theme = (keeper.get("theme") as Theme | null) ?? settings.theme;
    this.words = wordsIn(this.language);
    this.log = h("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0" });
    this.replies = h("div", { class: "replies", role: "group" });
    this.strip = h("div", { class: "strip", role: "status" });
    this.typing = h("div", { class: "typing", role: "status" });
    this.state = h("span", { class: "state" });
    this.place = h("div", { class: "place" });
    this.menu = h("div", { class: "menu", role: "menu", hidden: true });
    this.field = h("textarea", { rows: 1, maxlength: LONGEST, dir: "auto", enterkeyhint: "send" });
    this.panel = h("section", { class: "panel" });
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", onclick: () => this.open() });
    this.dress();
    root.append(this.launcher, this.panel);
    conversation.on("change", () => this.render());
    this.field.addEventListener("keydown", (event) => this.typed(event));
    this.field.addEventListener("input", () => this.grow());
    root.addEventListener("keydown", (event) => this.pressed(event as KeyboardEvent));
    root.addEventListener("click", (event) => this.menu.contains(event.target as Node) || this.menuButton?.contains(event.target as Node) || this.showMenu(false));
    this.field.value = keeper.get("draft") ?? "";
    this.fit();
    this.show(settings.target !== null || settings.open);
  }

  open(): void {
    this.show(true);
    this.told("open");
    if (!matchMedia("(max-width: 480px)").matches) this.field.focus();
    else this.log.focus();
  }

  close(): void {
    if (this.isInline) return;
    this.show(false);
    this.launcher.focus();
    this.told("close");
  }

  ask(text: string): void {
    this.open();
    this.conversation.send(text);
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.words = wordsIn(language);
    this.keeper.set("language", language);
    this.shown.clear();
    this.dress();
    this.render();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.keeper.set("theme", theme);
    this.dress();
    this.render();
  }

  /** The words for what stands in the structure of an advice. */
  labels(): Promise<Labels> {
    if (this.labelsOf?.language !== this.language) {
      const labels = this.conversation.ask<Labels>(`labels?language=${this.language}`);
      this.labelsOf = { language: this.language, labels };
      labels.catch(() => (this.labelsOf = null));
    }
    return this.labelsOf.labels;
  }

  private get isInline(): boolean {
    return this.settings.target !== null;
  }

  private get menuButton(): HTMLElement | null {
    return this.panel.querySelector(".menu-button");
  }

  // what stands around the conversation
  private dress(): void {
    const words = this.words;
    this.host.setAttribute("lang", this.language);
    this.host.setAttribute("data-theme", this.theme);
    this.host.toggleAttribute("data-inline", this.isInline);
    this.host.setAttribute("data-position", this.settings.position);
    const title = this.settings.title ?? words("name");
    this.panel.setAttribute("aria-label", title);
    this.panel.setAttribute("role", this.isInline ? "region" : "dialog");
    this.log.setAttribute("aria-label", words("conversation"));
    this.replies.setAttribute("aria-label", words("replies"));
    this.field.setAttribute("aria-label", words("your_message"));
    this.field.placeholder = words("placeholder");
    this.launcher.replaceChildren(icon("chat"), h("span", {}, words("launch")), this.badge);
    const head = h(
      "header",
      {},
      h("div", { class: "mark", "aria-hidden": "true" }, "¥"),
      h("div", { class: "titles" }, h("h1", {}, title), this.state),
      h("button", { type: "button", class: "person", "aria-label": words("person"), onclick: () => this.conversation.send(SAY.person) }, icon("person"), h("span", {}, words("person"))),
      iconButton("more", words("menu"), () => this.showMenu(this.menu.hidden), { class: "icon-button menu-button", "aria-haspopup": "menu", "aria-expanded": "false" }),
      this.isInline ? null : iconButton("down", words("close"), () => this.close()),
    );
    const onsubmit = (event: Event) => {
      event.preventDefault();
      this.submit();
    };
    const composer = h(
      "form",
      { class: "composer", onsubmit },
      iconButton("form", words("form"), () => void this.openForm()),
      this.field,
      h("button", { class: "send", "aria-label": words("send"), title: words("send") }, icon("send")),
    );
    this.panel.replaceChildren(head, this.menu, this.strip, this.log, this.replies, this.place, composer);
    this.place.replaceChildren();
    this.fillMenu();
  }

  private fillMenu(): void {
    const words = this.words;
    const entry = (text: string, act: () => void, checked?: boolean) =>
      h(
        "button",
        { type: "button", role: checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": checked === undefined ? null : String(checked), tabindex: "-1", onclick: () => (this.showMenu(false), act()) },
        text,
      );
    const group = (label: string, entries: HTMLElement[]) => h("div", { role: "group", "aria-label": label, class: "group" }, h("span", { class: "label", "aria-hidden": "true" }, label), h("div", { class: "options" }, ...entries));
    const languages = (Object.keys(LANGUAGE_NAMES) as Language[]).map((name) => entry(LANGUAGE_NAMES[name], () => this.setLanguage(name), name === this.language));
    const themes = (["auto", "light", "dark"] as const).map((name) => entry(words(`theme_${name}`), () => this.setTheme(name), name === this.theme));
    this.menu.setAttribute("aria-label", words("menu"));
    this.menu.replaceChildren(
      entry(words("form"), () => void this.openForm()),
      entry(words("download"), () => void this.download()),
      entry(words("restart"), () => this.conversation.send(SAY.restart)),
      entry(words("delete"), () => this.conversation.send(SAY.delete)),
      group(words("language"), languages),
      group(words("theme"), themes),
    );
  }

  private async download(): Promise<void> {
    try {
      this.isReadingBack = true;
      while (this.conversation.hasEarlier) await this.conversation.earlier();
      transcript(this.conversation, this.words, this.language);
    } catch {
      this.strip.textContent = this.words("not_fetched");
    } finally {
      this.isReadingBack = false;
    }
  }

  private showMenu(isShown: boolean): void {
    if (this.menu.hidden !== isShown) return;
    this.menu.hidden = !isShown;
    this.menuButton?.setAttribute("aria-expanded", String(isShown));
    if (isShown) this.menu.querySelector<HTMLElement>("button")?.focus();
  }

  // forms
  private async openForm(): Promise<void> {
    try {
      const [open, labels] = await Promise.all([this.openFacts(), this.labels()]);
      this.put(factForm(open, labels, this.words, (text) => this.conversation.send(text), () => this.put(null)));
    } catch {
      this.strip.textContent = this.words("not_kept");
    }
  }

  private async openFacts(): Promise<{ topic: string | null; facts: string[] }> {
    if (!this.conversation.entries.size) return { topic: null, facts: [] };
    return this.conversation.ask("open");
  }

  private put(form: HTMLElement | null): void {
    this.place.replaceChildren(...(form ? [form] : []));
    if (form) form.querySelector<HTMLElement>("input, select, button")?.focus();
    else this.field.focus();
  }

  // the conversation
  private render(): void {
    const { conversation, words } = this;
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
    const before = this.shown.size;
    const height = this.log.scrollHeight;
    const latestAdvice = conversation.latestAdvice;
    const kept = new Set<string>();
    let previous: Element | null = null;
    const put = (key: string, sign: string, make: () => HTMLElement) => {
      kept.add(key);
      const known = this.shown.get(key);
      const element = known?.sign === sign ? known.element : make();
      if (known && known.element !== element) known.element.replaceWith(element);
      this.shown.set(key, { sign, element });
      const next: Element | null = previous ? previous.nextElementSibling : this.log.firstElementChild;
      if (next !== element) this.log.insertBefore(element, next);
      previous = element;
    };
    if (conversation.hasEarlier) put("earlier", this.language, () => this.earlier());
    else put("greeting", this.language, () => this.greeting());
    for (const entry of conversation.ordered) {
      if (entry.text == null) continue;
      const isLatest = latestAdvice !== undefined && keyOf(latestAdvice) === keyOf(entry);
      if (entry.from !== "user") put(keyOf(entry), `${isLatest}`, () => theirs(entry, isLatest, this.context));
      else if (entry.state === "dead") put(entry.id ?? keyOf(entry), "dead", () => mine(entry, words("dead"), this.context, () => conversation.retry(entry.id ?? "")));
      else put(entry.id ?? keyOf(entry), entry.state ?? "", () => mine(entry, entry.state === "waiting" ? words("delivered") : "", this.context));
    }
    for (const message of conversation.waiting) {
      const state = queuedState(message, this.context);
      put(message.id, state, () => mine(message, state, this.context, message.failed && message.failed !== "too_long" ? () => conversation.retry(message.id) : undefined));
    }
    for (const [key, { element }] of this.shown) {
      if (kept.has(key)) continue;
      element.remove();
      this.shown.delete(key);
    }
    this.renderState();
    this.renderReplies();
    if (this.isReadingBack) this.log.scrollTop += this.log.scrollHeight - height;
    else if (atEnd || this.shown.size > before) this.scrollToEnd();
    if (this.isOpen && document.visibilityState === "visible") conversation.read();
    this.renderBadge();
    // What was said before is not read out; from now on, what comes is.
    if (conversation.isLoaded) setTimeout(() => this.log.setAttribute("aria-live", "polite"), 500);
  }

  private renderState(): void {
    const { conversation, words } = this;
    const { status } = conversation;
    const text = !conversation.hasBegun || status === "online" ? words("online") : status === "offline" ? "" : words("connecting");
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.dataset.status = conversation.hasBegun ? status : "online";
    const strip = conversation.hasBegun && status === "offline" ? words("offline") : "";
    if (this.strip.textContent !== strip) this.strip.textContent = strip;
    const isAnswering = conversation.isAnswering && status === "online";
    if (isAnswering && !this.typing.firstChild) this.typing.append(h("span", { class: "hidden" }, words("typing")), h("i"), h("i"), h("i"));
    if (!isAnswering) this.typing.replaceChildren();
    this.log.append(this.typing);
  }

  /** The buttons of the last answers, and four questions at the beginning. */
  private renderReplies(): void {
    const { conversation, words } = this;
    const sign = JSON.stringify([this.language, this.offered().map((button) => button.payload)]);
    if (this.replies.dataset.sign === sign) return;
    this.replies.dataset.sign = sign;
    const hadFocus = this.replies.contains(this.root.activeElement);
    const buttons = this.offered().map((button) => h("button", { type: "button", onclick: () => conversation.send(button.payload) }, button.title));
    if (buttons.length && !conversation.latestAdvice) buttons.push(h("button", { type: "button", class: "quiet", onclick: () => void this.openForm() }, icon("form"), words("form")));
    this.replies.replaceChildren(...buttons);
    if (hadFocus) this.field.focus();
  }

  private offered(): Button[] {
    const { conversation } = this;
    if (conversation.queue.size || conversation.isAnswering) return [];
    const entries = conversation.ordered;
    const last = entries[entries.length - 1];
    if (!last) {
      const questions = Object.entries(SAY.questions) as [keyof typeof SAY.questions, string][];
      return conversation.hasBegun && !conversation.isLoaded ? [] : questions.map(([topic, payload]) => ({ title: this.words(topic), payload }));
    }
    return entries.filter((entry) => entry.number === last.number).flatMap((entry) => entry.buttons ?? []);
  }

  private renderBadge(): void {
    const unread = this.isOpen ? 0 : this.conversation.unread;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    if (unread) this.launcher.setAttribute("aria-label", this.words("launch_unread", unread));
    else this.launcher.removeAttribute("aria-label");
  }

  private greeting(): HTMLElement {
    return h("div", { class: "message theirs greeting" }, h("div", { class: "bubble" }, h("p", {}, this.words("greeting")), h("p", { class: "quiet" }, this.words("notice"))));
  }

  /** Above the last messages, where there were more: what was read stays where it is on the screen. */
  private earlier(): HTMLElement {
    const fetch = async () => {
      this.isReadingBack = true;
      try {
        await this.conversation.earlier();
        this.log.focus();
      } catch {
        this.strip.textContent = this.words("not_fetched");
      } finally {
        this.isReadingBack = false;
      }
    };
    return h("button", { type: "button", class: "earlier", onclick: () => void fetch() }, this.words("earlier"));
  }

  private get context(): Context {
    const { chart } = this;
    return {
      words: this.words,
      language: this.language,
      conversation: this.conversation,
      chart: chart && ((place, entry, isLatest) => chart(place, entry, isLatest, this)),
      leaveContact: () => this.put(contactForm(this.words, (text) => this.conversation.send(text), () => this.put(null))),
    };
  }

  /** To the end; where the last answer does not fit, to the question before it, so that it is read from its beginning. */
  scrollToEnd(): void {
    const asked = [...this.log.querySelectorAll<HTMLElement>(".mine")].pop();
    const end = this.log.scrollHeight - this.log.clientHeight;
    const start = asked ? asked.offsetTop - this.log.offsetTop - 8 : end;
    this.log.scrollTop = asked ? Math.min(start, end) : end;
  }

  // writing
  private submit(): void {
    const text = this.field.value;
    if (!text.trim()) return;
    this.field.value = "";
    this.grow();
    this.conversation.send(text.trim());
    this.field.focus();
  }

  private typed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  private grow(): void {
    this.keeper.set("draft", this.field.value);
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      if (!this.menu.hidden) {
        this.showMenu(false);
        this.menuButton?.focus();
      } else if (this.place.firstChild) this.put(null);
      else this.close();
    }
    if (!this.menu.hidden && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      const entries = [...this.menu.querySelectorAll<HTMLElement>("button")];
      const here = entries.indexOf(this.root.activeElement as HTMLElement);
      const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key] ?? 0;
      entries[(next + entries.length) % entries.length]?.focus();
    }
    if (event.key === "Tab" && this.isFullScreen) this.keepInside(event);
  }

  private get isFullScreen(): boolean {
    return !this.isInline && this.isOpen && matchMedia("(max-width: 480px)").matches;
  }

  /** On a phone the conversation covers the page: what is behind it cannot be reached. */
  private keepInside(event: KeyboardEvent): void {
    const reachable = [...this.panel.querySelectorAll<HTMLElement>("button, textarea, input, select, a[href], summary, [tabindex='0']")].filter((element) => element.tabIndex >= 0 && element.offsetParent !== null);
    const [first, last] = [reachable[0], reachable[reachable.length - 1]];
    const leaves = event.shiftKey ? this.root.activeElement === first : this.root.activeElement === last;
    if (!leaves) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }

  private show(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.panel.hidden = !isOpen;
    this.launcher.hidden = isOpen;
    if (!isOpen && !this.conversation.hasBegun) return this.render();
    if (isOpen && !this.isInline) this.panel.setAttribute("aria-modal", String(this.isFullScreen));
    if (this.conversation.hasBegun) this.conversation.start();
    this.render();
    if (isOpen) this.scrollToEnd();
  }

  /** The keyboard of a phone takes part of the screen: the conversation fills what is left of it. */
  private fit(): void {
    const view = window.visualViewport;
    const resize = () => {
      if (!view) return;
      this.panel.style.setProperty("--seen-height", `${Math.round(view.height)}px`);
      this.panel.style.setProperty("--seen-top", `${Math.round(view.offsetTop)}px`);
      if (this.root.activeElement === this.field) this.scrollToEnd();
    };
    view?.addEventListener("resize", resize);
    view?.addEventListener("scroll", resize);
    resize();
  }
}
