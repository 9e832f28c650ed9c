"use strict";

/**
 * Groups of criteria compared in pairs: an option of the review, as `--groups` is in the terminal.
 *
 *     said      what was said so far, plain data: {groups: [id], times: {"first/second": number}}
 *     judged    the judgements [{more, less, times}] once every two groups are compared, else none
 *     link      the judgements as part of the address; `read` takes them up again
 *     lines     the judgements as a table of an answers file (advisor/ask/groups.py)
 *     part      the controls in the page
 *
 * `times` counts how many times as much the first of two groups matters, below 0 where it is the
 * second; the first is the one that the catalogue names first.
 */
const advisorGroups = ((flow, result) => {
  const { element } = result;
  const NOTHING = { groups: [], times: {} };
  /** So many groups can be compared: two at least, and five are ten pairs. */
  const FEWEST = 2;
  const MOST = 5;
  /** Saaty's scale in words. */
  const STRENGTHS = [
    [9, "matters far more"],
    [7, "matters much more"],
    [5, "matters more"],
    [3, "matters a little more"],
  ];
  const COMMENT = "# How many times as much one group of criteria matters as another, from 1 to 9.";

  /** Every two of the groups that were chosen, in the order of the catalogue. */
  function pairs(known, said) {
    const chosen = known.filter(({ id }) => said.groups.includes(id));
    return chosen.flatMap((first, place) =>
      chosen.slice(place + 1).map((second) => [first, second]),
    );
  }

  const key = (first, second) => `${first.id}/${second.id}`;

  /** The judgements in the order of an answers file; none while a pair is open. */
  function judged(known, said) {
    const found = pairs(known, said);
    if (found.length === 0 || open(known, said) > 0) return [];
    const order = known.map(({ id }) => id);
    const places = ({ more, less }) => order.indexOf(more) * order.length + order.indexOf(less);
    return found
      .map(([first, second]) => {
        const times = said.times[key(first, second)];
        return times < 0
          ? { more: second.id, less: first.id, times: -times }
          : { more: first.id, less: second.id, times };
      })
      .sort((one, other) => places(one) - places(other));
  }

  /** How many pairs are still to be compared. */
  const open = (known, said) =>
    pairs(known, said).filter((pair) => !Object.hasOwn(said.times, key(...pair))).length;

  /** `dep.har.5`: deployment matters 5 times as much as hardware; "" without judgements. */
  function link(known, said) {
    const short = (id) => flow.shortened(id, known);
    return judged(known, said)
      .map(({ more, less, times }) => `${short(more)}.${short(less)}.${times}`)
      .join(",");
  }

  /** What a link says; null if it is none of ours. */
  function read(known, text) {
    const said = { groups: [], times: {} };
    for (const part of text.split(",")) {
      const [more, less, times, ...rest] = part.split(".");
      const found = known.filter((group) =>
        [more, less].some((start) => flow.lengthened(start, known) === group),
      );
      if (found.length !== 2 || rest.length || !/^[13579]$/.test(times)) return null;
      const [first, second] = found;
      if (Object.hasOwn(said.times, key(first, second))) return null;
      const ahead = times === "1" || flow.lengthened(more, known) === first;
      said.times[key(first, second)] = ahead ? Number(times) : -Number(times);
      said.groups = [...new Set([...said.groups, first.id, second.id])];
    }
    return said.groups.length > MOST || judged(known, said).length === 0 ? null : said;
  }

  /** The table with its comment, as advisor/ask/groups.py writes it; nothing without judgements. */
  function lines(known, said) {
    const rows = new Map();
    for (const { more, less, times } of judged(known, said)) {
      rows.set(more, [...(rows.get(more) ?? []), `${less} = ${times}`]);
    }
    if (rows.size === 0) return [];
    const table = [...rows].map(([more, row]) => `${more} = { ${row.join(", ")} }`);
    return ["", COMMENT, "[groups]", ...table];
  }

  /** What is to be done next, or what the judgements say together. */
  function standing(known, said) {
    const left = open(known, said);
    if (said.groups.length === 0) return "";
    if (said.groups.length < FEWEST) return "Choose one more group at least.";
    if (left > 0) {
      const what = left === 1 ? "1 pair is" : `${left} pairs are`;
      return `${what} still to be compared; until then the groups weigh what your answers say.`;
    }
    return result.weighingText(known, advisorScore.weigh(judged(known, said)));
  }

  /**
   * The controls.
   *
   * @param {object[]} known data.groups
   * @param {object} said what was said so far
   * @param {function(object): void} changed called with what is said now
   * @returns {Element}
   */
  function part(known, said, changed) {
    let now = said;
    const compared = element("div", { class: "pairs" });
    const status = element("p", { class: "standing", role: "status" });
    const boxes = new Map(known.map((group) => [group.id, box(group, () => choose())]));

    function choose() {
      const groups = [...boxes].filter(([, input]) => input.checked).map(([id]) => id);
      say({ ...now, groups });
      compare();
    }

    /** Takes up what is said, and leaves no more to choose than can be compared. */
    function say(next) {
      now = next;
      changed(now);
      tell();
    }

    function tell() {
      status.textContent = standing(known, now);
      for (const input of boxes.values()) {
        input.disabled = now.groups.length >= MOST && !input.checked;
      }
    }

    function compare() {
      const rows = pairs(known, now).map(([first, second]) =>
        row(first, second, now.times[key(first, second)], (times) => {
          const { [key(first, second)]: _, ...others } = now.times;
          say({ ...now, times: times === 0 ? others : { ...others, [key(first, second)]: times } });
        }),
      );
      compared.replaceChildren(...rows);
    }

    for (const id of said.groups) boxes.get(id).checked = true;
    compare();
    tell();
    return element(
      "details",
      { class: "weigh", open: said.groups.length > 0 },
      element("summary", {}, "Weigh groups of criteria against each other (optional)"),
      element(
        "fieldset",
        {},
        element(
          "legend",
          { class: "why" },
          `For teams that know which kind of criteria matters most. Choose ${FEWEST} to ${MOST} groups and compare every two of them; within a group your answers keep their say.`,
        ),
        element("div", { class: "choices" }, ...known.map((group) => labelled(group, boxes))),
      ),
      compared,
      status,
    );
  }

  function box(group, changed) {
    const made = element("input", { type: "checkbox", value: group.id });
    made.addEventListener("change", changed);
    return made;
  }

  const labelled = ({ id, name }, boxes) =>
    element("label", { class: "choice" }, boxes.get(id), element("span", {}, name));

  /** One pair: a list of all judgements from one extreme to the other. */
  function row(first, second, times, changed) {
    const judgements = [
      ...STRENGTHS.map(([many, text]) => [many, `${first.name} ${text}`]),
      [1, "Both matter the same"],
      ...[...STRENGTHS].reverse().map(([many, text]) => [-many, `${second.name} ${text}`]),
    ];
    const select = element(
      "select",
      {},
      element("option", { value: 0 }, "Choose …"),
      ...judgements.map(([many, text]) =>
        element("option", { value: many, selected: many === times }, text),
      ),
    );
    select.addEventListener("change", () => changed(Number(select.value)));
    const text = `${first.name} or ${second.name}?`;
    return element("label", { class: "pair" }, element("span", {}, text), select);
  }

  return { NOTHING, judged, lines, link, part, read };
})(advisorFlow, advisorResult);
