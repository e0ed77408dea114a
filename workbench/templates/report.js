"use strict";
(() => {
  const page = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const WORDS = { u: "no certain day", i: "date inferred", t: "machine-translated", r: "copy of a listed text", n: "no topic" };
  const FIRST = 50;
  let content = null;

  // Everything that is shown goes through here as text; nothing is ever parsed as markup.
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties || {});
    element.append(...children.filter((child) => child !== "" && child !== null));
    return element;
  };
  const counted = (number, single, plural) => `${number.toLocaleString("en")} ${number === 1 ? single : plural}`;

  const unpack = async (id) => {
    const letters = one(`#${id}`).textContent;
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

  const link = (place) => {
    const { title, url } = content.articles;
    const address = url[place];
    if (!/^https?:\/\//i.test(address)) return make("span", { className: "title", dir: "auto" }, title[place]);
    return make("a", { className: "title", href: address, rel: "noopener noreferrer nofollow", dir: "auto" }, title[place]);
  };
  const flags = (place) => [...content.articles.flags[place]].map((letter) => make("span", { className: "flag" }, WORDS[letter]));
  const dated = (place) => {
    const { published, evidence } = content.articles;
    return evidence[place] ? `${published[place]} (${evidence[place]})` : published[place];
  };

  // -- articles behind a mark ---------------------------------------------------------------------------------
  const entry = (place, possible) => {
    const { source, language, sentence } = content.articles;
    const facts = [source[place] || "outlet not known", dated(place), language[place]].map((text) => make("span", { dir: "auto" }, text));
    const meta = make("div", { className: "meta" }, ...facts);
    if (possible) meta.append(make("span", {}, "may belong here: its date is not certain"));
    flags(place).forEach((flag) => meta.append(" ", flag));
    const quoted = sentence[place] ? make("p", { className: "sentence", dir: "auto" }, sentence[place]) : "";
    return make("li", {}, link(place), meta, quoted);
  };

  const list = (figure, label, places) => {
    const behind = one(".behind", figure);
    const certain = places.filter((place) => place >= 0);
    const possible = places.filter((place) => place < 0).length;
    const more = possible ? ` and ${counted(possible, "possible one", "possible ones")}` : "";
    const close = make("button", { type: "button" }, "Close");
    close.addEventListener("click", () => { behind.replaceChildren(); one(".plot", figure)?.focus(); });
    const entries = make("ol");
    const show = (from, to) => places.slice(from, to).forEach((place) => entries.append(place < 0 ? entry(-1 - place, true) : entry(place, false)));
    show(0, FIRST);
    behind.replaceChildren(make("h4", {}, make("span", {}, `${label}: ${counted(certain.length, "article", "articles")}${more}`), close), entries);
    if (places.length > FIRST) {
      const rest = make("button", { type: "button" }, `Show all ${places.length}`);
      rest.addEventListener("click", () => { show(FIRST); rest.remove(); });
      behind.append(rest);
    }
    behind.dataset.count = String(certain.length);
  };

  const plain = (value) => {
    return new DOMParser().parseFromString(String(value ?? ""), "text/html").body.textContent; // inert: runs and loads nothing
  };
  const label = (stored, mark) => {
    const named = stored.drawing.data.filter((each) => each.showlegend !== false && each.name).length > 1;
    return [named ? plain(stored.drawing.data[mark.trace].name) : "", stored.labels[mark.trace][mark.at]].filter(Boolean).join(", ");
  };
  const index = (trace, point) => Array.isArray(point.pointNumber) ? point.pointNumber[0] * trace.x.length + point.pointNumber[1] : point.pointNumber;

  // Every mark that leads somewhere, in reading order: what the keyboard walks through and the list offers.
  const marks = (stored) => stored.marks.flatMap((trace, number) => (trace || []).map((places, at) => ({ trace: number, at, places })).filter((mark) => mark.places.length));

  const offer = (figure, stored, reachable, choose) => {
    const pick = one(".pick", figure);
    if (!pick) return;
    const groups = new Map();
    reachable.forEach((mark, number) => {
      const name = plain(stored.drawing.data[mark.trace].name) || "Marks";
      if (!groups.has(mark.trace)) groups.set(mark.trace, make("optgroup", { label: name }));
      const size = mark.places.filter((place) => place >= 0).length;
      groups.get(mark.trace).append(make("option", { value: String(number) }, `${stored.labels[mark.trace][mark.at]} · ${size}`));
    });
    pick.append(...groups.values());
    pick.addEventListener("change", () => { if (pick.value !== "") choose(reachable[Number(pick.value)]); });
  };

  const walk = (plot, reachable, choose) => {
    let at = -1;
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!reachable.length || (!step && event.key !== "Enter")) return;
      event.preventDefault();
      if (event.key === "Enter") { if (at >= 0) choose(reachable[at]); return; }
      at = (at + step + reachable.length) % reachable.length;
      try { Plotly.Fx.hover(plot, [{ curveNumber: reachable[at].trace, pointNumber: reachable[at].at }]); } catch { choose(reachable[at]); }
    });
  };

  // -- drawing ------------------------------------------------------------------------------------------------
  const colour = (name) => getComputedStyle(page).getPropertyValue(name).trim();
  const theme = (layout, printing) => {
    const ink = printing ? "#000" : colour("--ink"), soft = printing ? "#444" : colour("--soft"), line = printing ? "#ccc" : colour("--line");
    const narrow = innerWidth < 700 && !printing;
    const changed = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
      "font.color": ink, "font.family": colour("--sans"), "font.size": narrow ? 11 : 13,
      "hoverlabel.font.family": colour("--sans"), "hoverlabel.bgcolor": printing ? "#fff" : colour("--raised"), "hoverlabel.font.color": ink, "hoverlabel.bordercolor": line,
      "legend.bgcolor": "rgba(0,0,0,0)",
    };
    if (narrow && layout.legend?.y === undefined) Object.assign(changed, { "legend.orientation": "h", "legend.x": 0, "legend.xanchor": "left", "legend.y": -0.2, "legend.yanchor": "top", "margin.l": Math.min(layout.margin?.l ?? 56, 56), "margin.r": 8 });
    Object.keys(layout).concat(["xaxis", "yaxis"]).filter((key) => /^[xy]axis\d*$/.test(key)).forEach((axis) => {
      Object.assign(changed, { [`${axis}.gridcolor`]: line, [`${axis}.linecolor`]: soft, [`${axis}.zerolinecolor`]: line, [`${axis}.tickfont.color`]: soft, [`${axis}.title.font.color`]: soft });
      if (layout.margin?.autoexpand !== false) changed[`${axis}.automargin`] = true;
    });
    (layout.annotations || []).forEach((each, number) => { if (!each.bgcolor) changed[`annotations[${number}].font.color`] = soft; });
    (layout.shapes || []).forEach((shape, number) => { if (shape.type === "line") changed[`shapes[${number}].line.color`] = soft; });
    return changed;
  };
  const drawn = [];

  const draw = async (figure) => {
    const stored = content.figures[Number(figure.dataset.figure)];
    const plot = one(".plot", figure);
    if (!plot || !stored.drawing) return;
    const { data, layout } = stored.drawing;
    data.forEach((trace) => { if (trace.marker?.pattern?.bgcolor === "white") trace.marker.pattern.bgcolor = "rgba(0,0,0,0)"; });
    plot.replaceChildren();
    const margin = Object.assign({ t: 24, r: 16, b: 48, l: 60 }, layout.margin || {});
    const whole = Object.assign({ height: 420, hovermode: "closest" }, layout, { margin });
    plot.style.height = `${whole.height}px`;
    await Plotly.newPlot(plot, data, whole, { displayModeBar: false, responsive: true, displaylogo: false, scrollZoom: false, showTips: false, topojsonURL: "" });
    await Plotly.relayout(plot, theme(whole, false));
    drawn.push({ plot, layout: whole });
    const reachable = marks(stored);
    const choose = (mark) => list(figure, label(stored, mark), mark.places);
    offer(figure, stored, reachable, choose);
    walk(plot, reachable, choose);
    plot.on("plotly_click", (event) => {
      const hit = event.points.map((point) => ({ trace: point.curveNumber, at: index(data[point.curveNumber], point) }));
      const leading = hit.filter((mark) => stored.marks[mark.trace]?.[mark.at]);
      if (!leading.length) return;
      const places = [...new Set(leading.flatMap((mark) => stored.marks[mark.trace][mark.at]))];
      list(figure, leading.length === 1 ? label(stored, leading[0]) : stored.labels[leading[0].trace][leading[0].at], places);
    });
    figure.dataset.drawn = "yes";
  };

  const repaint = (printing) => drawn.forEach(({ plot, layout }) => {
    Plotly.relayout(plot, Object.assign(theme(layout, printing), printing ? { width: 660, autosize: false } : { width: null }));
  });

  // -- the table of articles --------------------------------------------------------------------------------
  const state = { words: "", only: "", sort: "sort", down: false, shown: FIRST };
  let haystack = null;

  const row = (place) => {
    const { source, published, evidence, language } = content.articles;
    const first = make("td", {}, link(place));
    flags(place).forEach((flag) => first.append(" ", flag));
    const when = make("td", { className: "when" }, published[place]);
    if (evidence[place]) when.append(make("span", { className: "meta", dir: "auto" }, evidence[place]));
    return make("tr", {}, first, make("td", { dir: "auto" }, source[place]), when, make("td", {}, language[place]));
  };
  const wanted = () => {
    const { articles, matched } = content;
    haystack ||= Array.from({ length: matched }, (_, place) => fold(["title", "source", "published", "sentence", "language"].map((name) => articles[name][place]).join("\n")));
    const words = fold(state.words).split(/\s+/).filter(Boolean);
    const places = [];
    for (let place = 0; place < matched; place += 1) {
      if ((!state.only || articles.flags[place].includes(state.only)) && words.every((word) => haystack[place].includes(word))) places.push(place);
    }
    const by = articles[state.sort], order = new Intl.Collator("en", { numeric: true }).compare;
    return places.sort((left, right) => (order(by[left], by[right]) || left - right) * (state.down ? -1 : 1));
  };
  const refresh = (everything) => {
    const body = one(".listing tbody");
    if (!body) return;
    const places = wanted();
    const size = everything ? Math.min(places.length, 2000) : state.shown;
    body.replaceChildren(...places.slice(0, size).map(row));
    one(".found").textContent = `${places.length.toLocaleString("en")} of ${counted(content.matched, "article", "articles")}`;
    one(".more").hidden = places.length <= size;
    state.places = places;
  };
  const listing = () => {
    if (!one(".listing")) return;
    let timer = 0;
    one(".search").addEventListener("submit", (event) => event.preventDefault());
    one(".search input").addEventListener("input", (event) => { clearTimeout(timer); timer = setTimeout(() => { state.words = event.target.value; state.shown = FIRST; refresh(); }, 120); });
    one(".only").addEventListener("change", (event) => { state.only = event.target.value; state.shown = FIRST; refresh(); });
    one(".more").addEventListener("click", () => { state.shown += 200; refresh(); });
    all("[data-sort]").forEach((button) => button.addEventListener("click", () => {
      state.down = state.sort === button.dataset.sort ? !state.down : false;
      state.sort = button.dataset.sort;
      all(".listing th").forEach((head) => head.setAttribute("aria-sort", "none"));
      button.closest("th").setAttribute("aria-sort", state.down ? "descending" : "ascending");
      refresh();
    }));
    refresh();
  };

  // -- saving -------------------------------------------------------------------------------------------------
  const cell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,\s]+%?$/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const save = (name, rows) => {
    const text = "\ufeff" + rows.map((each) => each.map(cell).join(",")).join("\r\n") + "\r\n";
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  const saving = () => all("[data-save]").forEach((button) => button.addEventListener("click", () => {
    const figure = button.closest(".figure"), kind = button.dataset.save;
    if (kind === "articles") {
      const names = ["title", "source", "published", "evidence", "language", "url", "sentence"];
      save("articles.csv", [names, ...state.places.map((place) => names.map((name) => content.articles[name][place]))]);
      return;
    }
    const name = content.figures[Number(figure.dataset.figure)].name;
    if (kind === "csv") save(`${name}.csv`, all(".numbers tr", figure).map((each) => [...each.cells].map((one) => one.textContent)));
    else Plotly.downloadImage(one(".plot", figure), { format: kind, filename: name, width: 1000, height: 560, scale: kind === "png" ? 2 : 1 });
  }));

  const printing = () => {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = all("details:not([open])").filter((fold) => fold.closest("#method, #manifest-shown"));
      closed.forEach((fold) => { fold.open = true; });
      refresh(true);
      repaint(true);
    });
    addEventListener("afterprint", () => { closed.forEach((fold) => { fold.open = false; }); refresh(); repaint(false); });
  };

  const start = async () => {
    content = JSON.parse(await unpack("content"));
    page.classList.add("alive");
    listing();
    saving();
    if (one("#library").textContent) {
      const library = make("script");
      library.textContent = await unpack("library"); // runs only because its digest stands in the page's policy
      document.head.append(library);
      for (const figure of all(".figure")) await draw(figure);
    }
    printing();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint(false));
    page.dataset.ready = "yes";
  };
  start().catch((problem) => {
    page.dataset.ready = "failed";
    console.error(problem);
    all(".waiting").forEach((each) => { each.textContent = `The figure could not be drawn (${problem.message}). Its numbers are in the table below.`; });
  });
})();
