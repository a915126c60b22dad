// A dialog with the days and partners of a product, or the customers of a segment; Escape and "Back" leave it.
const detail = find("detail");

function showDetail(chosen) {
  const isOpen = Boolean(chosen.product || chosen.segment);
  find("product").hidden = !chosen.product;
  find("segment").hidden = !chosen.segment;
  if (chosen.product) showProduct(product(numbers.get(chosen.product)));
  if (chosen.segment) showSegment(chosen.segment);
  if (isOpen && !detail.open) detail.showModal();
  if (!isOpen && detail.open) detail.close();
  if (isOpen) find("detail-heading").focus();
}

function showProduct({ number: place, id, name, brand, category, units, net }) {
  find("detail-heading").textContent = name;
  const parts = [id, brand, category, `${count(units)} units and ${money(net)} net in the 30 days`];
  find("detail-note").textContent = parts.filter(Boolean).join(" · ");
  const isKept = Object.hasOwn(known.productDays, place);
  find("kept").hidden = !isKept;
  find("not-kept").hidden = isKept;
  const dayRow = ({ date, units, cents }) => row(date, number(count(units)), number(money(cents)));
  fill("product-days", productDays(place).map(dayRow), "It was not sold.");
  const partners = rows(known.partners[place], "product", "lift", "both");
  const partnerRow = ({ product, lift, both }) =>
    row(productButton(product), number(lift.toFixed(2)), number(count(both)));
  fill("partners", partners.map(partnerRow), "No product is bought with it more often than by chance.");
}

function productDays(place) {
  const found = rows(known.productDays[place], "day", "units", "cents");
  return found.sort((one, other) => one.day - other.day).map((row) => ({ ...row, date: known.dates[row.day] }));
}

function showSegment(segment) {
  find("detail-heading").textContent = segment.replaceAll("_", " ");
  find("detail-note").textContent = "The twenty customers with the greatest lifetime value.";
  fill("customers", known.segments[segment].map(([id, name, city, value, orders, last]) =>
    row(id, name ?? DASH, city ?? DASH, number(money(value)), number(count(orders)), last ?? DASH)));
}

find("back").addEventListener("click", () => detail.close());
detail.addEventListener("close", () => {
  if (!before.product && !before.segment) return; // the address closed it: another entry would end the way forward
  if (!hasFocus()) refocus(detail); // it was open from the start
  choose({ product: "", segment: "" });
});
addEventListener("hashchange", show);
show();
