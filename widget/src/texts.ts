/** The interface's words in the language chosen. */

import english from "../texts/en.json";
import facts from "../texts/facts.json";
import say from "../texts/say.json";
import simplified from "../texts/zh-CN.json";
import traditional from "../texts/zh-TW.json";

export type Key = keyof typeof simplified;
export const LANGUAGES = { "zh-CN": simplified, "zh-TW": traditional, en: english } as const;
export const LANGUAGE_NAMES: Record<Language, string> = { "zh-CN": "简体中文", "zh-TW": "繁體中文", en: "English" };
export type Language = keyof typeof LANGUAGES;
export type Words = (key: Key, ...values: (string | number)[]) => string;

/** What is sent when something is pressed, and how facts are told: plain Chinese, whatever the interface's language. */
export const SAY = say;
export const FACTS = facts as Record<string, FactForm>;
export type FactForm =
  | { kind: "choice"; say: Record<string, string> }
  | { kind: "money" | "count" | "percent" | "years"; say: string; unit?: string };

export function wordsIn(language: Language): Words {
  const texts: Record<Key, string> = LANGUAGES[language];
  return (key, ...values) => values.reduce<string>((text, value) => text.replace("{}", String(value)), texts[key]);
}

/** The language named, or the nearest that there is. */
export function languageOf(name: string | null | undefined): Language {
  const wanted = (name ?? "").toLowerCase();
  if (/^zh.*(tw|hk|mo|hant)/.test(wanted)) return "zh-TW";
  return wanted === "" || wanted.startsWith("zh") ? "zh-CN" : "en";
}
