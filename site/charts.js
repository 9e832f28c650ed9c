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
  /** How large a unit is, and what it is called: the largest that the values reach suits them. */
  const UNITS = {
    s: [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]],
    bytes: [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"], [1, "B"]],
    share: [[1e-2, "%"]],
  };
  /** The names of the stacks stand beside the marks, and need so many pixels. */
  const NAMES = 150;
  const controls = new Map();
  const caption = element("p", { class: "small", role: "status" });
  const picture = element("div", { class: "picture" });

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
    const heads = document.querySelectorAll("tbody[data-workload]:not([hidden]) .task");
    const shown = new Set([...heads].map((head) => head.textContent.trim()));
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

  /** The same rows with some of their numbers in the unit that suits the largest, and its name. */
  function scaled(cells, unit, keys) {
    const largest = Math.max(...cells.map((cell) => cell[keys[0]]));
    const units = UNITS[unit] ?? [[1, unit]];
    const [size, name] = units.find(([one]) => largest >= one) ?? units.at(-1);
    const inUnit = (cell) => Object.fromEntries(keys.map((key) => [key, cell[key] / size]));
    return [cells.map((cell) => ({ ...cell, ...inUnit(cell) })), name];
  }

  /** A description with its rows, as wide as the page lets it be. */
  function filled(name, cells, described) {
    const spec = structuredClone(advisorSpecs[name]);
    spec.data.find((one) => one.name === "cells").values = cells;
    const room = picture.clientWidth;
    const signal = spec.signals.find((one) => one.name === "child_width");
    if (signal) signal.value = Math.max(140, Math.min(room, 1000) - NAMES - 20);
    else spec.width = Math.max(180, Math.min(room, 860) - NAMES - 20);
    spec.description = described;
    return spec;
  }

  /** What is drawn, in words, and its description; none without rows. */
  function comparison() {
    const { name, unit } = part(chosen("metric"));
    const ratios = chosen("as") === "ratios" && unit !== "share";
    const rows = compared();
    const [cells, suited] = ratios ? [rows, ""] : scaled(rows, unit, NUMBERS);
    const title = ratios ? `${name}: times the best of each task` : `${name}, ${suited}`;
    return [title, cells.length > 0 && filled(ratios ? "ratios" : "values", cells, title)];
  }

  function tradeOff() {
    const [x, y] = [part(chosen("x")), part(chosen("y"))];
    const title = `${y.name} against ${x.name}, ${chosen("task")}`;
    const found = traded(chosen("task"));
    if (found.length === 0) return [title, null];
    const [across, unitX] = scaled(found, x.unit, ["x", "lowX", "highX"]);
    const [cells, unitY] = scaled(across, y.unit, ["y", "lowY", "highY"]);
    const spec = filled("tradeOff", cells, title);
    for (const [scale, name, { unit }, suited] of [
      ["x", x.name, x, unitX],
      ["y", y.name, y, unitY],
    ]) {
      if (unit === "share") spec.scales.find((one) => one.name === scale).type = "linear";
      const axes = spec.axes.filter((one) => one.scale === scale && one.title);
      for (const axis of axes) axis.title = `${name}, ${suited}`;
    }
    return [title, spec];
  }

  async function draw() {
    const [title, spec] = place.dataset.kind === "phase" ? comparison() : tradeOff();
    caption.textContent = title;
    if (!spec) {
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
    place.replaceChildren(element("div", { class: "filters" }, ...made), caption, picture);
    restore();
    remember();
    await draw();
    if (typeof advisorFilter !== "undefined" && place.dataset.kind === "phase") advisorFilter.onChange(() => setTimeout(draw));
    addEventListener("resize", draw);
  }

  place.querySelector(".draw")?.addEventListener("click", begin);
  if (new URLSearchParams(location.hash.slice(1)).has(place.dataset.kind === "phase" ? "chart-metric" : "chart-x")) begin();
})();
