"use strict";

// Draws a convolution: grids of input, kernel and output, and the products of one output element.
// Knows nothing of where the numbers come from. Used by the explore page and by pages that
// "conv4j explain --html" writes.
const conv4j = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  /** Makes an element: attributes, then children (nodes or texts). */
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) {
        element.addEventListener(key.slice(2), value);
      } else if (value !== null && value !== undefined) {
        element.setAttribute(key, value);
      }
    }
    element.append(...children);
    return element;
  }

  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  /** A number's text; JSON has texts for those that are not finite. */
  function exact(value) {
    return typeof value === "string" ? value.replace("-", "−") : String(value).replace("-", "−");
  }

  /** A number in few characters. */
  function brief(value) {
    if (typeof value === "string") {
      return { NaN: "NaN", Infinity: "∞", "-Infinity": "−∞" }[value];
    }
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e5) {
      return exact(value);
    }
    if (size >= 1e5 || size < 5e-4) {
      return size === 0 ? "0" : value.toExponential(0).replace("-", "−").replace("e-", "e−");
    }
    return exact(Number(value.toFixed(size < 10 ? 2 : size < 1000 ? 1 : 0)) || Number(value.toPrecision(1)));
  }

  /** The largest size of finite numbers. */
  function largest(numbers) {
    return numbers.reduce((most, x) => (typeof x === "number" ? Math.max(most, Math.abs(x)) : most), 0);
  }

  /** One plane of numbers as a table. */
  class Grid {
    /**
     * @param plane caption, rows, columns (labels), at(r, c) -> number or null, most (the number of
     *     the strongest colour), name(r, c) for screen readers; and, as they are wanted, select,
     *     hover, leave, edit (all given r, c), paints() -> whether a drag edits
     */
    constructor(plane) {
      this.plane = plane;
      this.cells = plane.rows.map(() => []);
      this.focused = null;
      const head = make("tr", {}, make("td", { class: "corner" }));
      plane.columns.forEach((label) => head.append(make("th", { scope: "col" }, exact(label))));
      const body = make("tbody");
      plane.rows.forEach((label, r) => {
        const row = make("tr", {}, make("th", { scope: "row" }, exact(label)));
        plane.columns.forEach((_, c) => {
          const cell = make("td", plane.select || plane.edit ? { role: "gridcell", tabindex: "-1" } : {});
          this.cells[r].push(cell);
          this.write(r, c);
          row.append(cell);
        });
        body.append(row);
      });
      const interactive = plane.select || plane.edit;
      this.table = make(
        "table",
        { class: "grid", role: interactive ? "grid" : null },
        make("caption", {}, plane.caption),
        make("thead", {}, head),
        body
      );
      this.table.style.setProperty("--columns", Math.max(plane.columns.length, 1));
      if (interactive && plane.rows.length && plane.columns.length) {
        this.tabStop(0, 0);
        this.listen();
      }
    }

    write(r, c) {
      const cell = this.cells[r][c];
      const value = this.plane.at(r, c);
      cell.textContent = brief(value);
      cell.title = exact(value);
      if (this.plane.name) {
        cell.setAttribute("aria-label", this.plane.name(r, c, exact(value)));
      }
      const share = typeof value === "number" && this.plane.most > 0 ? value / this.plane.most : 0;
      cell.style.setProperty("--share", `${Math.round(Math.min(Math.abs(share), 1) * 100)}%`);
      cell.classList.toggle("negative", share < 0);
      cell.classList.toggle("odd", typeof value === "string");
    }

    place(target) {
      const cell = target.closest("td[role=gridcell]");
      for (let r = 0; cell && r < this.cells.length; r++) {
        const c = this.cells[r].indexOf(cell);
        if (c >= 0) {
          return [r, c];
        }
      }
      return null;
    }

    tabStop(r, c) {
      if (this.focused) {
        this.cells[this.focused[0]][this.focused[1]].tabIndex = -1;
      }
      this.focused = [r, c];
      this.cells[r][c].tabIndex = 0;
    }

    focus(r, c) {
      this.tabStop(r, c);
      this.cells[r][c].focus();
    }

    listen() {
      const { select, hover, leave, edit, paints } = this.plane;
      const on = (event, action) =>
        this.table.addEventListener(event, (e) => {
          const place = this.place(e.target);
          if (place) {
            action(place, e);
          }
        });
      on("pointerdown", ([r, c], e) => {
        if (e.target.tagName === "INPUT") {
          return;
        }
        this.tabStop(r, c);
        if (paints && paints()) {
          Grid.painting = true;
          e.target.releasePointerCapture(e.pointerId);
          edit(r, c, null);
        } else if (select) {
          select(r, c);
        }
      });
      on("pointerover", ([r, c], e) => {
        // What is drawn is computed and drawn anew meanwhile, so this may be another table.
        if (Grid.painting && e.buttons && paints && paints()) {
          edit(r, c, null);
        } else {
          Grid.painting = false;
          if (hover) {
            hover(r, c);
          }
        }
      });
      this.table.addEventListener("pointerleave", () => leave && leave());
      on("focusin", ([r, c], e) => {
        if (e.target.tagName !== "INPUT") {
          this.tabStop(r, c);
          if (select) {
            select(r, c);
          } else if (hover) {
            hover(r, c);
          }
        }
      });
      on("dblclick", ([r, c]) => edit && !(paints && paints()) && this.open(r, c));
      on("keydown", ([r, c], e) => this.key(r, c, e));
    }

    key(r, c, e) {
      if (e.target.tagName === "INPUT" || e.ctrlKey || e.altKey || e.metaKey) {
        return;
      }
      const last = [this.cells.length - 1, this.cells[0].length - 1];
      const moves = {
        ArrowUp: [Math.max(r - 1, 0), c],
        ArrowDown: [Math.min(r + 1, last[0]), c],
        ArrowLeft: [r, Math.max(c - 1, 0)],
        ArrowRight: [r, Math.min(c + 1, last[1])],
        Home: [r, 0],
        End: [r, last[1]],
        PageUp: [0, c],
        PageDown: [last[0], c],
      };
      if (moves[e.key]) {
        e.preventDefault();
        this.focus(...moves[e.key]);
      } else if (this.plane.edit && (e.key === "Enter" || e.key === "F2")) {
        e.preventDefault();
        this.open(r, c);
      } else if (this.plane.edit && /^[-+.0-9]$/.test(e.key)) {
        e.preventDefault();
        this.open(r, c, e.key);
      }
    }

    /** Lets the user type a number into a cell. */
    open(r, c, text) {
      const cell = this.cells[r][c];
      const value = this.plane.at(r, c);
      const field = make("input", {
        type: "text",
        inputmode: "decimal",
        value: text === undefined ? String(value) : text,
        "aria-label": `new number for ${cell.getAttribute("aria-label") || "this place"}`,
      });
      let open = true;
      const close = (keep) => {
        if (!open) {
          return;
        }
        open = false;
        const typed = field.value.trim().replace("−", "-").replace(",", ".");
        this.write(r, c);
        const number = /^(NaN|-?Infinity)$/.test(typed) ? typed : Number(typed);
        if (keep && typed !== "" && (typeof number === "string" || !Number.isNaN(number))) {
          this.plane.edit(r, c, number);
        }
      };
      field.addEventListener("blur", () => close(true));
      field.addEventListener("keydown", (e) => {
        e.stopPropagation();
        if (e.key === "Enter" || e.key === "Escape") {
          e.preventDefault();
          close(e.key === "Enter");
          cell.focus();
        }
      });
      cell.replaceChildren(field);
      field.focus();
      if (text === undefined) {
        field.select();
      } else {
        field.setSelectionRange(text.length, text.length);
      }
    }

    mark(name, places) {
      this.table.querySelectorAll(`td.${name}`).forEach((cell) => cell.classList.remove(name));
      for (const [r, c] of places) {
        const cell = this.cells[r] && this.cells[r][c];
        if (cell) {
          cell.classList.add(name);
        }
      }
    }
  }

  /** Whether the user draws on a grid. */
  Grid.painting = false;

  /** Which input channels feed which output channels. */
  function wiring(g, outChannel, choose) {
    const count = Math.max(g.inChannels, g.outChannels);
    const step = 22;
    const height = count * step + 8;
    const groupOut = g.outChannels / g.groups;
    const y = (i, n) => 4 + ((i + 0.5) * count * step) / n;
    const first = Math.floor(outChannel / groupOut) * g.channelsPerGroup;
    const label = `output channel ${outChannel} sees input channels ${first} to ${first + g.channelsPerGroup - 1}; groups: ${g.groups}`;
    const svg = draw("svg", { viewBox: `0 0 220 ${height}`, class: "wires", role: "img", "aria-label": label });
    const wires = draw("g", { class: "lines" });
    svg.append(wires);
    for (let oc = 0; oc < g.outChannels; oc++) {
      const group = Math.floor(oc / groupOut);
      for (let c = 0; c < g.channelsPerGroup; c++) {
        const from = y(group * g.channelsPerGroup + c, g.inChannels);
        const line = draw("line", { x1: 62, y1: from, x2: 158, y2: y(oc, g.outChannels) });
        line.setAttribute("class", oc === outChannel ? "wire live" : "wire");
        if (oc === outChannel) {
          wires.append(line);
        } else {
          wires.prepend(line);
        }
      }
    }
    const node = (text, x, at, live, on) => {
      const part = draw("g", { class: live ? "node live" : "node" });
      part.append(
        draw("rect", { x, y: at - 8, width: 56, height: 16, rx: 4 }),
        draw("text", { x: x + 28, y: at + 4, "text-anchor": "middle" }, text)
      );
      if (on) {
        part.classList.add("choice");
        part.addEventListener("click", on);
      }
      svg.append(part);
    };
    for (let c = 0; c < g.inChannels; c++) {
      node(`in ${c}`, 4, y(c, g.inChannels), c >= first && c < first + g.channelsPerGroup);
    }
    for (let oc = 0; oc < g.outChannels; oc++) {
      node(`out ${oc}`, 160, y(oc, g.outChannels), oc === outChannel, () => choose(oc));
    }
    return svg;
  }

  /** Shows an explanation's sections, with buttons that copy code. */
  function showExplanation(root, explanation) {
    const parts = explanation.sections.map((section) => {
      const text = section.lines.join("\n");
      const isCode = section.heading.startsWith("In ");
      const head = make("div", {}, make("h3", {}, section.heading));
      if (isCode) {
        head.append(make("button", { type: "button", "aria-label": `Copy the code ${section.heading.toLowerCase()}`, onclick: (e) => copy(text, e.target) }, "Copy"));
      }
      const block = make("pre", { tabindex: "0", role: "region", "aria-label": section.heading, class: isCode ? "snippet" : null }, text);
      return make("section", { class: "stage", "aria-label": section.heading }, head, block);
    });
    root.replaceChildren(...parts);
  }

  /** Copies a text; the button says so for a while. */
  async function copy(text, button) {
    const name = button.textContent;
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch (failure) {
      // Pages from files may not, in some browsers: the old way.
      const area = make("textarea", {}, text);
      document.body.append(area);
      area.select();
      said = document.execCommand("copy") ? said : "Not allowed";
      area.remove();
      button.focus();
    }
    button.textContent = said;
    setTimeout(() => (button.textContent = name), 1500);
    return said === "Copied";
  }

  /** The whole drawing, with its buttons. */
  class View {
    /**
     * @param root what it is put into
     * @param source element(at) -> a promise of an element's products; and, as they are wanted,
     *     edit(kind, index, number), paints() -> whether dragging over the input draws,
     *     selected(at)
     */
    constructor(root, source) {
      this.source = source;
      this.at = [0, 0, 0];
      this.shown = this.at;
      this.timer = null;
      this.asked = 0;
      this.inputGrids = [];
      this.kernelGrids = [];
      this.biasGrids = [];
      this.outputGrids = [];
      const button = (name, label, text, action) =>
        make("button", { type: "button", id: name, "aria-label": label, title: label, onclick: action }, text);
      this.playButton = button("play", "Play", "▶", () => (this.timer ? this.pause() : this.play()));
      this.speed = make("input", { type: "range", id: "speed", min: 1, max: 20, value: 4, "aria-label": "Elements per second", title: "Speed" });
      this.speed.addEventListener("input", () => this.timer && this.play());
      this.place = make("output", { id: "place" });
      this.stepper = make(
        "div",
        { class: "stepper", role: "toolbar", "aria-label": "Step through the output" },
        button("first", "First element", "⇤", () => this.jump(0)),
        button("back", "Back", "←", () => this.step(-1)),
        this.playButton,
        button("forward", "Forward", "→", () => this.step(1)),
        button("last", "Last element", "⇥", () => this.jump(-1)),
        make("label", { class: "speed" }, "Speed ", this.speed),
        this.place
      );
      this.inputs = make("div", { class: "planes" });
      this.kernels = make("div", { class: "planes" });
      this.outputs = make("div", { class: "planes" });
      this.wires = make("div", { class: "wiring" });
      this.products = make("div", { class: "products", tabindex: "0", role: "region", "aria-label": "Products" });
      this.sum = make("p", { id: "sum", "aria-live": "polite" });
      const stage = (id, title, content) =>
        make("section", { class: "stage", id, "aria-labelledby": `${id}-title` }, make("h3", { id: `${id}-title` }, title), content);
      root.replaceChildren(
        this.stepper,
        make(
          "div",
          { class: "stages" },
          stage("input-stage", "Input", this.inputs),
          stage("kernel-stage", "Kernel", this.kernels),
          stage("output-stage", "Output", this.outputs)
        ),
        make(
          "div",
          { class: "below" },
          stage("products-stage", "Products", make("div", {}, this.sum, this.products)),
          stage("wiring-stage", "Channels", this.wires)
        )
      );
    }

    /** Shows a convolution; the same element stays chosen if there is one at its place. */
    show(scene) {
      const focused = this.focusedCell();
      this.scene = scene;
      const g = scene.geometry;
      this.at = [
        Math.min(this.at[0], g.outChannels - 1),
        Math.min(this.at[1], g.outHeight - 1),
        Math.min(this.at[2], g.outWidth - 1),
      ];
      this.showInput();
      this.kernelsOf = null;
      this.showOutput();
      this.select(...this.at);
      if (focused) {
        const { name, index, place: [r, c] } = focused;
        const grid = this[name][index];
        if (grid && grid.cells[r] && grid.cells[r][c]) {
          grid.focus(r, c);
        }
      }
    }

    /** Returns which cell has the focus, so that a cell drawn anew can take it. */
    focusedCell() {
      for (const name of ["inputGrids", "kernelGrids", "biasGrids", "outputGrids"]) {
        for (const [index, grid] of this[name].entries()) {
          const inside = grid.table.contains(document.activeElement);
          const place = inside && grid.place(document.activeElement);
          if (place) {
            return { name, index, place };
          }
        }
      }
      return null;
    }

    value(channel, row, column) {
      const { geometry: g, input } = this.scene;
      const r = g.rows[row];
      const c = g.columns[column];
      return r < 0 || c < 0 ? 0 : input[(channel * g.inHeight + r) * g.inWidth + c];
    }

    showInput() {
      const { geometry: g, input } = this.scene;
      const most = largest(input);
      const rows = g.rows.map((_, i) => i - g.padTop);
      const columns = g.columns.map((_, i) => i - g.padLeft);
      const inside = (r, c) => rows[r] >= 0 && rows[r] < g.inHeight && columns[c] >= 0 && columns[c] < g.inWidth;
      const padding = [];
      rows.forEach((_, r) => columns.forEach((_, c) => inside(r, c) || padding.push([r, c])));
      this.inputGrids = [];
      for (let channel = 0; channel < g.inChannels; channel++) {
        const edit = (r, c, number) => {
          if (inside(r, c)) {
            this.source.edit("input", (channel * g.inHeight + rows[r]) * g.inWidth + columns[c], number);
          }
        };
        this.inputGrids.push(
          new Grid({
            caption: g.inChannels === 1 ? "one channel" : `channel ${channel}`,
            rows,
            columns,
            most,
            at: (r, c) => this.value(channel, r, c),
            name: (r, c, value) =>
              `input ${channel}, ${rows[r]}, ${columns[c]}: ${value}${inside(r, c) ? "" : `, padding${g.rows[r] < 0 || g.columns[c] < 0 ? "" : ` from ${g.rows[r]}, ${g.columns[c]}`}`}`,
            hover: (r, c) => this.pointAtInput(channel, r, c),
            leave: () => this.point(null),
            edit: this.source.edit && edit,
            paints: this.source.paints,
          })
        );
      }
      this.inputGrids.forEach((grid) => grid.mark("padding", padding));
      this.inputs.replaceChildren(...this.inputGrids.map((grid) => grid.table));
    }

    showKernels(oc) {
      const { geometry: g, weight, bias } = this.scene;
      if (this.kernelsOf === oc) {
        return;
      }
      this.kernelsOf = oc;
      const most = largest(weight);
      const size = g.kernelHeight * g.kernelWidth;
      const first = this.firstChannel(oc);
      const index = (c, r, k) => (oc * g.channelsPerGroup + c) * size + r * g.kernelWidth + k;
      this.kernelGrids = [];
      for (let c = 0; c < g.channelsPerGroup; c++) {
        this.kernelGrids.push(
          new Grid({
            caption: g.inChannels === 1 && g.outChannels === 1 ? "one kernel" : `out ${oc}, for channel ${first + c}`,
            rows: [...Array(g.kernelHeight).keys()],
            columns: [...Array(g.kernelWidth).keys()],
            most,
            at: (r, k) => weight[index(c, r, k)],
            name: (r, k, value) => `weight ${oc}, ${c}, ${r}, ${k}: ${value}`,
            hover: (r, k) => this.point(c * size + r * g.kernelWidth + k),
            leave: () => this.point(null),
            edit: this.source.edit && ((r, k, number) => number !== null && this.source.edit("weight", index(c, r, k), number)),
          })
        );
      }
      const parts = this.kernelGrids.map((grid) => grid.table);
      this.biasGrids = [];
      if (bias !== null) {
        const grid = new Grid({
          caption: "bias",
          rows: [oc],
          columns: [""],
          most: largest(bias),
          at: () => bias[oc],
          name: (r, k, value) => `bias ${oc}: ${value}`,
          edit: this.source.edit && ((r, k, number) => number !== null && this.source.edit("biases", oc, number)),
        });
        this.biasGrids = [grid];
        parts.push(grid.table);
      }
      this.kernels.replaceChildren(...parts);
    }

    showOutput() {
      const { geometry: g, output } = this.scene;
      const most = largest(output);
      this.outputGrids = [];
      for (let oc = 0; oc < g.outChannels; oc++) {
        this.outputGrids.push(
          new Grid({
            caption: g.outChannels === 1 ? "one channel" : `channel ${oc}`,
            rows: [...Array(g.outHeight).keys()],
            columns: [...Array(g.outWidth).keys()],
            most,
            at: (r, c) => output[(oc * g.outHeight + r) * g.outWidth + c],
            name: (r, c, value) => `output ${oc}, ${r}, ${c}: ${value}`,
            select: (r, c) => this.choose(oc, r, c),
            hover: (r, c) => this.timer || this.display(oc, r, c),
            leave: () => this.timer || this.display(...this.at),
          })
        );
      }
      this.outputs.replaceChildren(...this.outputGrids.map((grid) => grid.table));
    }

    firstChannel(oc) {
      const g = this.scene.geometry;
      return Math.floor(oc / (g.outChannels / g.groups)) * g.channelsPerGroup;
    }

    /** Chooses an element as the user does: what was playing stops. */
    choose(oc, oh, ow) {
      this.pause();
      this.select(oc, oh, ow);
    }

    /** Chooses an element, which stays until another is chosen. */
    select(oc, oh, ow) {
      const g = this.scene.geometry;
      if (g.outHeight === 0 || g.outWidth === 0 || g.outChannels === 0) {
        return;
      }
      this.at = [oc, oh, ow];
      this.outputGrids[oc].tabStop(oh, ow);
      if (this.source.selected) {
        this.source.selected(this.at);
      }
      this.display(oc, oh, ow);
    }

    /** Shows an element: the chosen one, or the one that the user points at for a moment. */
    display(oc, oh, ow) {
      const g = this.scene.geometry;
      this.shown = [oc, oh, ow];
      this.showKernels(oc);
      this.outputGrids.forEach((grid, i) => grid.mark("chosen", i === oc ? [[oh, ow]] : []));
      this.outputGrids[oc].tabStop(oh, ow);
      const top = oh * g.strideHeight;
      const left = ow * g.strideWidth;
      const taps = [];
      const window = [];
      for (let r = 0; r <= (g.kernelHeight - 1) * g.dilationHeight; r++) {
        for (let c = 0; c <= (g.kernelWidth - 1) * g.dilationWidth; c++) {
          (r % g.dilationHeight || c % g.dilationWidth ? window : taps).push([top + r, left + c]);
        }
      }
      const first = this.firstChannel(oc);
      this.inputGrids.forEach((grid, channel) => {
        const seen = channel >= first && channel < first + g.channelsPerGroup;
        grid.table.classList.toggle("unseen", !seen);
        grid.mark("tap", seen ? taps : []);
        grid.mark("gap", seen ? window : []);
      });
      this.wires.replaceChildren(wiring(g, oc, (other) => this.choose(other, oh, ow)));
      this.place.textContent = `y[${oc}, ${oh}, ${ow}]`;
      this.showProducts();
    }

    async showProducts() {
      const ask = ++this.asked;
      this.products.setAttribute("aria-busy", "true");
      let element;
      try {
        element = await this.source.element(this.shown);
      } catch (failure) {
        this.sum.textContent = failure.message;
        return;
      }
      // The answer may have been overtaken.
      if (ask !== this.asked || !element) {
        return;
      }
      const { geometry: g, bias } = this.scene;
      const head = make("tr");
      ["channel", "tap", "on input", "x", "w", "w · x", "sum"].forEach((title) => head.append(make("th", { scope: "col" }, title)));
      const body = make("tbody");
      if (bias !== null) {
        body.append(make("tr", {}, make("td", { colspan: 6, class: "words" }, "bias"), make("td", { title: exact(element.bias) }, brief(element.bias))));
      }
      this.productRows = element.taps.map(([c, kh, kw, row, column, sourceRow, sourceColumn, x, w, product, sum], i) => {
        const padded = row !== sourceRow || column !== sourceColumn || sourceRow < 0 || sourceColumn < 0;
        const from = !padded ? "" : sourceRow < 0 || sourceColumn < 0 ? " padding" : ` padding, from ${sourceRow}, ${sourceColumn}`;
        const cells = [c, `${kh}, ${kw}`, `${row}, ${column}`.replaceAll("-", "−") + from].map((text) => make("td", { class: "words" }, String(text)));
        [x, w, product, sum].forEach((number) => cells.push(make("td", { title: exact(number) }, brief(number))));
        const line = make("tr", { class: padded ? "padded" : null }, ...cells);
        line.addEventListener("pointerenter", () => this.point(i));
        line.addEventListener("pointerleave", () => this.point(null));
        body.append(line);
        return line;
      });
      this.products.setAttribute("aria-busy", "false");
      this.products.replaceChildren(make("table", {}, make("thead", {}, head), body));
      const count = element.taps.length;
      const biased = bias === null ? "" : `bias ${brief(element.bias)} + `;
      this.sum.textContent = `y[${this.shown.join(", ")}] = ${biased}${count} product${count === 1 ? "" : "s"} = ${exact(element.value)}`;
    }

    /** Marks one product everywhere: its row, its tap, the input under it. */
    point(product) {
      const g = this.scene.geometry;
      const size = g.kernelHeight * g.kernelWidth;
      const channel = product === null ? -1 : Math.floor(product / size);
      const kh = product === null ? 0 : Math.floor((product % size) / g.kernelWidth);
      const kw = product === null ? 0 : product % g.kernelWidth;
      this.kernelGrids.forEach((grid, c) => grid.mark("hot", c === channel ? [[kh, kw]] : []));
      const first = this.firstChannel(this.shown[0]);
      const place = [this.shown[1] * g.strideHeight + kh * g.dilationHeight, this.shown[2] * g.strideWidth + kw * g.dilationWidth];
      this.inputGrids.forEach((grid, c) => grid.mark("hot", c === first + channel && channel >= 0 ? [place] : []));
      (this.productRows || []).forEach((line, i) => line.classList.toggle("hot", i === product));
    }

    pointAtInput(channel, row, column) {
      const g = this.scene.geometry;
      const r = row - this.shown[1] * g.strideHeight;
      const c = column - this.shown[2] * g.strideWidth;
      const inGroup = channel - this.firstChannel(this.shown[0]);
      const kh = r / g.dilationHeight;
      const kw = c / g.dilationWidth;
      const hit =
        inGroup >= 0 && inGroup < g.channelsPerGroup &&
        Number.isInteger(kh) && Number.isInteger(kw) &&
        kh >= 0 && kw >= 0 && kh < g.kernelHeight && kw < g.kernelWidth;
      this.point(hit ? (inGroup * g.kernelHeight + kh) * g.kernelWidth + kw : null);
    }

    /** Returns how many elements there are. */
    count() {
      const g = this.scene.geometry;
      return g.outChannels * g.outHeight * g.outWidth;
    }

    go(index) {
      const g = this.scene.geometry;
      const n = this.count();
      if (n > 0) {
        const i = ((index % n) + n) % n;
        this.select(Math.floor(i / (g.outHeight * g.outWidth)), Math.floor(i / g.outWidth) % g.outHeight, i % g.outWidth);
      }
    }

    index() {
      const g = this.scene.geometry;
      return (this.at[0] * g.outHeight + this.at[1]) * g.outWidth + this.at[2];
    }

    step(by) {
      this.pause();
      this.go(this.index() + by);
    }

    jump(index) {
      this.pause();
      this.go(index);
    }

    play() {
      clearInterval(this.timer);
      this.timer = setInterval(() => this.go(this.index() + 1), 1000 / Number(this.speed.value));
      this.playButton.textContent = "❚❚";
      this.playButton.setAttribute("aria-label", "Pause");
      this.playButton.title = "Pause";
      this.sum.setAttribute("aria-live", "off");
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.playButton.textContent = "▶";
      this.playButton.setAttribute("aria-label", "Play");
      this.playButton.title = "Play";
      this.sum.setAttribute("aria-live", "polite");
    }
  }

  return { View, Grid, make, largest, showExplanation, copy };
})();
