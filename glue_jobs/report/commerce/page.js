// Fills cards and tables with what is chosen, and changes what is chosen by filter, click or key.
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const PERIODS = { 1: "day", 7: "7 days", 30: "30 days" };
const find = (id) => document.getElementById(id);
let filled;
let before = ALL; // what was chosen

// An element with its attributes and content; texts stay texts, whatever they are.
function made(tag, attributes, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

function row(...cells) {
  return made("tr", {}, ...cells.map((cell) => cell instanceof Node || typeof cell === "string"
    ? made("td", {}, cell)
    : made("td", { class: "number" }, cell.number)));
}

const number = (text) => ({ number: text });
const button = (kind, value, text) => made("button", { type: "button", [`data-${kind}`]: value }, text);
const productButton = (place) => button("product", place, product(place).name);

function fill(id, rows, nothing) {
  const columns = find(id).tHead.rows[0].cells.length;
  const note = made("tr", {}, made("td", { colspan: columns }, nothing));
  find(id).tBodies[0].replaceChildren(...rows.length ? rows : [note]);
}

function card(name, meaning, value, note) {
  const term = made("dt", {}, `${name} `, made("small", {}, meaning));
  return made("div", { class: "card" }, term, made("dd", {}, value), made("dd", { class: "note" }, note));
}

// How a number stands beside that of the period before, as `_change` of cards.py says it.
function change(now, before, shown, period) {
  if (!before) return `none in the ${period} before`;
  const arrow = now > before ? "▲" : now < before ? "▼" : "=";
  return `${arrow} ${percent(Math.abs(now - before), before)} from ${shown(before)}`;
}

function cards(chosen) {
  const [now, before] = [cell(chosen), cell(chosen, 1)];
  const compared = (name, key, shown) =>
    card(name, "", shown(now[key]), change(now[key], before[key], shown, PERIODS[chosen.period]));
  const beside = (name, meaning, shown) => card(name, meaning, shown(now), `before ${shown(before)}`);
  const average = ({ net, completed }) => completed ? money(Math.round(net / completed)) : DASH;
  find("cards").replaceChildren(
    compared(MEASURES[chosen.status], "revenue", money),
    compared("Transactions", "transactions", count),
    beside("Average order value", "net, completed orders", average),
    compared("Unique customers", "customers", count),
    compared("Units", "units", count),
    beside("Returned", "of gross revenue", ({ returned, gross }) => percent(returned, gross)),
    bestCard(chosen),
    categoryCard(chosen),
  );
}

function bestCard(chosen) {
  const [first] = best(chosen);
  if (!first) return card("Best product", "", DASH, "nothing was sold");
  return card("Best product", "", productButton(first.product), money(first.revenue));
}

// The category that is chosen, or else the largest of those that have a rank.
function categoryCard(chosen) {
  const of = chosen.category ? ["Category", ""] : ["Largest category", "of those listed"];
  const found = categories(chosen)[chosen.category || largestCategory(chosen)];
  if (!found || found.part === null) return card(...of, found?.name ?? DASH, "no revenue");
  return card(...of, found.name, `${tenths.format(found.part)} of the revenue of all`);
}

function largestCategory(chosen) {
  const listed = categories(chosen).slice(1).filter(({ revenue }) => revenue);
  return listed.sort((one, other) => other.revenue - one.revenue)[0]?.rank;
}

function fillProducts(chosen) {
  const found = best(chosen);
  const bar = ({ revenue }) => {
    const drawn = made("div", { class: "bar", "aria-hidden": "true" });
    drawn.style.width = `${found[0].revenue ? 100 * revenue / found[0].revenue : 0}%`;
    return made("td", { class: "bars" }, drawn);
  };
  fill("products", found.map((one) => {
    const line = row(productButton(one.product), number(count(one.units)), number(money(one.revenue)));
    line.cells[0].after(bar(one));
    return line;
  }), "Nothing was sold.");
}

function fillCategories(chosen) {
  const found = categories(chosen);
  for (const line of find("categories").tBodies[0].rows) {
    const { units, revenue, part } = found[line.dataset.rank];
    const texts = [count(units), money(revenue), part === null ? DASH : tenths.format(part)];
    texts.forEach((text, place) => { line.cells[place + 1].textContent = text; });
    line.querySelector("button").setAttribute("aria-pressed", chosen.category === line.dataset.rank);
  }
  find("all-categories").hidden = !chosen.category;
}

function fillDays(chosen) {
  const sold = (revenue) => revenue === null ? "no sales" : money(revenue);
  fill("days", days(chosen).map(({ date, transactions, revenue, posted, anomaly }) =>
    row(date, number(count(transactions)), number(sold(revenue)), number(money(posted)), anomaly)));
}

function fillHours(chosen) {
  const { grid, untimed } = hours(chosen);
  const hourRow = (_, hour) => row(`${String(hour).padStart(2, "0")}:00`,
    ...grid.filter((slot) => slot.hour === hour).map(({ revenue }) => number(money(revenue))));
  fill("hours", Array.from({ length: 24 }, hourRow));
  const sum = (name) => untimed.reduce((total, slot) => total + slot[name], 0);
  const told = `${count(sum("transactions"))} transactions, ${money(sum("revenue"))}`;
  find("untimed").textContent = `Without a time: ${told}.`;
}

// What is chosen, in words: for the eye, for print, and read out when it changes.
function describe(chosen) {
  const { revenue, transactions } = cell(chosen);
  const named = (names, rank, all) => rank ? names[rank] : all;
  const texts = [
    chosen.period === "1" ? known.day : `${PERIODS[chosen.period]} to ${known.day}`,
    named(known.categories, chosen.category, "all categories"),
    named(known.cities, chosen.city, "all cities"),
    chosen.status || "every status",
  ];
  const brought = `${MEASURES[chosen.status].toLowerCase()} ${money(revenue)}`;
  find("chosen").textContent = `${texts.join(", ")}: ${brought}, ${count(transactions)} transactions.`;
}

const hasFocus = () =>
  document.activeElement !== document.body && document.activeElement.getClientRects().length > 0;

// Gives a focus that went with what is hidden or made anew to what it was about, else to the filters.
function refocus({ dataset }) {
  const places = [
    `:is(#cards, #products) [data-product="${dataset.product ?? numbers.get(before.product)}"]`,
    `[data-segment="${before.segment}"]`,
    `[data-category="${before.category}"]`,
  ];
  const found = places.flatMap((place) => [...document.querySelectorAll(place)]);
  [...found, filters.elements.period].find((one) => {
    one.focus();
    return hasFocus();
  });
}

function show() {
  const chosen = choice();
  const [focused, hadFocus] = [document.activeElement, hasFocus()];
  for (const filter of filters) filter.value = chosen[filter.name];
  const filtered = [...filters].map(({ value }) => value).join("|");
  if (filled !== filtered) { // else what is made anew would lose the focus
    for (const part of [describe, cards, fillProducts, fillCategories, fillDays, fillHours]) part(chosen);
    for (const name of document.querySelectorAll(".measure")) name.textContent = MEASURES[chosen.status];
    filled = filtered;
  }
  showDetail(chosen);
  if (hadFocus && !hasFocus()) refocus(focused);
  before = chosen;
}

function toggleCategory(rank) {
  choose({ category: rank === choice().category ? "" : rank });
}

filters.addEventListener("change", ({ target }) => choose({ [target.name]: target.value }));
document.addEventListener("click", ({ target }) => {
  const { product: place, category, segment } = target.closest("button")?.dataset ?? {};
  if (place) choose({ product: known.products[place][0], segment: "" });
  if (segment) choose({ segment, product: "" });
  if (category !== undefined) toggleCategory(category);
});
