/** The conversation as a text file. */

import type { Conversation } from "../conversation";
import { h } from "../dom";
import type { Words } from "../texts";

export function transcript(conversation: Conversation, words: Words, language: string): void {
  const lines = conversation.ordered
    .filter((entry) => entry.text)
    .map((entry) => {
      const who = words(entry.from === "user" ? "you" : entry.from);
      return `${new Date(entry.at * 1000).toLocaleString(language)}  ${who}\n${entry.text}\n`;
    });
  const file = new Blob([`\ufeff${words("transcript_title")}\n\n${lines.join("\n")}`], { type: "text/plain;charset=utf-8" });
  const address = URL.createObjectURL(file);
  h("a", { href: address, download: `${words("transcript_title")}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
