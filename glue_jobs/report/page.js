// Draws the charts, and lets the two filters choose what charts and tables show. A filter's value is
// empty for all; a category's is its number, for HTML changes some of the characters of a name.
const { charts, config, categories } = JSON.parse(document.getElementById("data").textContent);
const filters = document.getElementById("filters");
const notes = document.querySelectorAll("article > .nothing[hidden]");
const options = { config, renderer: "svg", actions: false, ast: true }; // ast: without eval
const drawn = Promise.all(Object.entries(charts).map(async ([name, chart]) => {
  const element = document.getElementById(`chart-${name}`);
  return { element, view: (await vegaEmbed(element, chart, options)).view };
}));

function isChosen({ day, category, period }, choice) {
  return (!day || !choice.day || choice.day === day)
    && (period === undefined || choice.day === period)
    && (!category || !choice.category || choice.category === category);
}

function chosen() {
  return Object.fromEntries(new FormData(filters));
}

async function choose() {
  for (const row of document.querySelectorAll("tbody tr")) {
    row.hidden = !isChosen(row.dataset, chosen());
  }
  for (const note of notes) {
    note.hidden = note.parentElement.querySelector("tbody tr:not([hidden])") !== null;
  }
  for (const { element, view } of await drawn) {
    const isEmpty = element.parentElement.querySelector(".nothing:not([hidden])") !== null;
    element.classList.toggle("empty", isEmpty);
    if (!isEmpty) await show(view);
  }
  document.body.dataset.shown = JSON.stringify(chosen());
}

async function show(view) {
  const signals = view.getState().signals;
  const { day, category } = chosen();
  const values = { day: day || null, category: category ? categories[category] : null };
  for (const [name, value] of Object.entries(values)) {
    if (name in signals) view.signal(name, value);
  }
  await view.runAsync();
}

filters.addEventListener("change", choose);
choose();
