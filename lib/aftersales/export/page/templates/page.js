(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Light or dark: the system decides until the reader does.
  const button = document.querySelector(".theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const name = () => { button.textContent = isDark() ? button.dataset.light : button.dataset.dark; };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* forgotten with the page */ }
    name();
  });
  dark.addEventListener("change", name);
  name();

  // The contents follow the reader.
  const contents = document.querySelector("#contents");
  const details = contents.querySelector("details");
  const now = contents.querySelector("[data-now]");
  const links = all("a", contents);
  const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let current = null;
  const follow = () => {
    const line = Math.min(innerHeight * 0.3, 240);
    let at = 0;
    places.forEach((place, i) => { if (place && place.getBoundingClientRect().top <= line) at = i; });
    if (innerHeight + scrollY >= root.scrollHeight - 2) at = links.length - 1;
    if (links[at] === current) return;
    current?.removeAttribute("aria-current");
    current = links[at];
    if (!current) return;
    current.setAttribute("aria-current", "location");
    const chapter = current.closest("#contents details > ol > li");
    all(".current", contents).forEach((item) => item.classList.remove("current"));
    chapter.classList.add("current");
    now.textContent = chapter.querySelector("a > span:last-child").textContent;
    if (contents.scrollHeight > contents.clientHeight) current.scrollIntoView({ block: "nearest" });
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  follow();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && matchMedia("(width < 70rem)").matches) details.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && details.open && matchMedia("(width < 70rem)").matches) {
      details.open = false;
      details.querySelector("summary").focus();
    }
  });

  // A table is a stop for the keyboard only where it scrolls, and has a shade where there is more of it.
  const edge = (box) => box.classList.toggle("goes-on", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  const boxes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    const scrolls = target.scrollWidth > target.clientWidth + 1;
    target.classList.toggle("wide-inside", scrolls);
    edge(target);
    if (scrolls) target.tabIndex = 0; else target.removeAttribute("tabindex");
  }));
  all(".scroll, pre.foreign").forEach((box) => {
    boxes.observe(box);
    box.addEventListener("scroll", () => edge(box), { passive: true });
  });

  // On a phone a table is its title, which tells what it says, until the reader opens it. Paper has all of them but
  // those that are there to be looked up.
  const phone = matchMedia("(width < 40rem)");
  const folds = all(".fold:not(.look-up)");
  const fit = () => folds.forEach((fold) => { fold.open = !phone.matches; });
  phone.addEventListener("change", fit);
  fit();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folds.filter((fold) => !fold.open);
    closed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  // A link opens what it leads to.
  const reveal = (place) => {
    const fold = place?.querySelector(":scope > .fold") ?? place?.closest(".fold");
    if (!fold || fold.open) return;
    fold.open = true;
    place.scrollIntoView();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) reveal(document.getElementById(decodeURIComponent(link.hash.slice(1))));
  });
  ["load", "hashchange"].forEach((when) => addEventListener(when, () => reveal(document.querySelector(":target"))));

  // A long table shows its first rows until the reader asks for all.
  all(".more").forEach((more) => {
    more.hidden = false;
    more.addEventListener("click", () => {
      const table = more.parentNode.querySelector("table");
      const next = table.tBodies[0].rows[10];
      table.classList.remove("folded");
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
      more.remove();
    });
  });

  // A table of many is searched by all that stands in its rows; while it is, none of those found is folded away.
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  all(".search").forEach((box) => {
    const field = box.querySelector("input");
    const table = box.parentNode.querySelector("table");
    const more = box.parentNode.querySelector(".more");
    const texts = new Map([...table.tBodies[0].rows].map((row) => [row, plain(row.textContent)]));
    box.hidden = false;
    field.addEventListener("input", () => {
      const wanted = plain(field.value).split(/\s+/).filter(Boolean);
      let count = 0;
      texts.forEach((text, row) => {
        row.hidden = !wanted.every((word) => text.includes(word));
        if (!row.hidden) count += 1;
      });
      if (more?.isConnected) {
        table.classList.toggle("folded", !wanted.length);
        more.hidden = wanted.length > 0;
      }
      const [before, between] = box.dataset.found.split("{}");
      box.querySelector("output").textContent = wanted.length ? before + count + between + texts.size + box.dataset.found.split("{}")[2] : "";
    });
  });

  // Tables are sorted by their heads: first click as a reader of that column wants it, then the other way.
  const collator = new Intl.Collator(root.lang, { numeric: true });
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compare = (kind, a, b) => (kind === "number" ? Number(a) - Number(b) : collator.compare(a, b));
  all("th[data-sort]").forEach((head) => {
    const label = head.querySelector(".label");
    const sorter = document.createElement("button");
    sorter.type = "button";
    sorter.className = "sorter";
    sorter.append(...label.childNodes);
    label.append(sorter);
    sorter.addEventListener("click", () => {
      const body = head.closest("table").tBodies[0];
      const kind = head.dataset.sort;
      const before = head.getAttribute("aria-sort");
      const down = before ? before === "ascending" : kind === "number";
      all("th[aria-sort]", head.parentNode).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const totals = [...body.rows].filter((row) => row.classList.contains("fixed"));
      const rows = [...body.rows].filter((row) => !totals.includes(row)).map((row) => [value(row, head.cellIndex), row]);
      rows.sort(([a], [b]) => (a === "" || b === "" ? (a === "") - (b === "") : compare(kind, a, b) * (down ? -1 : 1)));
      body.append(...rows.map(([, row]) => row), ...totals);
    });
  });
})();
