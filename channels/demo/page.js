"use strict";
const talk = document.getElementById("talk");
const choices = document.getElementById("choices");
const form = document.getElementById("form");
const field = document.getElementById("text");
const FIRST = ["客户管理预算怎么定？", "预算不够怎么办？", "这钱花得值不值？", "该占总预算多少？"];

function say(text, kind) {
  const bubble = document.createElement("div");
  bubble.className = "said " + kind;
  bubble.textContent = text;
  talk.append(bubble);
  talk.scrollTop = talk.scrollHeight;
}

function offer(buttons) {
  choices.replaceChildren(...buttons.map(({ title, payload }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => send(payload));
    return button;
  }));
  talk.scrollTop = talk.scrollHeight;
}

async function send(text) {
  say(text, "mine");
  offer([]);
  field.value = "";
  field.focus();
  try {
    const response = await fetch("/webhooks/rest/webhook", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sender: sessionStorage.getItem("sender"), message: text }),
    });
    if (!response.ok) throw new Error(String(response.status));
    const messages = await response.json();
    for (const message of messages) {
      sessionStorage.setItem("sender", message.recipient_id);
      if (message.text) say(message.text, "theirs");
    }
    offer(messages.flatMap((message) => message.buttons || []));
  } catch {
    say("没有送到，请再发一次。", "theirs failed");
    field.value = text;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim()) send(field.value);
});
offer(FIRST.map((text) => ({ title: text, payload: text })));
field.focus();
