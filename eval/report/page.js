const form = document.getElementById("filters"), items = [...document.querySelectorAll(".item")];
const texts = items.map(item => item.textContent.toLowerCase());
function apply() {
  const want = Object.fromEntries(new FormData(form)), words = want.text.toLowerCase().trim();
  let shown = 0;
  items.forEach((item, at) => {
    const fits = ["outcome", "set", "level"].every(name => !want[name] || item.dataset[name] === want[name])
      && (!want.metric || item.dataset.metric.split(" ").includes(want.metric)) && texts[at].includes(words);
    item.hidden = !fits;
    shown += fits;
  });
  document.getElementById("count").textContent = `${shown} of ${items.length} questions shown`;
}
form.addEventListener("input", apply);
apply();
