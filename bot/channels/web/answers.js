// What hangs below an answer: copy, feedback, what to ask next; the conversation as Markdown and PDF; editing facts.

const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  if (tag === "button") node.type = "button";
  return node;
};
const send = (address, body) =>
  fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// What an answer hands out when it is copied or saved: its Markdown, one line per text node.
const lines = (node) => [...node.childNodes].map((part) => (part.nodeName === "BR" ? "\n" : part.textContent)).join("");
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the clipboard can only be reached through a selection.
    const box = document.body.appendChild(document.createElement("textarea"));
    box.value = text;
    box.select();
    document.execCommand("copy");
    box.remove();
  }
};

const KINDS = [
  ["helpful", "Helpful"],
  ["wrong", "Wrong"],
  ["evidence-wrong", "Evidence is wrong"],
  ["comment", "Comment"],
];
const addTools = (source) => {
  const row = make("div", "cc-tools");
  const copied = make("button", "cc-copy-button", "Copy as text");
  copied.addEventListener("click", async () => {
    await copy(lines(source));
    copied.textContent = "Copied";
  });
  row.append(copied);
  const answer = source.parentElement.querySelector(".cc-id")?.textContent;
  if (answer) row.append(feedback(answer));
  source.after(row);
  const next = [...source.parentElement.querySelectorAll(".cc-next-question")].map((part) => part.textContent);
  if (next.length) row.after(followUps(next));
};
const feedback = (answer) => {
  const group = make("div", "cc-feedback");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Feedback on this answer");
  const told = make("span", "cc-fine cc-thanks");
  told.setAttribute("role", "status");
  const say = async (kind, text) => {
    let kept = false;
    try {
      kept = (await send("/api/feedback", { answer_id: answer, kind, text })).ok;
    } catch {
      kept = false;
    }
    if (kept) for (const part of [...group.children]) if (part !== told) part.remove();
    told.textContent = kept ? "Thank you. Kept without your name." : "That could not be kept. Please try again later.";
  };
  for (const [kind, words] of KINDS) {
    const button = make("button", "cc-copy-button", words);
    button.addEventListener("click", () => (kind === "helpful" ? say(kind, "") : write(kind, words)));
    group.append(button);
  }
  const write = (kind, words) => {
    group.querySelector(".cc-say")?.remove();
    const form = make("form", "cc-say");
    const box = make("textarea");
    box.rows = 2;
    box.maxLength = 2000;
    box.required = kind === "comment";
    box.setAttribute("aria-label", `${words}: what should it say? No patient details, please.`);
    box.placeholder = "What should it say? No patient details, please.";
    const go = make("button", "cc-copy-button", "Send");
    go.type = "submit";
    form.append(box, go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      say(kind, box.value);
    });
    group.append(form);
    box.focus();
  };
  group.append(told);
  return group;
};
const followUps = (questions) => {
  const list = make("div", "cc-next");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "You could ask next");
  for (const question of questions) {
    const button = make("button", "cc-ask", question);
    button.dataset.ask = question;
    list.append(button);
  }
  return list;
};

// The conversation as it stands on the page: pairs of a question and the Markdown of its answer.
const turns = () => {
  const found = [];
  for (const part of document.querySelectorAll("#cc-chat .cc-said, #cc-chat .cc-copy")) {
    if (part.matches(".cc-said")) found.push({ question: lines(part), answer: "" });
    else if (found.length) found[found.length - 1].answer = lines(part);
  }
  return found;
};
const markdown = (held) => held.map((turn) => `## ${turn.question.replaceAll("\n", " ")}\n\n${turn.answer}\n`).join("\n");
const download = (blob, ending) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `codecite-${today()}.${ending}`;
  link.click();
  URL.revokeObjectURL(link.href);
};
const savePdf = async (held) => {
  const reply = await send("/export.pdf", { turns: held });
  if (reply.ok) download(await reply.blob(), "pdf");
};
window.codecite = {
  grid: () =>
    JSON.stringify(
      [...document.querySelectorAll("#cc-grid tbody tr")].map((row) =>
        Object.fromEntries([...row.querySelectorAll("input")].map((cell) => [cell.name, cell.value])),
      ),
    ),
  save: () => turns().length && download(new Blob([markdown(turns())], { type: "text/markdown" }), "md"),
  pdf: () => turns().length && savePdf(turns()),
  history: () => showHistory(),
};

// A fact in force becomes a field when it is pressed; Enter asks the last question again with the new value.
document.addEventListener("click", (event) => {
  const chip = event.target instanceof Element ? event.target.closest(".cc-chip-edit") : null;
  if (!chip) return;
  const field = { date: "#cc-date input", payer: "#cc-payer input" }[chip.dataset.slot];
  if (field) {
    document.querySelector(field)?.focus();
    return;
  }
  const box = make("input", "cc-chip-box");
  box.value = chip.dataset.value;
  box.setAttribute("aria-label", `New value: ${chip.dataset.name}`);
  // Taking the field away makes it lose the focus, which would take it away once more.
  let left = false;
  const leave = () => {
    if (!left) {
      left = true;
      box.replaceWith(chip);
    }
  };
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (pressed) => {
    if (pressed.key === "Escape") leave();
    if (pressed.key !== "Enter" || !box.value.trim()) return;
    const asked = chip.dataset.say.replace("{value}", box.value.trim());
    leave();
    askInChat(asked);
  });
  chip.replaceWith(box);
  box.select();
});
