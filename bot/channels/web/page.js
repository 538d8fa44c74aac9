// Small manners of the page; it works without them, only less well.
() => {
  document.documentElement.lang = "en-US";

  // Numbered marks open the evidence they name and hand it the keyboard focus.
  const openEvidence = (event) => {
    const mark = event.target instanceof Element ? event.target.closest("a.cc-mark") : null;
    if (!mark) return;
    event.preventDefault();
    event.stopPropagation();
    const proof = document.getElementById(mark.getAttribute("href").slice(1))?.closest("details");
    if (!proof) return;
    proof.open = true;
    proof.scrollIntoView({ block: "nearest" });
    proof.querySelector("summary").focus({ preventScroll: true });
  };
  document.addEventListener("click", openEvidence, true);

  // The browser's own date picker instead of a bare text field.
  const date = document.querySelector("#cc-date input");
  if (date) date.type = "date";

  // Gradio labels each message with its HTML source, which a screen reader would read out.
  // A new question moves to the top, so that its answer is read from its first line.
  let questions = 0;
  let follow = 0;
  const tidy = () => {
    for (const row of document.querySelectorAll("#cc-chat [data-testid='user'], #cc-chat [data-testid='bot']")) {
      if (row.hasAttribute("aria-label")) row.removeAttribute("aria-label");
    }
    const asked = document.querySelectorAll("#cc-chat .user-row");
    if (asked.length > questions) follow = Date.now() + 5000;
    questions = asked.length;
    if (questions && Date.now() < follow) asked[questions - 1].scrollIntoView({ block: "start" });
  };
  for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    document.addEventListener(moved, () => (follow = 0), { passive: true, capture: true });
  }
  const chat = document.querySelector("#cc-chat");
  if (!chat) return;
  new MutationObserver(tidy).observe(chat, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["aria-label"],
  });
}
