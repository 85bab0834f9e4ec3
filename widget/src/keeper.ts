/** What the browser keeps for the widget: no cookie, and nothing that was said, only what is not yet sent. */

import type { Keeping } from "./settings";

export class Keeper {
  private readonly place: Storage | null;
  private readonly memory = new Map<string, string>();

  constructor(keeping: Keeping, private readonly prefix: string) {
    this.place = usable(keeping);
  }

  get(name: string): string | null {
    return this.place ? this.place.getItem(this.prefix + name) : this.memory.get(name) ?? null;
  }

  set(name: string, value: string): void {
    try {
      if (this.place) return this.place.setItem(this.prefix + name, value);
    } catch {
      // The place is full: what is lost is only what a reload would have brought back.
    }
    this.memory.set(name, value);
  }

  remove(name: string): void {
    this.place?.removeItem(this.prefix + name);
    this.memory.delete(name);
  }

  /** What is kept under names that begin so. */
  under(beginning: string): [string, string][] {
    const whole = this.prefix + beginning;
    const place = this.place;
    if (!place) return [...this.memory].filter(([name]) => name.startsWith(beginning));
    const names = Array.from({ length: place.length }, (_, index) => place.key(index) ?? "").filter((name) => name.startsWith(whole));
    return names.map((name) => [name.slice(this.prefix.length), place.getItem(name) ?? ""]);
  }

  /** Tell when another tab keeps something else under a name. */
  watch(name: string, changed: (value: string | null) => void): void {
    window.addEventListener("storage", (event) => {
      if (event.storageArea === this.place && event.key === this.prefix + name) changed(event.newValue);
    });
  }
}

/** The storage asked for; none where the browser forbids it. */
function usable(keeping: Keeping): Storage | null {
  if (keeping === "none") return null;
  try {
    const place = keeping === "local" ? localStorage : sessionStorage;
    const probe = "budget-advisor-probe";
    place.setItem(probe, probe);
    place.removeItem(probe);
    return place;
  } catch {
    return null;
  }
}
