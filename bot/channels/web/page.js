// Small manners of the page; it works without them, only less well.
document.documentElement.lang = "en-US";

// Numbered marks open the evidence they name and hand it the keyboard focus.
const openEvidence = (event) => {
  const mark = event.target instanceof Element ? event.target.closest("a.cc-mark") : null;
  if (!mark) return;
  event.preventDefault();
  event.stopPropagation();
  const proof = document.getElementById(mark.getAttribute("href").slice(1))?.closest("details");
  if (!proof) return;
  for (let outer = proof; outer; outer = outer.parentElement.closest("details")) outer.open = true;
  proof.scrollIntoView({ block: "nearest" });
  proof.querySelector("summary").focus({ preventScroll: true });
};
document.addEventListener("click", openEvidence, true);

// Text put into a Gradio field by us must look typed to it.
const type = (field, text) => {
  const own = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(own.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const tab = (name) => [...document.querySelectorAll("#cc-tabs > * [role='tab']")].find((one) => one.textContent.trim() === name);
const soon = (find, act, tries = 60) => {
  const found = find();
  if (found) act(found);
  else if (tries) requestAnimationFrame(() => soon(find, act, tries - 1));
};
const askInChat = (question) => {
  tab("Chat")?.click();
  soon(() => document.querySelector("#cc-message textarea"), (box) => {
    type(box, question);
    requestAnimationFrame(() => document.querySelector("#cc-send")?.click());
  });
};
const lookUp = (code) => {
  tab("Codes")?.click();
  soon(() => document.querySelector("#cc-code input, #cc-code textarea"), (box) => {
    type(box, code);
    requestAnimationFrame(() => document.querySelector("#cc-code-go")?.click());
    window.scrollTo({ top: 0 });
  });
};
const addLine = () => {
  const rows = document.querySelector("#cc-grid tbody");
  const row = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length + 1;
  row.firstElementChild.textContent = number;
  for (const cell of row.querySelectorAll("input")) {
    cell.value = "";
    cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+$/, number));
  }
  rows.append(row);
  row.querySelector("input").focus();
};
document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-ask], [data-look], [data-add-line]") : null;
  if (!pressed) return;
  if ("ask" in pressed.dataset) askInChat(pressed.dataset.ask);
  else if ("look" in pressed.dataset) lookUp(pressed.dataset.look);
  else addLine();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.target instanceof Element) || !event.target.closest("#cc-grid")) return;
  event.preventDefault();
  document.querySelector("#cc-claim-go")?.click();
});

const today = () => {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
};

// Dates of the tools: the browser's own picker, like the chat's.
const dates = () => {
  for (const field of document.querySelectorAll(".cc-date input:not([type='date'])")) {
    field.type = "date";
    if (!field.value) type(field, today());
  }
};
new MutationObserver(dates).observe(document.querySelector("#cc-tabs") ?? document.body, { subtree: true, childList: true });

// The browser's own date picker instead of a bare text field, and the reader's today in it.
const date = document.querySelector("#cc-date input");
if (date) {
  date.type = "date";
  date.value ||= today();
  date.dispatchEvent(new Event("input", { bubbles: true }));
}

// On paper (or in a PDF) all evidence is open.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("#cc-chat details:not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
window.addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("#cc-chat details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});

// Gradio labels each message with its HTML source, which a screen reader would read out.
// A new question moves to the top, so that its answer is read from its first line.
let questions = 0;
let follow = 0;
const tidy = () => {
  for (const row of document.querySelectorAll("#cc-chat [data-testid='user'], #cc-chat [data-testid='bot']")) {
    if (row.hasAttribute("aria-label")) row.removeAttribute("aria-label");
  }
  for (const source of document.querySelectorAll("#cc-chat .cc-copy")) {
    if (!source.nextElementSibling?.matches(".cc-tools")) addTools(source);
  }
  remember();
  const asked = document.querySelectorAll("#cc-chat .user-row");
  if (asked.length > questions) follow = Date.now() + 5000;
  questions = asked.length;
  if (questions && Date.now() < follow) asked[questions - 1].scrollIntoView({ block: "start" });
};
for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  document.addEventListener(moved, () => (follow = 0), { passive: true, capture: true });
}
const chat = document.querySelector("#cc-chat");
if (chat) {
  new MutationObserver(tidy).observe(chat, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["aria-label"],
  });
}
