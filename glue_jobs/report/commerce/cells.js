// What the page knows, what is chosen, and how numbers read. The choice lives in the address after "#", so a
// link shows the same. A filter's value is empty for all; categories and cities are chosen by rank, 0 for the
// others together.
const known = JSON.parse(document.getElementById("data").textContent);
const ALL = { period: "30", category: "", city: "", status: "", product: "", segment: "" };
const CUBE = ["transactions", "orders", "completed", "customers", "units", "gross", "returned", "net"];
const MEASURES = {
  "": "Net revenue",
  completed: "Completed revenue",
  returned: "Returned revenue",
  refunded: "Refunded revenue",
};
const DASH = "–";
const filters = document.getElementById("filters");
const numbers = new Map(known.products.map(([id], number) => [id, number]));

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const plain = new Intl.NumberFormat("en-US");
const oneDigit = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
const tenths = new Intl.NumberFormat("en-US", oneDigit);
const money = (cents) => cents === null ? DASH : dollars.format(cents / 100);
const count = (number) => plain.format(number);
const percent = (part, whole) => whole ? tenths.format(part / whole) : DASH;

function choice() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const isKnown = (name, value) => {
    if (name === "product") return numbers.has(value);
    if (name === "segment") return Object.hasOwn(known.segments, value);
    return [...filters.elements[name].options].some((option) => option.value === value);
  };
  const value = (name) => isKnown(name, asked.get(name)) ? asked.get(name) : ALL[name];
  return Object.fromEntries(Object.keys(ALL).map((name) => [name, value(name)]));
}

function choose(changes) {
  const chosen = Object.entries({ ...choice(), ...changes });
  location.hash = new URLSearchParams(chosen.filter(([name, value]) => value || name === "period"));
}

// The numbers of a cell of the cube; no row there is no sale there.
function cell({ period, category, city, status }, isBefore = 0) {
  const found = known.cube[[isBefore, period, category, city, status].join("|")] ?? CUBE.map(() => 0);
  const numbers = Object.fromEntries(CUBE.map((name, place) => [name, found[place]]));
  return { ...numbers, revenue: status ? numbers.gross : numbers.net };
}

// The rows of a flat list in which each row has some fields.
function rows(flat, ...names) {
  const found = flat ?? [];
  return Array.from({ length: found.length / names.length }, (_, row) =>
    Object.fromEntries(names.map((name, place) => [name, found[row * names.length + place]])));
}

function product(number) {
  const [id, name, brand, rank, units, net] = known.products[number];
  return { number, id, name, brand, category: known.categories[rank], units, net };
}

function best({ period, category, city, status }) {
  return rows(known.top[[period, category, city, status].join("|")], "product", "units", "revenue");
}

// Revenue and transactions of each of the thirty days; a day on which the shop sold nothing has none.
function days({ period, category, city, status }) {
  const isAll = !category && !city && !status;
  const flat = known.days[[category, city, status].join("|")] ?? known.dates.flatMap(() => [0, 0]);
  const found = rows(flat, "transactions", "cents");
  return known.dates.map((date, place) => {
    const [hasSales, posted] = known.sales[place];
    const { transactions, cents } = found[place];
    return {
      date,
      transactions,
      revenue: hasSales ? cents : null,
      posted: isAll ? posted : null,
      anomaly: (known.anomalies[date] ?? []).join("; "),
      chosen: period < known.dates.length && place >= known.dates.length - period,
    };
  });
}

function categories(chosen) {
  const of = (category) => cell({ ...chosen, category });
  const whole = of("").revenue;
  return [...known.categories.keys()].map((rank) => {
    const { revenue, units } = of(String(rank));
    return { rank, name: known.categories[rank], revenue, units, part: whole ? revenue / whole : null };
  });
}

// Revenue by weekday and hour, of all cities; what has no time is apart.
function hours({ period, category, status }) {
  const flat = known.hours[[period, category, status].join("|")];
  const found = rows(flat, "weekday", "hour", "transactions", "revenue");
  const key = ({ weekday, hour }) => 24 * weekday + hour;
  const timed = new Map(found.filter(({ hour }) => hour < 24).map((row) => [key(row), row]));
  const grid = Array.from({ length: 7 * 24 }, (_, place) => {
    const slot = { weekday: 1 + Math.floor(place / 24), hour: place % 24 };
    return timed.get(key(slot)) ?? { ...slot, transactions: 0, revenue: 0 };
  });
  return { grid, untimed: found.filter(({ hour }) => hour === 24) };
}
