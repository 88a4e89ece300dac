// Search, filters and order of the class's table. Rows are moved and hidden; nothing is ever made of their text.
"use strict";
(() => {
  const find = (name) => document.getElementById(name);
  const tools = find("tools");
  const body = find("table").tBodies[0];
  const heads = [...find("table").tHead.rows[0].cells];
  const shown = find("shown");
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const rows = [...body.rows].map((row) => ({ row, text: plain(row.textContent) }));

  // ---- which rows are shown ----
  function filter() {
    const words = plain(find("search").value).split(/\s+/).filter(Boolean);
    const outcome = find("outcome").value;
    const failed = find("failed").value;
    let count = 0;
    for (const { row, text } of rows) {
      const fits =
        words.every((word) => text.includes(word)) &&
        (!outcome || row.dataset.outcome === outcome) &&
        (!failed || row.dataset.failed.split(" ").includes(failed));
      row.hidden = !fits;
      count += fits;
    }
    shown.value = shown.dataset.words.replace("{shown}", count).replace("{count}", rows.length);
  }

  // ---- in which order ----
  function key(row, place, numbers) {
    const cell = row.cells[place];
    if (!numbers) return cell.textContent.trim();
    return cell.dataset.sort === "" ? NaN : Number(cell.dataset.sort);
  }

  function compare(left, right, numbers) {
    if (!numbers) return order.compare(left, right);
    return left - right;
  }

  // What is empty stands last, whichever way the rest is turned; what is equal keeps its order.
  function sort(head) {
    const turned = head.getAttribute("aria-sort") === "ascending";
    const place = heads.indexOf(head);
    const numbers = "numbers" in head.dataset;
    const keyed = [...body.rows].map((row) => ({ row, key: key(row, place, numbers) }));
    const empty = (one) => one.key === "" || Number.isNaN(one.key);
    keyed.sort((left, right) => {
      if (empty(left) || empty(right)) return empty(left) - empty(right);
      return (turned ? -1 : 1) * compare(left.key, right.key, numbers);
    });
    body.append(...keyed.map((one) => one.row));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turned ? "descending" : "ascending");
  }

  for (const head of heads) head.querySelector("button").addEventListener("click", () => sort(head));
  tools.addEventListener("input", filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(filter)); // after the fields have their first values again
  for (const button of document.querySelectorAll(".only")) {
    button.addEventListener("click", () => {
      find("search").value = find("outcome").value = "";
      find("failed").value = button.dataset.check;
      filter();
      find("failed").focus();
    });
  }
  find("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  tools.hidden = false;
  filter();
})();
