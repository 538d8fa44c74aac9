// Earlier conversations, kept in this browser only (localStorage) and never sent anywhere.

const HISTORY = "codecite-history";
const KEEP = "codecite-history-off";
const MOST_KEPT = 30;
let current = null;

const stored = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};
const store = (key, value) => {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing, or has no room left: the page works without.
  }
};
const readHistory = () => {
  try {
    const held = JSON.parse(stored(HISTORY) ?? "[]");
    return Array.isArray(held) ? held.filter((one) => Array.isArray(one?.turns)) : [];
  } catch {
    return [];
  }
};
const isKept = () => stored(KEEP) === null;

let rememberedTurns = 0;
const remember = () => {
  const held = turns().filter((turn) => turn.answer);
  if (!held.length) current = null;
  if (!held.length || held.length === rememberedTurns || !isKept()) {
    rememberedTurns = held.length;
    return;
  }
  rememberedTurns = held.length;
  current ??= `${Date.now()}`;
  const others = readHistory().filter((one) => one.id !== current);
  store(HISTORY, JSON.stringify([{ id: current, when: today(), turns: held }, ...others].slice(0, MOST_KEPT)));
};

const showHistory = () => {
  document.querySelector("#cc-history")?.remove();
  const dialog = make("dialog", "cc-history");
  dialog.id = "cc-history";
  dialog.setAttribute("aria-labelledby", "cc-history-title");
  const title = make("h2", "cc-h2", "Earlier conversations in this browser");
  title.id = "cc-history-title";
  const close = make("button", "cc-copy-button", "Close");
  close.addEventListener("click", () => dialog.close());
  const head = make("div", "cc-history-head");
  head.append(title, close);
  const keep = make("label", "cc-fine");
  const box = make("input");
  box.type = "checkbox";
  box.checked = isKept();
  box.addEventListener("change", () => {
    store(KEEP, box.checked ? null : "1");
    if (!box.checked) clear();
  });
  keep.append(box, " Keep conversations in this browser (never sent anywhere; switch off on a shared computer)");
  const list = make("div", "cc-history-list");
  const clear = () => {
    store(HISTORY, null);
    fill();
  };
  const drop = make("button", "cc-copy-button", "Delete all");
  drop.addEventListener("click", clear);
  const fill = () => {
    const held = readHistory();
    drop.hidden = !held.length;
    list.replaceChildren(...(held.length ? held.map((one) => entry(one, fill, dialog)) : [make("p", "cc-fine", "None yet.")]));
  };
  dialog.append(head, list, keep, drop);
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector(".gradio-container").append(dialog);
  fill();
  dialog.showModal();
};
const entry = (one, fill, dialog) => {
  const fold = make("details", "cc-more");
  fold.append(make("summary", "", `${one.when} · ${one.turns[0].question}`.slice(0, 120)));
  for (const turn of one.turns) {
    fold.append(make("p", "cc-said", turn.question), make("pre", "cc-history-answer", turn.answer));
  }
  const again = make("button", "cc-ask", "Ask again");
  again.addEventListener("click", () => {
    dialog.close();
    askInChat(one.turns[0].question);
  });
  const save = make("button", "cc-copy-button", "Save");
  save.addEventListener("click", () => download(new Blob([markdown(one.turns)], { type: "text/markdown" }), "md"));
  const pdf = make("button", "cc-copy-button", "PDF");
  pdf.addEventListener("click", () => savePdf(one.turns));
  const drop = make("button", "cc-copy-button", "Delete");
  drop.addEventListener("click", () => {
    store(HISTORY, JSON.stringify(readHistory().filter((other) => other.id !== one.id)));
    fill();
  });
  const row = make("div", "cc-tools");
  row.append(again, save, pdf, drop);
  fold.append(row);
  return fold;
};
