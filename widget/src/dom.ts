/** Elements without markup: whatever is shown goes in as text. */

export type Child = Node | string | null | undefined | false;
type Listener = (event: never) => void;
type Props = Record<string, string | number | boolean | Listener | null | undefined>;

/** An element; `on…` are listeners, `true` is an attribute without a value, `false` and nothing leave it out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  dress(element, props);
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** The same for drawings. */
export function svg(tag: string, props: Props = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(element, props);
  element.append(...children);
  return element;
}

function dress(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
}

const ICONS: Record<string, string> = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  send: "M4 12l16-8-6 16-3-7z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  person: "M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  form: "M5 4h14v16H5zM8 9h8M8 13h8M8 17h4",
  copy: "M8 8h11v12H8zM5 16V4h11",
  good: "M7 11v9H4v-9zM7 11l4-7c2 0 2.5 1.5 2 3l-.7 3H19l-1.5 9H7",
  bad: "M7 13V4H4v9zM7 13l4 7c2 0 2.5-1.5 2-3l-.7-3H19l-1.5-9H7",
  file: "M12 4v11M7 11l5 5 5-5M5 20h14",
};

export function icon(name: keyof typeof ICONS): SVGElement {
  const picture = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" });
  picture.append(svg("path", { d: ICONS[name] ?? "" }));
  return picture;
}

/** A button that shows a picture and is called by its name. */
export function iconButton(name: keyof typeof ICONS, label: string, onclick: (event: MouseEvent) => void, props: Props = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

export function sheet(...css: string[]): CSSStyleSheet[] {
  return css.map((text) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  });
}
