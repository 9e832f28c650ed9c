"use strict";

/**
 * The charts that a benchmark page draws on demand: its metrics by task, or two of them against
 * each other. Vega, the charts' descriptions and the machine's numbers are loaded only then, from
 * this site; Vega's interpreter evaluates them, so no text ever becomes code.
 */
(() => {
  const place = document.getElementById("explorer");
  if (!place) return;
  const NUMBERS = ["value", "low", "high"];
  const controls = new Map();
  let picture = null;

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function load(source) {
    return new Promise((done, failed) => {
      const script = element("script", { src: source });
      script.addEventListener("load", done);
      script.addEventListener("error", () => failed(new Error(`${source} cannot be loaded`)));
      document.head.append(script);
    });
  }

  /** A row of the machine's numbers under names. */
  function named([task, stack, framework, usual, value, low, high, said, ...rest]) {
    const [behind, behindLow, behindHigh, behindSaid, tied] = rest;
    return { task, stack, framework, usual, value, low, high, said, behind, behindLow, behindHigh, behindSaid, tied };
  }

  const part = (id) => advisorCells.parts.find((one) => one.id === id);
  const rows = (id) => part(id).rows.map(named);
  const chosen = (name) => controls.get(name).value;

  function select(name, label, options) {
    const made = element(
      "select",
      { name },
      ...options.map(([value, text]) => element("option", { value }, text)),
    );
    made.addEventListener("change", () => {
      remember();
      draw();
    });
    controls.set(name, made);
    return element("label", {}, `${label} `, made);
  }

  const partOptions = (parts) => parts.map(({ id, name }) => [id, name]);
  const tasks = () => [...new Set(advisorCells.parts.flatMap(({ rows: all }) => all.map(([task]) => task)))].sort();

  function phaseControls() {
    const parts = advisorCells.parts.filter(({ phase }) => phase === place.dataset.phase);
    return [
      select("metric", "Metric", partOptions(parts)),
      select("as", "Shown as", [
        ["ratios", "times the best"],
        ["values", "values"],
      ]),
      select("kind", "Stacks", [
        ["default", "default"],
        ["tuned", "tuned"],
      ]),
    ];
  }

  function tradeControls() {
    const options = partOptions(advisorCells.parts);
    const made = [
      select("task", "Task", tasks().map((task) => [task, task])),
      select("x", "Across", options),
      select("y", "Up", options),
    ];
    controls.get("x").value = place.dataset.x;
    controls.get("y").value = place.dataset.y;
    const both = tasks().find((task) => traded(task).length > 1);
    if (both) controls.get("task").value = both;
    return made;
  }

  /** The rows of the page's first chart: what the filters let through, in the order of the tables. */
  function compared() {
    const usual = chosen("kind") === "default";
    const shown = new Set(
      [...document.querySelectorAll("tbody[data-workload]:not([hidden]) .task")].map((head) => head.textContent.trim()),
    );
    const share = part(chosen("metric")).unit === "share";
    const ratios = chosen("as") === "ratios" && !share;
    return rows(chosen("metric"))
      .filter((row) => row.usual === usual && shown.has(row.task))
      .filter((row) => !ratios || row.behind !== null)
      .map((row, order) => ({
        ...row,
        order,
        behind: row.behindSaid ? row.behindSaid + (row.tied ? ", tied" : "") : "–",
        ...(ratios ? { value: row.behind, low: row.behindLow, high: row.behindHigh } : {}),
      }));
  }

  /** The stacks that have both metrics on a task. */
  function traded(task) {
    const up = new Map(rows(chosen("y")).filter((row) => row.task === task).map((row) => [row.stack, row]));
    return rows(chosen("x"))
      .filter((row) => row.task === task && up.has(row.stack))
      .map((row) => {
        const other = up.get(row.stack);
        const [x, lowX, highX] = NUMBERS.map((key) => row[key]);
        const [y, lowY, highY] = NUMBERS.map((key) => other[key]);
        const { stack, framework } = row;
        return { stack, framework, x, lowX, highX, saidX: row.said, y, lowY, highY, saidY: other.said };
      });
  }

  /** A description with its rows, as wide as the page lets it be. */
  function filled(name, cells, describe) {
    const spec = structuredClone(advisorSpecs[name]);
    spec.data.find((one) => one.name === "cells").values = cells;
    const width = Math.max(140, Math.min(picture.clientWidth, 900) - 190);
    const signal = spec.signals.find((one) => one.name === "child_width");
    if (signal) signal.value = width;
    else spec.width = Math.max(220, Math.min(picture.clientWidth, 760) - 90);
    spec.description = describe;
    return spec;
  }

  function comparison() {
    const { name, unit } = part(chosen("metric"));
    const ratios = chosen("as") === "ratios" && unit !== "share";
    const cells = compared();
    const title = ratios ? `${name}: times the best of each task` : `${name}, in ${unit}`;
    return [cells, filled(ratios ? "ratios" : "values", cells, title)];
  }

  function tradeOff() {
    const cells = traded(chosen("task"));
    const [x, y] = [part(chosen("x")), part(chosen("y"))];
    const spec = filled("tradeOff", cells, `${y.name} against ${x.name}, ${chosen("task")}`);
    for (const [scale, { unit, name }] of [["x", x], ["y", y]]) {
      if (unit === "share") spec.scales.find((one) => one.name === scale).type = "linear";
      const title = `${name}, ${unit}`;
      for (const axis of spec.axes.filter((one) => one.scale === scale && one.title)) axis.title = title;
    }
    return [cells, spec];
  }

  async function draw() {
    const [cells, spec] = place.dataset.kind === "phase" ? comparison() : tradeOff();
    if (cells.length === 0) {
      picture.replaceChildren(element("p", { class: "empty" }, "Nothing of this was measured."));
      return;
    }
    await vegaEmbed(picture, spec, {
      actions: false,
      ast: true,
      defaultStyle: false,
      mode: "vega",
      renderer: "svg",
      tooltip: { disableDefaultStyle: true },
    });
  }

  /** The settings of the chart join those of the filters in the address. */
  function remember() {
    const kept = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const [name, control] of controls) kept.set(`chart-${name}`, control.value);
    history.replaceState(null, "", `#${kept}`);
  }

  function restore() {
    const kept = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const [name, control] of controls) {
      const value = kept.get(`chart-${name}`);
      if ([...control.options].some((option) => option.value === value)) control.value = value;
    }
  }

  async function begin() {
    const button = place.querySelector(".draw");
    button.disabled = true;
    await Promise.all(place.dataset.scripts.split(" ").map(load));
    const made = place.dataset.kind === "phase" ? phaseControls() : tradeControls();
    picture = element("div", { class: "picture" });
    place.replaceChildren(element("div", { class: "filters" }, ...made), picture);
    restore();
    remember();
    await draw();
    if (typeof advisorFilter !== "undefined" && place.dataset.kind === "phase") advisorFilter.onChange(() => setTimeout(draw));
    addEventListener("resize", draw);
  }

  place.querySelector(".draw")?.addEventListener("click", begin);
  if (new URLSearchParams(location.hash.slice(1)).has(place.dataset.kind === "phase" ? "chart-metric" : "chart-x")) begin();
})();
