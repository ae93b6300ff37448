// The customer's chat. One tag on any page of the bank:
//   <script type="module" src="https://desk.example/static/chat/widget.js"></script>
// Attributes of the tag, all of them optional:
//   data-language="zh|en"   the first language, before the customer chooses one
//   data-theme="light|dark" otherwise the system's
//   data-side="left"        the corner, otherwise the right one
//   data-token-url="/…"     a path of the host's own site that gives {"token": "…"} for who is signed in, or 204
// An element with id "ting-chat" is filled with the chat; without one it floats in the corner.
// The page may call Ting.open(), Ting.close(), Ting.signIn(token) and Ting.signOut().
import { Chat } from "./chat.js";

const OWN = new URL(import.meta.url).origin;

async function tokenFrom(address) {
  if (!address) return null;
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
    return answer.status === 200 ? (await answer.json()).token || null : null;
  } catch (error) {
    console.warn("Ting: the site's token could not be had; the visitor is anonymous", error);
    return null;
  }
}

function start() {
  if (window.Ting) return;
  const tag = [...document.querySelectorAll("script[src]")].find((script) => script.src === import.meta.url);
  const page = document.getElementById("ting-chat");
  const wishes = { ...(tag?.dataset || {}), ...(page?.dataset || {}) };
  let told = null;
  const host = page || document.createElement("div");
  if (!page) { host.id = "ting-chat-floating"; document.body.append(host); }
  const chat = new Chat(host, {
    mode: page ? "page" : "floating",
    language: wishes.language,
    theme: ["light", "dark"].includes(wishes.theme) ? wishes.theme : "auto",
    side: wishes.side === "left" ? "left" : "right",
    base: OWN === location.origin ? "" : OWN,
    siteToken: async () => told || tokenFrom(wishes.tokenUrl),
  });
  window.Ting = Object.freeze({
    open: () => chat.open(),
    close: () => { if (!page) chat.close(); },
    signIn: (token) => { told = token; chat.transport.introduced = false; return chat.transport.known ? chat.transport.introduce() : undefined; },
    signOut: () => { told = null; chat.transport.hangUp(); chat.transport.forget(); if (chat.transport.started) chat.transport.connect(); },
  });
}

start();
