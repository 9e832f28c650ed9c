"use strict";

/**
 * What the matrix can do beyond filters: leave out a framework, show only what differs between the
 * others, and show the evidence of an earlier date.
 *
 * The statements of all dates are in matrix.js, which is loaded once an earlier date is asked for.
 */
(() => {
  const LEVELS = ["Absent", "Weak", "With caveats", "Good", "Leading"];
  const DAY = 86400000;
  const matrix = document.getElementById("matrix");
  const date = document.querySelector('input[name="as-of"]');
  const shownDay = document.getElementById("as-of-day");
  const today = date.value;
  const todayWords = shownDay.textContent;
  /** The cells as they came, by cell. */
  const original = new Map();
  let asked = today;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const cells = (row) => [...row.querySelectorAll("td")].filter((cell) => !cell.hidden);

  /** Whether the frameworks that are shown stand at different levels. */
  function differs(row) {
    return new Set(cells(row).map((cell) => cell.querySelector(".level").className)).size > 1;
  }

  function hideColumns(settings) {
    const hidden = settings.filter(([name]) => name === "hide").map(([, value]) => value);
    for (const cell of matrix.querySelectorAll("td, thead th.name")) {
      cell.hidden = hidden.some((id) => cell.classList.contains(id));
    }
  }

  const isStale = (statement, days, on) => (Date.parse(on) - Date.parse(statement.date)) / DAY > days;

  /** The contents of a cell as of a date. */
  function contents(known, days, on, href) {
    const at = known.statements.findIndex((statement) => statement.date <= on);
    const now = known.statements[at];
    if (now === undefined) {
      return { parts: [element("span", { class: "level level-unknown" }, "Not known")] };
    }
    const stale = isStale(now, days, on);
    const before = known.statements[at + 1];
    const said = before ? ` · before: ${LEVELS[before.level].toLowerCase()}, ${before.date}` : "";
    const parts = [element("a", { class: `level level-${now.level}`, href }, LEVELS[now.level])];
    if (stale) parts.push(" ", element("span", { class: "mark warning" }, "stale"));
    if (now.inherits) parts.push(" ", element("span", { class: "mark" }, `inherited from ${nameOf(now.inherits)}`));
    if (now.note) parts.push(element("p", { class: "note" }, now.note));
    parts.push(element("p", { class: "meta" }, `${now.date} · `, ...cited(now), said));
    return { tier: now.tier, stale, parts };
  }

  const nameOf = (id) => matrix.querySelector(`th.${id}`).textContent;

  /** The tier, which leads to the session of a probe, and the other sources. */
  function cited({ tier, sources }) {
    const link = (id, text) => element("a", { href: `sources.html#${id}` }, text);
    const sessions = sources.filter((id) => id.startsWith("probes-"));
    const others = sources.filter((id) => !sessions.includes(id));
    const known = sessions.length ? sessions.map((id) => link(id, tier)) : [tier];
    return [...known, ...others.flatMap((id) => [" · ", link(id, id)])];
  }

  function showThen(on) {
    for (const row of matrix.querySelectorAll("tbody tr")) {
      const id = row.id.replace("criterion-", "");
      const { frameworks, review_days: days } = advisorMatrix[id];
      const then = [...row.querySelectorAll("td")].map((cell) => {
        const framework = cell.classList[0];
        const known = frameworks[framework];
        if (known.measured !== null && known.measured <= on) return { tier: "measured" };
        const made = contents(known, days, on, `criteria/${id}.html#${framework}`);
        cell.replaceChildren(...made.parts);
        return made;
      });
      row.dataset.tier = [...new Set(then.map(({ tier }) => tier ?? "unknown"))].join(" ");
      row.dataset.stale = then.some(({ stale }) => stale) ? "yes" : "";
    }
  }

  function keepOriginal() {
    for (const row of matrix.querySelectorAll("tbody tr")) {
      original.set(row, { tier: row.dataset.tier, stale: row.dataset.stale });
      for (const cell of row.querySelectorAll("td")) {
        original.set(cell, { parts: [...cell.childNodes] });
      }
    }
  }

  function showToday() {
    for (const [place, kept] of original) {
      if (kept.parts) {
        place.replaceChildren(...kept.parts);
      } else {
        place.dataset.tier = kept.tier;
        if (kept.stale) place.dataset.stale = kept.stale;
        else delete place.dataset.stale;
      }
    }
  }

  function load() {
    return new Promise((done, failed) => {
      if (typeof advisorMatrix !== "undefined") return done();
      const script = element("script", { src: date.dataset.matrix });
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
  }

  /** Shows the matrix of the date that is asked for; a date out of range asks for the newest. */
  async function showDate() {
    const wanted = date.validity.valid && date.value ? date.value : today;
    if (wanted === asked) return;
    asked = wanted;
    if (original.size === 0) keepOriginal();
    if (wanted !== today) await load();
    if (wanted !== asked) return;
    showToday();
    if (wanted !== today) showThen(wanted);
    shownDay.textContent = wanted === today ? todayWords : wanted;
    advisorFilter.apply();
  }

  advisorFilter.also((row) => {
    const only = document.querySelector('input[name="differs"]').checked;
    return !only || differs(row);
  });
  advisorFilter.onChange((settings) => {
    hideColumns(settings);
    showDate();
  });
})();
