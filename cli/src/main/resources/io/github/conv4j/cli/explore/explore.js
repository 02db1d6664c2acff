"use strict";

// The explore page: reads the controls, asks the server, shows what it answers.
(() => {
  const { View, Grid, make, largest, showExplanation, copy } = conv4j;
  const byId = (id) => document.getElementById(id);
  const form = byId("settings");
  const controls = [...form.elements].filter((control) => control.name);

  /** What the controls were when the page was written. */
  const DEFAULTS = { biases: "random" };
  let state = {};
  let scene = null;
  let asked = 0;
  let picture = null;
  let weightSizes = {};

  const EXAMPLES = {
    "a 3x3 window": { input: "digit", weight: "box", height: "8", width: "8" },
    "edges of a digit": { input: "digit", weight: "sobel-x", height: "12", width: "12", padding: "1" },
    "blur": { input: "edge", weight: "gaussian", kernel_size: "5", padding: "2", padding_mode: "replicate", height: "9", width: "9" },
    "stride 2": { input: "counting", weight: "box", stride: "2", height: "7", width: "7" },
    "padding same": { input: "counting", weight: "box", padding: "same", height: "5", width: "5" },
    "reflected edges": { input: "counting", weight: "laplacian", padding: "2", padding_mode: "reflect", height: "5", width: "5" },
    "dilation 2: 3 taps over 5 pixels": { input: "counting", weight: "box", dilation: "2", height: "7", width: "7" },
    "several channels": { in_channels: "3", out_channels: "2", input: "random", weight: "random", bias: "true", height: "5", width: "5" },
    "groups": { in_channels: "6", out_channels: "4", groups: "2", kernel_size: "2", stride: "2,1", padding: "1,3", dilation: "2,3", input: "random", weight: "random", bias: "true", height: "4", width: "4" },
    "depthwise": { in_channels: "3", out_channels: "3", groups: "3", input: "counting", weight: "laplacian", padding: "1", height: "4", width: "4" },
    "1x1: channels alone": { in_channels: "4", out_channels: "2", kernel_size: "1", input: "random", weight: "random", height: "3", width: "3" },
    "edges, activation, pooling": { input: "digit", weight: "sobel-y", padding: "1", activation: "relu", pooling: "max", height: "12", width: "12" },
  };

  // ---- talking to the server

  async function post(path, body) {
    let answer;
    try {
      answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    } catch (failure) {
      throw new Error("conv4j does not answer: is the command still running?");
    }
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const json = isJson ? await answer.json() : null;
    if (!answer.ok || (json && json.error)) {
      throw new Error(json && json.error ? json.error : `the server answered ${answer.status}`);
    }
    return json || answer;
  }

  const view = new View(byId("view"), {
    element: (at) => post("/api/element", { ...state, at: at.join(",") }),
    edit,
    paints: () => byId("paint").checked,
    selected: (at) => {
      state.at = at.join(",");
      keepLink();
    },
  });

  /** Asks for all that the page shows; an answer that was overtaken is dropped. */
  async function update() {
    keepLink();
    const ask = ++asked;
    byId("view").classList.add("stale");
    byId("view").setAttribute("aria-busy", "true");
    try {
      const answer = await post("/api/scene", state);
      if (ask === asked) {
        byId("error").hidden = true;
        byId("error").textContent = "";
        byId("view").classList.remove("stale");
        show(answer);
      }
    } catch (failure) {
      if (ask === asked) {
        byId("error").textContent = failure.message;
        byId("error").hidden = false;
      }
    }
    if (ask === asked) {
      byId("view").setAttribute("aria-busy", "false");
      if (picture) {
        filter();
      }
    }
  }

  function show(answer) {
    scene = answer;
    byId("repr").textContent = scene.repr;
    view.show(scene);
    showViews();
    showExplanation(byId("explanation"), scene.explanation);
  }

  function showViews() {
    byId("views").hidden = scene.views.length === 0;
    const tables = scene.views.flatMap((after) => {
      const channels = scene.geometry.outChannels;
      const most = largest(after.numbers);
      return [...Array(channels).keys()].map((oc) => {
        const grid = new Grid({
          caption: channels === 1 ? after.title : `${after.title}, channel ${oc}`,
          rows: [...Array(after.height).keys()],
          columns: [...Array(after.width).keys()],
          most,
          at: (r, c) => after.numbers[(oc * after.height + r) * after.width + c],
          name: (r, c, value) => `${after.title} ${oc}, ${r}, ${c}: ${value}`,
          select: (r, c) => showSource(after, oc, r, c),
          hover: (r, c) => showSource(after, oc, r, c),
        });
        return grid.table;
      });
    });
    byId("views").querySelector(".planes").replaceChildren(...tables);
  }

  /** Marks in the output what an activated or pooled number comes from. */
  function showSource(after, oc, r, c) {
    const kh = after.kernelHeight || 1;
    const kw = after.kernelWidth || 1;
    const places = [];
    for (let i = 0; i < kh * kw; i++) {
      places.push([r * kh + Math.floor(i / kw), c * kw + (i % kw)]);
    }
    view.outputGrids.forEach((grid, i) => grid.mark("hot", i === oc ? places : []));
  }

  // ---- settings

  function edit(kind, index, number) {
    const values = kind === "input" ? scene.input : kind === "weight" ? scene.weight : scene.bias;
    const ink = Number(byId("ink").value.replace(",", "."));
    values[index] = number === null ? (Number.isFinite(ink) ? ink : 1) : number;
    state[kind] = values.join(",");
    if (kind === "weight" && state.biases === "random" && scene.bias !== null) {
      state.biases = scene.bias.join(",");
    }
    showState();
    update();
  }

  /** Puts the settings into the controls. */
  function showState() {
    for (const control of controls) {
      const value = state[control.name];
      if (control.type === "checkbox") {
        control.checked = value === "true";
      } else if (control.tagName === "SELECT" && ![...control.options].some((option) => option.value === value)) {
        control.querySelector(".own")?.remove();
        control.append(make("option", { class: "own", value }, "your own"));
        control.value = value;
      } else {
        control.value = value;
      }
    }
  }

  function changed(control) {
    const name = control.name;
    state[name] = control.type === "checkbox" ? String(control.checked) : control.value.trim();
    const size = weightSizes[state.weight];
    if (name === "weight" && size) {
      const [height, width] = size.split(",");
      state.kernel_size = height === width ? height : size;
    }
    // Numbers of one's own fit one size only; so do kernels with a name.
    if (["in_channels", "height", "width"].includes(name) && isOwn("input")) {
      state.input = "digit";
    }
    if (["in_channels", "out_channels", "groups"].includes(name) && isOwn("weight")) {
      state.weight = "random";
    }
    if (name === "kernel_size" && (isOwn("weight") || size)) {
      state.weight = "random";
    }
    if (name === "out_channels" || name === "bias") {
      state.biases = "random";
    }
    showState();
    update();
  }

  function isOwn(name) {
    return /^[-\d.NI]/.test(state[name]);
  }

  function keepLink() {
    const different = Object.entries(state).filter(([name, value]) => value !== DEFAULTS[name]);
    history.replaceState(null, "", `#${new URLSearchParams(different)}`);
  }

  function readLink() {
    state = { ...DEFAULTS };
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (name in DEFAULTS) {
        state[name] = value;
      }
    }
    const at = state.at.split(",").map(Number);
    if (at.length === 3 && at.every((i) => Number.isInteger(i) && i >= 0)) {
      view.at = at;
    }
    showState();
    update();
  }

  // ---- saving what is drawn

  async function svg() {
    return (await post("/api/svg", state)).text();
  }

  function save(blob, name) {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    byId("status").textContent = `${name} is saved`;
  }

  async function saveSvg() {
    save(new Blob([await svg()], { type: "image/svg+xml" }), "convolution.svg");
  }

  async function savePng() {
    const address = URL.createObjectURL(new Blob([await svg()], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = make("canvas", { width: image.width * 2, height: image.height * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      save(blob, "convolution.png");
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  function tell(action) {
    return () => action().catch((failure) => (byId("status").textContent = failure.message));
  }

  // ---- a picture of the user's own

  const LARGEST_SIDE = 1024;

  async function take(file) {
    const status = byId("picture-status");
    status.textContent = "reading the picture";
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch (failure) {
      status.textContent = `${file.name || "this"} is not a picture that the browser can read`;
      return;
    }
    const scale = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", {
      width: Math.max(1, Math.round(bitmap.width * scale)),
      height: Math.max(1, Math.round(bitmap.height * scale)),
    });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    picture = { name: file.name || "picture", data: canvas.toDataURL("image/png") };
    filter();
  }

  let filtered = 0;

  async function filter() {
    const ask = ++filtered;
    const status = byId("picture-status");
    status.textContent = "filtering";
    try {
      const answer = await post("/api/picture", { ...state, picture: picture.data.split(",")[1] });
      const blob = await answer.blob();
      if (ask !== filtered) {
        return;
      }
      const result = make("img", { alt: `${picture.name}, filtered by the kernel` });
      result.src = URL.createObjectURL(blob);
      result.addEventListener("load", () => URL.revokeObjectURL(result.src), { once: true });
      await result.decode();
      const figure = (image, caption) => make("figure", {}, image, make("figcaption", {}, caption));
      byId("picture")
        .querySelector(".pictures")
        .replaceChildren(
          figure(make("img", { src: picture.data, alt: picture.name }), picture.name),
          figure(result, `filtered: ${result.naturalWidth} x ${result.naturalHeight} pixels`)
        );
      status.textContent = `${picture.name} is filtered`;
    } catch (failure) {
      if (ask === filtered) {
        status.textContent = failure.message;
      }
    }
  }

  function listenForPictures() {
    byId("file").addEventListener("change", (e) => e.target.files[0] && take(e.target.files[0]));
    document.addEventListener("dragover", (e) => {
      e.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
    document.addEventListener("drop", (e) => {
      e.preventDefault();
      document.body.classList.remove("dropping");
      if (e.dataTransfer.files[0]) {
        take(e.dataTransfer.files[0]);
        byId("picture").scrollIntoView();
      }
    });
  }

  // ---- keys

  function key(e) {
    const typing = e.target.closest("input, select, textarea, button, [contenteditable]");
    if (typing || e.ctrlKey || e.altKey || e.metaKey || !scene) {
      return;
    }
    const actions = {
      " ": () => (view.timer ? view.pause() : view.play()),
      n: () => view.step(1),
      p: () => view.step(-1),
    };
    if (actions[e.key]) {
      e.preventDefault();
      actions[e.key]();
    }
  }

  async function start() {
    const choices = await (await fetch("/api/choices")).json();
    const fill = (select, names) => select.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
    fill(form.elements.input, choices.input);
    fill(form.elements.weight, ["random", ...Object.keys(choices.weight)]);
    fill(form.elements.activation, choices.activation);
    fill(byId("preset"), ["", ...Object.keys(EXAMPLES)]);
    byId("preset").options[0].textContent = "an example";
    weightSizes = choices.weight;
    for (const control of controls) {
      DEFAULTS[control.name] = control.type === "checkbox" ? "false" : control.value;
    }
    Object.assign(DEFAULTS, { input: "digit", weight: "box", biases: "random", at: "0,0,0" });

    let wait = null;
    form.addEventListener("input", (e) => {
      if (e.target.name) {
        clearTimeout(wait);
        wait = setTimeout(() => changed(e.target), e.target.tagName === "INPUT" && e.target.type !== "checkbox" ? 250 : 0);
      }
    });
    form.addEventListener("submit", (e) => e.preventDefault());
    byId("preset").addEventListener("change", (e) => {
      const example = EXAMPLES[e.target.value];
      if (example) {
        state = { ...DEFAULTS, ...example };
        view.at = [0, 0, 0];
        showState();
        update();
      }
    });
    byId("reset").addEventListener("click", () => {
      state = { ...DEFAULTS };
      view.at = [0, 0, 0];
      byId("preset").value = "";
      showState();
      update();
    });
    byId("link").addEventListener("click", async (e) => {
      const done = await copy(location.href, e.target);
      byId("status").textContent = done ? "the link is copied" : "the browser does not allow it: copy the address above";
    });
    byId("svg").addEventListener("click", tell(saveSvg));
    byId("png").addEventListener("click", tell(savePng));
    document.addEventListener("keydown", key);
    window.addEventListener("hashchange", readLink);
    listenForPictures();
    readLink();
  }

  start().catch(() => {
    byId("error").textContent = "conv4j does not answer: is the command still running?";
    byId("error").hidden = false;
  });
})();
