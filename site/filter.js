"use strict";

/**
 * Filters over things that stand in the page: what a form asks for is shown, the rest is hidden,
 * and the address restores both.
 *
 *     form#filters    data-items    what can be hidden (a selector)
 *                     data-groups   what is hidden once all items in it are (a selector)
 *     controls        name=q        words that must all occur in an item's text
 *                     data-own      is the page's own matter, and no item's
 *                     others        an item's data-<name> must hold the value, one of several words
 *
 * A page's own script hears of every change before the items are tested (advisorFilter.onChange),
 * and may add what an item must fulfil (advisorFilter.also).
 */
const advisorFilter = (() => {
  const form = document.getElementById("filters");
  const found = form?.querySelector("output");
  const initial = new Map();
  const tests = [];
  const listeners = [];
  let items = [];

  const controls = () => [...form.elements].filter(({ name }) => name);
  const isBox = ({ type }) => type === "checkbox" || type === "radio";

  /** The settings that differ from those the page came with, as pairs of name and value. */
  function settings() {
    return controls()
      .filter((one) => (isBox(one) ? one.checked : one.value !== initial.get(one)))
      .map(({ name, value }) => [name, value]);
  }

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  /** Whether an item fulfils one setting. */
  function fulfils(item, [name, value]) {
    if (name === "q") {
      const text = plain(item.textContent);
      return plain(value)
        .split(/\s+/)
        .every((word) => text.includes(word));
    }
    return (item.dataset[name] ?? "").split(" ").includes(value);
  }

  /** Whether a control of that name is the page's own matter. */
  const isOwn = (name) => controls().some((one) => one.name === name && "own" in one.dataset);

  function apply() {
    const all = settings();
    for (const listener of listeners) listener(all);
    const wanted = all.filter(([name]) => !isOwn(name));
    let count = 0;
    for (const item of items) {
      const shown = wanted.every((one) => fulfils(item, one)) && tests.every((test) => test(item));
      item.hidden = !shown;
      count += shown;
    }
    for (const group of document.querySelectorAll(form.dataset.groups)) {
      const inside = items.filter((item) => group.contains(item));
      group.hidden = inside.length > 0 && inside.every((item) => item.hidden);
    }
    if (found?.dataset.of) {
      const total = items.length;
      const part = count === total ? `${total}` : `${count} of ${total}`;
      found.textContent = `${part} ${found.dataset.of}`;
    }
  }

  const addressed = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");

  /** Keeps the settings in the address, without a step in the history for each key that is hit. */
  function remember() {
    const kept = addressed();
    for (const { name } of controls()) kept.delete(name);
    for (const [name, value] of settings()) kept.append(name, value);
    const text = kept.toString();
    if (!text && !location.hash.includes("=")) return;
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  /** Takes the settings from the address; a plain fragment asks for none. */
  function restore() {
    for (const control of controls()) {
      if (isBox(control)) control.checked = false;
      else control.value = initial.get(control);
    }
    for (const [name, value] of addressed()) {
      for (const control of controls().filter((one) => one.name === name)) {
        if (isBox(control)) control.checked ||= control.value === value;
        else control.value = value;
      }
    }
    apply();
  }

  /** What the address points at is shown, whatever was filtered. */
  function arrive() {
    restore();
    if (!location.hash.includes("=")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  if (form) {
    items = [...document.querySelectorAll(form.dataset.items)];
    for (const control of controls()) initial.set(control, isBox(control) ? "" : control.value);
    form.addEventListener("input", () => {
      apply();
      remember();
    });
    form.addEventListener("reset", () =>
      setTimeout(() => {
        apply();
        remember();
      }),
    );
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", arrive);
    addEventListener("DOMContentLoaded", () => restore());
  }

  return {
    apply,
    remember,
    settings,
    also: (test) => tests.push(test),
    onChange: (listener) => listeners.push(listener),
  };
})();
