// Draws the charts: each gets the rows of what is chosen. A click on a category chooses it.
const options = { config: known.config, renderer: "svg", actions: false, ast: true }; // ast: without eval
const views = new Map();

// A chart is drawn when it is first visible, for it takes the width that is there.
async function draw(name, values) {
  const element = find(`chart-${name}`);
  element.classList.toggle("empty", !values.length);
  if (!values.length) return;
  if (!views.has(name)) {
    const { view } = await vegaEmbed(element, { ...known.charts[name], datasets: { rows: values } }, options);
    view.addEventListener("click", (_, item) => {
      if (item?.datum?.rank !== undefined) choose({ category: choice().category === String(item.datum.rank) ? "" : String(item.datum.rank) });
    });
    views.set(name, view);
    return;
  }
  // The window may have another size since, which a chart that was hidden did not see.
  await views.get(name).width(element.clientWidth).data("rows", values).runAsync();
}

const inDollars = (cents) => cents === null ? null : cents / 100;

// A row for each line that is drawn; the one of posted revenue is of all sales.
function dayRows(chosen) {
  return days(chosen).flatMap(({ revenue, posted, ...day }) => {
    const row = { ...day, shownRevenue: revenue === null ? "no sales" : money(revenue), shownPosted: money(posted) };
    const restated = { ...row, series: "restated", revenue: inDollars(revenue), isOdd: Boolean(day.anomaly) };
    return posted === null ? [restated] : [restated, { ...row, series: "posted", revenue: inDollars(posted), isOdd: false, chosen: false }];
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
  return grid.map((slot) => ({ ...slot, revenue: inDollars(slot.revenue), name: WEEKDAYS[slot.weekday - 1] }));
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
