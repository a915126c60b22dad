// Draws the charts: each gets the rows of what is chosen. A click on a category chooses it.
const options = { config: known.config, renderer: "svg", actions: false, ast: true }; // ast: without eval
const views = new Map();

// Makes a chart, or gives it other rows; without any it is hidden.
async function draw(name, values) {
  const element = find(`chart-${name}`);
  element.classList.toggle("empty", !values.length);
  if (!values.length) return;
  if (views.has(name)) {
    // The window may have another size since, which a chart that was hidden did not see.
    await views.get(name).width(element.clientWidth).data("rows", values).runAsync();
    return;
  }
  const chart = { ...known.charts[name], datasets: { rows: values } };
  const { view } = await vegaEmbed(element, chart, options);
  view.addEventListener("click", (_, item) => {
    if (item?.datum?.rank !== undefined) toggleCategory(String(item.datum.rank));
  });
  views.set(name, view);
}

const inDollars = (cents) => cents === null ? null : cents / 100;

// A row for each line that is drawn; the one of posted revenue is of all sales.
function dayRows(chosen) {
  return days(chosen).flatMap(({ revenue, posted, ...day }) => {
    const shownRevenue = revenue === null ? "no sales" : money(revenue);
    const row = { ...day, shownRevenue, shownPosted: money(posted) };
    const line = (series, cents, more) => ({ ...row, series, revenue: inDollars(cents), ...more });
    const restated = line("restated", revenue, { isOdd: Boolean(day.anomaly) });
    return posted === null ? [restated] : [restated, line("posted", posted, { isOdd: false, chosen: false })];
  });
}

function categoryRows(chosen) {
  const found = categories(chosen).filter(({ revenue }) => revenue > 0);
  return found.map((row) => ({
    ...row,
    revenue: inDollars(row.revenue),
    place: row.rank || known.categories.length,
    label: row.part < 0.04 ? "" : row.rank ? String(row.rank) : "…",
    chosen: !chosen.category || chosen.category === String(row.rank),
  }));
}

function hourRows(chosen) {
  const { grid } = hours(chosen);
  if (!grid.some(({ transactions }) => transactions)) return [];
  const name = ({ weekday }) => WEEKDAYS[weekday - 1];
  return grid.map((slot) => ({ ...slot, revenue: inDollars(slot.revenue), name: name(slot) }));
}

async function drawAll() {
  const [chosen, { hash }] = [choice(), location];
  const place = numbers.get(chosen.product);
  await draw("days", known.sales.some(([hasSales, posted]) => hasSales || posted) ? dayRows(chosen) : []);
  await draw("categories", categoryRows(chosen));
  await draw("hours", hourRows(chosen));
  if (chosen.product && Object.hasOwn(known.productDays, place)) {
    const sold = new Map(productDays(place).map((row) => [row.date, row]));
    await draw("product", known.dates.map((date) => {
      const { units, cents } = sold.get(date) ?? { units: 0, cents: 0 };
      return { date, units, revenue: inDollars(cents) };
    }));
  }
  document.body.dataset.shown = hash;
}

// One after the other: a chart must be there before it gets other rows.
let drawing = drawAll();
addEventListener("hashchange", () => { drawing = drawing.then(drawAll); });
