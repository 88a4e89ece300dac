// The picture's keys and panel. All text from the run is set as textContent: none of it can become markup.
"use strict";
(() => {
  const details = JSON.parse(document.getElementById("details").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const panel = document.getElementById("panel");
  const paper = document.getElementById("paper");
  const rows = [...document.querySelectorAll(".event[id]")];
  let current = rows[0] || null; // the row that the keyboard is at: alone in the order of Tab
  let pinned = null; // the row that the panel keeps showing

  // ---- building what is shown ----
  function make(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function hexDump(hex) {
    const lines = [];
    for (let at = 0; at < hex.length; at += 16) {
      const bytes = hex.slice(at, at + 16).match(/../g);
      const text = bytes.map((byte) => {
        const code = parseInt(byte, 16);
        return code > 31 && code < 127 ? String.fromCharCode(code) : "·";
      });
      const offset = (at / 2).toString(16).padStart(4, "0");
      lines.push(`${offset}  ${bytes.join(" ").padEnd(23)} ${text.join("")}`);
    }
    return lines.join("\n");
  }

  function part(one) {
    const box = make("section");
    box.append(make("h4", one.head));
    const list = make("dl");
    for (const [key, value] of one.rows) list.append(make("dt", key), make("dd", value));
    box.append(list);
    if (one.hex) box.append(make("pre", hexDump(one.hex)));
    if (one.cut) box.append(make("p", words.cut, "help"));
    return box;
  }

  function folded(list) {
    const box = make("details");
    box.open = list.length < 200;
    box.append(make("summary", `${words["folded list"]} (${list.length})`));
    const table = make("table", undefined, "grid");
    // Rows are made when the list is opened: a fold may hold thousands.
    const fill = () => {
      if (!box.open || table.rows.length) return;
      for (const cells of list) {
        const row = table.insertRow();
        for (const cell of cells) row.insertCell().textContent = cell;
      }
    };
    box.addEventListener("toggle", fill);
    fill();
    box.append(table);
    return box;
  }

  function causes(row, numbers) {
    const box = make("p", `${words.causes}: `, "causes");
    const prefix = row.id[0];
    for (const number of numbers) {
      const link = make("a", details[prefix + number].title);
      link.href = `#${prefix}${number}`;
      box.append(link);
    }
    return box;
  }

  function show(row) {
    panel.replaceChildren();
    if (!row) {
      panel.append(make("p", words["nothing chosen"], "help"));
      return;
    }
    const known = details[row.id];
    const title = make("h3", known.title);
    if (row === pinned) title.append(make("span", words.pinned, "pinned"));
    panel.append(title);
    for (const one of known.parts || []) panel.append(part(one));
    if (known.list) panel.append(folded(known.list));
    if (known.causes && known.causes.length) panel.append(causes(row, known.causes));
    panel.scrollTop = 0;
  }

  // ---- which row ----
  function mark(row, name) {
    for (const other of document.querySelectorAll(`.event.${name}`)) other.classList.remove(name);
    if (row) row.classList.add(name);
  }

  function focus(row) {
    if (!row) return;
    row.focus({ preventScroll: true });
    reveal(row);
  }

  // The paper is brought onto the screen, and the row to where neither the lanes' names nor the panel cover it.
  function reveal(row) {
    let board = paper.getBoundingClientRect();
    if (board.top < 40 || board.bottom > innerHeight) scrollBy(0, board.top - 48);
    board = paper.getBoundingClientRect();
    const below = getComputedStyle(panel).position === "sticky" ? panel.getBoundingClientRect().top : Infinity;
    const top = paper.querySelector("th").getBoundingClientRect().bottom;
    const bottom = Math.min(board.bottom, below, innerHeight);
    const box = row.querySelector(".hit").getBoundingClientRect();
    if (box.top < top + 30 || box.bottom > bottom - 30) {
      paper.scrollTop += (box.top + box.bottom - top - bottom) / 2;
    }
    const text = (row.querySelector(".text, .pilltext, .folded") || row).getBoundingClientRect();
    if (text.left < board.left || text.right > board.right) {
      paper.scrollLeft += (text.left + text.right - board.left - board.right) / 2;
    }
  }

  function pin(row) {
    pinned = row;
    mark(row, "chosen");
    for (const other of rows) other.setAttribute("aria-pressed", String(other === row));
    show(row || current);
  }

  for (const row of rows) {
    row.addEventListener("pointerenter", () => pinned || show(row));
    row.addEventListener("focus", () => {
      current.setAttribute("tabindex", "-1");
      current = row;
      row.setAttribute("tabindex", "0");
      if (!pinned) show(row);
    });
    row.addEventListener("click", () => {
      row.focus({ preventScroll: true }); // it is where the reader points: nothing moves
      pin(pinned === row ? null : row);
    });
  }
  if (current) current.setAttribute("tabindex", "0");

  // Two pictures side by side: ↑ and ↓ stay in one of them.
  function neighbour(step) {
    const mates = rows.filter((row) => row.id[0] === current.id[0]);
    return mates[Math.max(0, Math.min(mates.length - 1, mates.indexOf(current) + step))];
  }

  const moves = {
    ArrowDown: () => focus(neighbour(1)),
    ArrowUp: () => focus(neighbour(-1)),
    ArrowRight: () => focus(neighbour(1)),
    ArrowLeft: () => focus(neighbour(-1)),
    PageDown: () => focus(neighbour(10)),
    PageUp: () => focus(neighbour(-10)),
    Home: () => focus(neighbour(-rows.length)),
    End: () => focus(neighbour(rows.length)),
    Enter: () => pin(current),
    " ": () => pin(current),
    "+": () => zoom(scale * 1.2),
    "=": () => zoom(scale * 1.2),
    "-": () => zoom(scale / 1.2),
    0: () => zoom(1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      pin(null);
      return;
    }
    const inPicture = event.target.closest && event.target.closest("#paper");
    if (!inPicture || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });

  // A link to a row (from the verdict, the output, a cause) pins it.
  function follow() {
    const row = rows.find((one) => `#${one.id}` === location.hash);
    if (!row) return;
    pin(row);
    // After the browser's own jump, which knows nothing of the names above and comes with the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => focus(row)));
  }
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow(); // the same link once more
  });

  // ---- zoom ----
  let scale = 1;
  function zoom(wanted) {
    scale = Math.max(0.2, Math.min(4, wanted));
    for (const svg of paper.querySelectorAll("svg")) {
      const box = svg.viewBox.baseVal;
      svg.setAttribute("width", box.width * scale);
      svg.setAttribute("height", box.height * scale);
    }
  }

  function fit() {
    const tables = [...paper.querySelectorAll(".sheets")];
    const width = tables.reduce((sum, table) => sum + Number(table.dataset.width), 0);
    zoom((paper.clientWidth - 20 * tables.length) / width);
  }

  const zooms = { in: () => zoom(scale * 1.2), out: () => zoom(scale / 1.2), one: () => zoom(1), fit };
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", zooms[button.dataset.zoom]);
  }
  // Begin with the whole width where that stays readable, else with what has to be scrolled, in full size.
  fit();
  const readable = document.body.classList.contains("compared") ? 0.6 : 0.72;
  zoom(scale < readable ? 1 : Math.min(1.25, scale));

  // ---- light and dark ----
  const root = document.documentElement;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  if (document.readyState === "complete") follow();
  else addEventListener("load", follow);
})();
