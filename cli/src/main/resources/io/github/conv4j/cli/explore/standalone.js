"use strict";

// A page that "conv4j explain --html" has written: all numbers are in it, nobody is asked.
(() => {
  const { View, showExplanation } = conv4j;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);

  /** A number as the engine has it: JSON tells a float32 in its own few digits. */
  function stored(value) {
    const number = typeof value === "string" ? Number(value) : value;
    return data.scene.dtype === "float32" ? Math.fround(number) : number;
  }

  /** A number as JSON would tell it. */
  function told(number) {
    return Number.isFinite(number) ? number : String(number);
  }

  /** Every product of an element, multiplied and added in float64 as conv4j's OutputElement does. */
  function element([oc, oh, ow]) {
    const { geometry: g, input, weight, bias, output } = data.scene;
    const first = Math.floor(oc / (g.outChannels / g.groups)) * g.channelsPerGroup;
    const taps = [];
    let sum = bias === null ? 0 : stored(bias[oc]);
    for (let c = 0; c < g.channelsPerGroup; c++) {
      for (let kh = 0; kh < g.kernelHeight; kh++) {
        for (let kw = 0; kw < g.kernelWidth; kw++) {
          const row = oh * g.strideHeight + kh * g.dilationHeight;
          const column = ow * g.strideWidth + kw * g.dilationWidth;
          const r = g.rows[row];
          const k = g.columns[column];
          const x = r < 0 || k < 0 ? 0 : input[((first + c) * g.inHeight + r) * g.inWidth + k];
          const w = weight[((oc * g.channelsPerGroup + c) * g.kernelHeight + kh) * g.kernelWidth + kw];
          const product = stored(w) * stored(x);
          sum += product;
          taps.push([first + c, kh, kw, row - g.padTop, column - g.padLeft, r, k, x, w, told(product), told(sum)]);
        }
      }
    }
    return {
      taps,
      bias: bias === null ? 0 : bias[oc],
      sum: told(sum),
      value: output[(oc * g.outHeight + oh) * g.outWidth + ow],
    };
  }

  byId("repr").textContent = data.explanation.title;
  showExplanation(byId("explanation"), data.explanation);
  if (data.note) {
    byId("note").textContent = data.note;
    byId("note").hidden = false;
  }
  if (data.scene) {
    const view = new View(byId("view"), { element: async (at) => element(at) });
    view.at = data.at;
    view.show(data.scene);
  }
})();
