"use strict";

/**
 * A decision of advisorScore as parts of a page, in the order of the report: verdict, what to
 * install, why, what speaks against it, must-haves, what would change it, the plan, what moved,
 * whether other methods agree, what was answered, what to keep.
 *
 * Everything is built node by node, so no text can become markup.
 */
const advisorResult = (() => {
  const LEVELS = ["absent", "weak", "with caveats", "good", "leading"];
  const PLACES = ["1st", "2nd", "3rd"];
  const MONTHS = [
    ...["January", "February", "March", "April", "May", "June", "July"],
    ...["August", "September", "October", "November", "December"],
  ];
  /** So many rows are shown at once; the others are one click away. */
  const SHOWN = 8;

  /**
   * An element with attributes and children; what is null, false or 0 among the children is left
   * out, as are attributes that are null or false.
   */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== null && value !== false) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child));
    return made;
  }

  function drawing(attributes, ...shapes) {
    const svg = "http://www.w3.org/2000/svg";
    const node = (name, given) => {
      const made = document.createElementNS(svg, name);
      for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
      return made;
    };
    const made = node("svg", { "aria-hidden": "true", focusable: "false", ...attributes });
    made.append(...shapes.map(([name, given]) => node(name, given)));
    return made;
  }

  /** A share of 1 as a whole percentage; neither none nor all is claimed where it is not so. */
  function percent(share) {
    if (share > 0 && share < 0.005) return "under\u00a01\u202f%";
    if (share >= 0.995 && share < 1) return "over\u00a099\u202f%";
    return `${Math.round(share * 100)}\u202f%`;
  }

  const signed = (number) =>
    `${number > 0 ? "+" : number < 0 ? "−" : ""}${Math.abs(number).toFixed(3)}`;

  function day(iso) {
    const [year, month, date] = iso.split("-").map(Number);
    return `${date}\u00a0${MONTHS[month - 1]} ${year}`;
  }

  /** A factor as one says it: 7.9 times, half, a third. */
  const times = (factor) => (factor >= 10 ? factor.toFixed(0) : factor.toPrecision(2));

  const level = (found) => (found === null ? "not known" : LEVELS[found]);

  /** Everything that the parts look up by id. */
  function lookup(data, given, decision) {
    const needs = advisorScore.deriveNeeds(data, given, decision.groups?.judgements);
    const named = (nouns) => new Map(nouns.map((noun) => [noun.id, noun]));
    const rows = advisorScore.rate(data, data.now, needs.focus);
    return {
      data,
      decision,
      needs,
      ratings: new Map(rows.map((row) => [`${row.framework}/${row.criterion}`, row])),
      frameworks: named(data.frameworks),
      criteria: named(data.criteria),
      groups: named(data.groups),
      questions: named(data.questions),
      leader: decision.ranking[0]?.framework ?? null,
      rival: decision.ranking[1]?.framework ?? null,
    };
  }

  /**
   * The parts of the result.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {Object<string, string[]>} given the chosen ids by question
   * @param {object} decision what advisorScore.decide returns
   * @param {object} acts what a person can do from here: review, restart, change, download ...
   * @returns {Element[]}
   */
  function parts(data, given, decision, acts) {
    const found = lookup(data, given, decision);
    return [
      verdictPart(found, acts),
      ...(found.leader ? [startPart(found), whyPart(found)] : []),
      demandsPart(found),
      unmeasuredPart(found),
      settlesPart(found, acts),
      flipsPart(found),
      planPart(found),
      movedPart(found),
      checksPart(found),
      answersPart(found, given),
      keepPart(found, acts),
    ].filter((part) => part !== null);
  }

  const nameOf = ({ frameworks }, id) => frameworks.get(id).name;

  /** Its name; the style sheet puts the shape before it that it has everywhere. */
  const framework = (found, id) => element("span", { class: `name ${id}` }, nameOf(found, id));

  function criterion({ criteria }, id) {
    return element("a", { href: `compare.html#criterion-${id}` }, criteria.get(id).name);
  }

  function section(title, ...children) {
    return element("section", {}, element("h3", {}, title), ...children);
  }

  function scroll(label, ...children) {
    return element(
      "div",
      { class: "scroll", role: "region", "aria-label": label, tabindex: "0" },
      ...children,
    );
  }

  /** A table; on a phone each cell names its column itself. */
  function table(label, heads, rows, attributes = { class: "stacked" }) {
    for (const row of rows) {
      [...row.children].forEach((child, at) => {
        child.dataset.name = heads[at][0];
      });
    }
    const head = ([text, kind, hidden]) =>
      element(
        "th",
        { scope: "col", class: kind ?? null },
        text,
        hidden && element("span", { class: "hidden" }, hidden),
      );
    return scroll(
      label,
      element(
        "table",
        attributes,
        element("caption", { class: "hidden" }, label),
        element("thead", {}, element("tr", {}, ...heads.map(head))),
        element("tbody", {}, ...rows),
      ),
    );
  }

  const cell = (...children) => element("td", {}, ...children);
  const number = (...children) => element("td", { class: "number" }, ...children);
  const rowHead = (...children) => element("th", { scope: "row" }, ...children);

  /** The first rows, and the others behind a disclosure. */
  function foldedTable(label, heads, rows, attributes) {
    const rest = rows.slice(SHOWN);
    const more = rest.length === 1 ? "1 smaller difference" : `${rest.length} smaller differences`;
    return [
      table(label, heads, rows.slice(0, SHOWN), attributes),
      rest.length > 0 &&
        element(
          "details",
          {},
          element("summary", {}, more),
          table(`${label}: the rest`, heads, rest, attributes),
        ),
    ];
  }

  function headline(found) {
    const { verdict } = found.decision;
    if (verdict === "none") return "No framework meets all of your must-haves.";
    const leader = nameOf(found, found.leader);
    if (verdict === "clear") return `Choose ${leader}: the case is clear.`;
    if (verdict === "lean") return `Lean towards ${leader}.`;
    if (found.rival === null) {
      return `Not settled: ${leader} is all that is left, and it may miss a must-have itself.`;
    }
    return `Too close to call between ${leader} and ${nameOf(found, found.rival)}.`;
  }

  function strength(found) {
    const { decision, data } = found;
    if (decision.verdict === "none") {
      return "Each of them misses something that you said must be possible; what would have to give is named below.";
    }
    const leader = nameOf(found, found.leader);
    if (found.rival === null) {
      return `${leader} is the only one that meets your must-haves, so there is nothing left to weigh it against.`;
    }
    const share = percent(decision.ranking[0].first_rank);
    const draws = data.policy.draws.toLocaleString("en-GB");
    const of = `${share} of ${draws} draws over everything that is uncertain`;
    return {
      clear: `It leads noticeably in ${of}: the weights, the levels, the measurements.`,
      lean: `It leads noticeably in ${of}: more likely than not the better choice, and not beyond doubt.`,
      "too-close": `${leader} is ahead, but leads noticeably in only ${of}; in ${percent(decision.tie)} nobody does.`,
    }[decision.verdict];
  }

  /** Why a verdict is held back: too little weight is the user's own, or a must-have is in doubt. */
  function heldBack(found) {
    const {
      decision,
      data: { policy },
    } = found;
    if (decision.verdict !== "lean" || decision.ranking[0].first_rank < policy.clear) return null;
    if (decision.own_share >= policy.own_share) {
      const name = nameOf(found, found.leader);
      const unsure = `That would be a clear case, if it were surer that ${name} meets the must-haves.`;
      return element("p", { class: "held" }, unsure);
    }
    const [own, least] = [percent(decision.own_share), percent(policy.own_share)];
    const text = `That would be a clear case, but only ${own} of the weight comes from your own answers; below ${least} the verdict stays a lean. Answering more questions settles it.`;
    return element("p", { class: "held" }, text);
  }

  /** Said where the leader may itself miss a must-have. */
  function doubted(found) {
    const { doubts, ranking } = found.decision;
    const own = doubts.filter((doubt) => doubt.framework === found.leader);
    if (own.length === 0) return null;
    const names = own.map(({ requirement, evidence }) => {
      const known = evidence.level === null ? "" : `, ${evidence.tier}`;
      const name = criterion(found, requirement.criterion);
      return element("span", {}, name, ` (${level(evidence.level)}${known})`);
    });
    const meets = `${nameOf(found, found.leader)} meets the must-haves in ${percent(ranking[0].meets)} of the draws; it may miss `;
    return element("p", { class: "held" }, meets, ...listed(names), ".");
  }

  function verdictPart(found, acts) {
    const { decision, data } = found;
    const heading = { id: "result-heading", tabindex: "-1", "data-focus": "" };
    const { lean, clear } = data.policy;
    const lines = `The lines stand where the verdict becomes a lean, at ${percent(lean)}, and clear, at ${percent(clear)}.`;
    const own = `Evidence as of ${day(decision.as_of)}. ${percent(decision.own_share)} of the weight comes from your own answers.`;
    return element(
      "header",
      { class: `verdict ${found.leader ?? ""}` },
      element("h2", heading, headline(found)),
      element("p", { class: "lede" }, strength(found)),
      heldBack(found),
      doubted(found),
      table(
        `How ${data.policy.draws.toLocaleString("en-GB")} draws ended`,
        [
          ["Framework"],
          ["Leads noticeably in"],
          ["Share", "number"],
          ["Score", "number"],
          ...decision.ranking.map((_, place) => [PLACES[place] ?? `${place + 1}th`, "number rank"]),
        ],
        [
          ...decision.ranking.map((row) => rankedRow(found, row)),
          ...tieRow(found),
          ...outRows(found),
        ],
        { class: "ranking" },
      ),
      element("p", { class: "small" }, decision.ranking.length > 0 && `${lines} `, own),
      element(
        "div",
        { class: "ask-moves" },
        act("Change answers", acts.review),
        act("Start again", acts.restart),
      ),
    );
  }

  function act(text, perform, kind = "plain") {
    const made = element("button", { type: "button", class: kind }, text);
    made.addEventListener("click", perform);
    return made;
  }

  /** A bar as long as the share; the lines stand where lean and clear begin. */
  function bar({ data: { policy } }, share, marks = true) {
    const line = (at) => [
      "path",
      { d: `M${at * 200} 0V14`, class: "threshold", "vector-effect": "non-scaling-stroke" },
    ];
    return drawing(
      { class: "bar", viewBox: "0 0 200 14", preserveAspectRatio: "none" },
      ["rect", { class: "rail", width: 200, height: 14 }],
      ["rect", { width: share * 200, height: 14 }],
      ...(marks ? [line(policy.lean), line(policy.clear)] : []),
    );
  }

  function rankedRow(found, row) {
    return element(
      "tr",
      { class: row.framework },
      rowHead(framework(found, row.framework)),
      cell(bar(found, row.first_rank)),
      number(percent(row.first_rank)),
      number(row.score.toFixed(3)),
      ...row.ranks.map((share) => element("td", { class: "number rank" }, percent(share))),
    );
  }

  function tieRow(found) {
    const { ranking, tie, unmet } = found.decision;
    const row = (share, why) =>
      element(
        "tr",
        { class: "nobody" },
        rowHead("nobody"),
        cell(bar(found, share, false)),
        number(percent(share)),
        element("td", { colspan: ranking.length + 1, class: "small rank" }, why),
      );
    return [
      ...(ranking.length > 1 ? [row(tie, "a lead too small to notice")] : []),
      ...(ranking.length > 0 && unmet > 0 ? [row(unmet, "nobody meets the must-haves")] : []),
    ];
  }

  function outRows(found) {
    const { ruled_out: missed, ranking } = found.decision;
    const out = [...new Set(missed.map((entry) => entry.framework))];
    return out.map((id) => {
      const misses = missed.filter((entry) => entry.framework === id);
      const names = misses.map(({ requirement }) => criterion(found, requirement.criterion));
      return element(
        "tr",
        { class: `${id} out` },
        rowHead(framework(found, id)),
        element("td", { colspan: ranking.length + 3 }, "ruled out: misses ", ...listed(names)),
      );
    });
  }

  const listed = (nodes) => nodes.flatMap((node, at) => (at ? [", ", node] : [node]));

  function startPart(found) {
    const { install, quick_start: quickStart } = found.frameworks.get(found.leader);
    const { stack, measured } = found.decision.stack;
    const others = found.decision.plan.stacks.filter((one) => one.measured && one.stack !== stack);
    const { summary } = found.data.stacks.find(({ id }) => id === stack);
    const why = measured
      ? "the fastest measured on your workloads"
      : "the default, which its documentation explains";
    return section(
      found.decision.verdict === "too-close" ? "If work must begin today" : "What to install",
      code("Install command", install),
      element("p", {}, "Run it as ", element("code", {}, stack), ` (${why}). ${summary}`),
      others.length > 0 && element("p", {}, ...others.flatMap((one) => fasterAt(found, one))),
      element(
        "details",
        {},
        element("summary", {}, "A first model to run"),
        code("First model", quickStart),
      ),
    );
  }

  /** What another stack is the fastest at, by the criterion that rests on it. */
  function fasterAt({ data }, { stack, metrics }) {
    const criterion = data.criteria.find(({ measure }) => measure?.metric === metrics[0]);
    const name = criterion?.name ?? metrics[0];
    return [`${name}: the fastest measured is `, element("code", {}, stack), ". "];
  }

  function code(label, text) {
    const attributes = { tabindex: "0", role: "region", "aria-label": label };
    return element("pre", attributes, element("code", {}, text));
  }

  /** Every criterion with what it adds to the leader's lead over the runner-up. */
  function differences({ decision, leader, rival }) {
    const of = (id) => decision.contributions.filter((part) => part.framework === id);
    const behind = new Map(of(rival).map((part) => [part.criterion, part.contribution]));
    return of(leader)
      .map((part) => ({
        ...part,
        difference: part.contribution - (behind.get(part.criterion) ?? 0),
      }))
      .sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
  }

  function whyPart(found) {
    const rows = differences(found);
    const { leader, rival } = found;
    const name = nameOf(found, leader);
    if (rival === null) {
      const row = (part) => contributionRow(found, part, [leader], part.contribution);
      const heads = [["Criterion"], ["Weight", "number"], [name], ["Adds", "number"]];
      return section(
        "What carries its score",
        ...foldedTable("Contributions, strongest first", heads, rows.map(row), {
          class: "stacked why-table",
        }),
      );
    }
    const most = Math.max(...rows.map(({ difference }) => Math.abs(difference)), 1e-9);
    const heads = [
      ["Criterion"],
      ["Weight", "number"],
      [name],
      [nameOf(found, rival)],
      ["Lead", "number"],
      ["", "bars-column", "Lead as a bar"],
    ];
    const row = (part) => contributionRow(found, part, [leader, rival], part.difference, most);
    const [pro, con] = [(part) => part.difference > 0, (part) => part.difference < 0];
    const both = (title, kept) =>
      kept.length ? foldedTable(title, heads, kept.map(row), { class: "stacked why-table" }) : [];
    const lead = found.decision.ranking[0].score - found.decision.ranking[1].score;
    const against = rows.filter(con);
    return section(
      `Why ${name}`,
      element(
        "p",
        {},
        `Its lead of ${lead.toFixed(3)} over ${nameOf(found, rival)} is the sum of these differences, strongest first.`,
      ),
      ...both(`What speaks for ${name}`, rows.filter(pro)),
      element("h4", {}, "What speaks against it"),
      ...(against.length
        ? both(`Where ${nameOf(found, rival)} is ahead`, against)
        : [
            element(
              "p",
              {},
              `On no criterion that carries weight is ${nameOf(found, rival)} ahead.`,
            ),
          ]),
    );
  }

  function contributionRow(found, part, compared, difference, most = 0) {
    const standing = (id) => cell(rated(found.ratings.get(`${id}/${part.criterion}`)));
    return element(
      "tr",
      { class: difference < 0 ? found.rival : found.leader },
      rowHead(criterion(found, part.criterion)),
      number(percent(part.weight)),
      ...compared.map(standing),
      number(signed(difference)),
      most > 0 && cell(length(Math.abs(difference) / most)),
    );
  }

  const length = (share) =>
    drawing({ class: "bar thin", viewBox: "0 0 100 10", preserveAspectRatio: "none" }, [
      "rect",
      { width: share * 100, height: 10 },
    ]);

  /** What is known, in words: the level, or the measured value, and how surely. */
  function rated(rating) {
    const text = rating.tier === "measured" ? rating.value.toFixed(2) : level(rating.level);
    const tier = rating.tier === "unknown" ? "" : ` ${rating.tier}`;
    const stale = rating.stale ? ", stale" : "";
    return element("span", {}, text, element("span", { class: "origin" }, `${tier}${stale}`));
  }

  function demandsPart(found) {
    const { requirements } = found.needs;
    if (!requirements.length) return null;
    const row = ({ criterion: id, level: least, question, choice }) => {
      const { choices } = found.questions.get(question);
      const because = `because of “${choices.find((known) => known.id === choice).text}”`;
      return element(
        "tr",
        {},
        rowHead(
          criterion(found, id),
          `, at least ${level(least)} `,
          element("span", { class: "origin" }, because),
        ),
        ...found.data.frameworks.map((of) => demanded(found, of.id, id, least)),
      );
    };
    const heads = [["Must be possible"], ...found.data.frameworks.map(({ name }) => [name])];
    const rescues = found.decision.rescues.map((entry) =>
      element(
        "li",
        {},
        "Without ",
        criterion(found, entry.requirement.criterion),
        `, ${nameOf(found, entry.framework)} would be back.`,
      ),
    );
    return section(
      "Must-haves",
      element(
        "p",
        {},
        "Who misses one of these is out, however good the rest. What is not known rules nobody out.",
      ),
      table("Must-haves and who meets them", heads, requirements.map(row)),
      rescues.length > 0 && element("ul", {}, ...rescues),
    );
  }

  function demanded(found, of, id, least) {
    const rating = found.ratings.get(`${of}/${id}`);
    const missed = rating.level !== null && rating.level < least;
    const doubt = found.decision.doubts.find(
      ({ framework: doubtful, requirement }) => doubtful === of && requirement.criterion === id,
    );
    const unsure = doubt && ` really missed in ${percent(doubt.share)}`;
    return cell(
      element("strong", { class: missed ? "missed" : "met" }, missed ? "missed" : "met"),
      ` ${level(rating.level)}`,
      unsure && element("span", { class: "origin" }, unsure),
    );
  }

  function unmeasuredPart(found) {
    const { unmeasured } = found.decision;
    if (!unmeasured.length) return null;
    const names = listed(unmeasured.map((id) => criterion(found, id)));
    return element(
      "section",
      { class: "notice" },
      element("h3", {}, "Not measured for you"),
      element(
        "p",
        {},
        "No measurement speaks for your devices and workloads on ",
        ...names,
        ". There the value stays unknown, with the widest interval, and helps nobody. On your own machine, one command measures it:",
      ),
      code("Command that measures on your machine", "advisor bench"),
    );
  }

  function settlesPart(found, acts) {
    const { settles } = found.decision;
    if (!settles.length) return null;
    const item = ({ kind, subject, most, winners }) => {
      const others = winners.map((id) => nameOf(found, id)).join(" or ");
      const then = others && `, and ${others} might then lead`;
      const effect = isDoubted(found, subject)
        ? `otherwise it is out${then}`
        : `may move the lead by up to ${most.toFixed(3)}${then}`;
      return element("li", {}, ...settling(found, acts, kind, subject), ` ${effect}.`);
    };
    return section(
      "What would settle it",
      element("ol", { class: "plain-list" }, ...settles.map(item)),
    );
  }

  function settling(found, acts, kind, subject) {
    if (kind === "question") {
      const { text } = found.questions.get(subject[0]);
      return ["Answer ", act(`“${text}”`, () => acts.change(subject[0]), "inline"), ":"];
    }
    if (kind === "measurement") return ["Measure ", criterion(found, subject[0]), ":"];
    if (isDoubted(found, subject)) {
      const name = criterion(found, subject[1]);
      return [`Make sure that ${nameOf(found, subject[0])} meets the must-have `, name, ":"];
    }
    return ["Check ", criterion(found, subject[1]), ` of ${nameOf(found, subject[0])}:`];
  }

  const isDoubted = ({ decision }, [of, id]) =>
    decision.doubts.some(
      ({ framework: own, requirement }) => own === of && requirement.criterion === id,
    );

  function flipsPart(found) {
    const { flips } = found.decision;
    if (found.leader === null) return null;
    if (!flips.length) {
      return section(
        "What would change it",
        element(
          "p",
          {},
          "Nothing alone: no single answer, must-have, weight, measurement or level makes another framework lead.",
        ),
      );
    }
    const kinds = [...new Set(flips.map(({ kind }) => kind))];
    return section(
      "What would change it",
      element(
        "p",
        {},
        "The smallest single changes after which another framework leads; each was tried out.",
      ),
      ...kinds.flatMap((kind) => [
        element("h4", {}, KINDS[kind]),
        element(
          "ul",
          { class: "plain-list" },
          ...flips.filter((flip) => flip.kind === kind).map((flip) => flipItem(found, flip)),
        ),
      ]),
    );
  }

  const KINDS = {
    answer: "One answer",
    requirement: "One must-have, dropped",
    weight: "The weight of one criterion",
    group: "The weight of a group of criteria",
    measurement: "One framework’s measurements",
    cell: "One level of the evidence",
  };

  const flipItem = (found, flip) =>
    element("li", {}, ...flipped(found, flip), " → ", framework(found, flip.new_winner), " leads.");

  function flipped(found, flip) {
    const { subject, before, after, factor } = flip.change;
    const [first, second] = subject;
    switch (flip.kind) {
      case "answer": {
        const { text, choices } = found.questions.get(first);
        const words = after.map(
          (id) => choices.find((choice) => choice.id === id)?.text ?? "Not sure",
        );
        return [`“${text}” answered with “${words.join("; ")}”`];
      }
      case "requirement":
        return ["Without the must-have ", criterion(found, first)];
      case "weight":
        return [criterion(found, first), ` ${reweighed(factor)}`];
      case "group":
        return [`All of “${found.groups.get(first).name}” ${reweighed(factor)}`];
      case "measurement":
        return [criterion(found, second), `: ${nameOf(found, first)} ${remeasured(found, flip)}`];
      default: {
        const change = `${level(after)} instead of ${level(before)}`;
        return [criterion(found, second), `: ${nameOf(found, first)} is ${change}`];
      }
    }
  }

  /** What a measured value would have to be: a difference of 1 on the scale is the worst there is. */
  function remeasured({ data, criteria }, { change: { subject, before, after } }) {
    const { worst_ratio: ratio, worst_difference: difference } = data.policy;
    const { unit } = criteria.get(subject[1]).measure;
    if (unit === "share") {
      const points = (after - before) * difference * 100;
      const how = points > 0 ? "better" : "worse";
      return `is ${times(Math.abs(points))} percentage points ${how}`;
    }
    const factor = ratio ** (before - after);
    return unit === "s"
      ? `takes ${times(factor)} times as long`
      : `is ${times(factor)} times as large`;
  }

  function reweighed(factor) {
    if (factor === 0) return "left out";
    return `weighing ${times(factor)} times as much`;
  }

  const STAGES = { prototype: "Prototype", research: "Research", production: "Production" };
  const COSTS = {
    nothing: "nothing has to change",
    little: "little has to change",
    part: "part is rewritten",
    most: "most is written again",
    all: "everything is written again",
    unknown: "not known",
  };
  const VERDICTS = {
    clear: "clear",
    lean: "lean",
    "too-close": "too close to call",
    none: "none meets the must-haves",
  };

  function planPart(found) {
    const { phases, hybrid, migration } = found.decision.plan;
    if (phases.length === 0) return null;
    const heads = [
      ["Phase"],
      ["Leads"],
      ["Verdict"],
      ["Share of draws", "number"],
      ["Lead", "number"],
    ];
    return section(
      "The plan by phase",
      element("p", {}, "The same answers, decided for each phase that a project may pass through."),
      table(
        "Who leads in each phase",
        heads,
        phases.map((phase) => phaseRow(found, phase)),
      ),
      ...hybrid.flatMap((handOver) => handOverParts(found, handOver)),
      hybrid.length === 0 && element("p", {}, noHybrid(found)),
      ...migrationParts(found, migration),
    );
  }

  function phaseRow(found, { stage, winner, verdict, first_rank: share, lead, own }) {
    return element(
      "tr",
      {},
      rowHead(STAGES[stage] ?? stage, own && element("span", { class: "origin" }, " your answer")),
      cell(winner === null ? "nobody" : framework(found, winner)),
      cell(VERDICTS[verdict]),
      number(winner !== null && percent(share)),
      number(winner !== null && lead.toFixed(3)),
    );
  }

  function handOverParts(found, { earlier, later, bridge }) {
    const title = `${nameOf(found, bridge.from)} for ${earlier}, ${nameOf(found, bridge.to)} for ${later}`;
    return [
      element("h4", {}, title),
      element("p", {}, bridge.route),
      element("p", {}, element("strong", {}, "What it costs. "), bridge.cost),
    ];
  }

  function noHybrid({ decision }) {
    const winners = new Set(decision.plan.phases.map(({ winner }) => winner));
    if (winners.size === 1)
      return "The same framework leads in all of them, so nothing is handed over.";
    return "The winners differ, yet no hybrid is proposed: that takes two phases that firmly want different frameworks, and a bridge between them that was executed as a whole.";
  }

  function migrationParts(found, migration) {
    return [...new Set(migration.map(({ today }) => today))].flatMap((today) => [
      element("h4", {}, `Moving what you have in ${nameOf(found, today)}`),
      element(
        "ul",
        { class: "plain-list" },
        ...migration.filter((move) => move.today === today).map((move) => moveItem(found, move)),
      ),
    ]);
  }

  function moveItem(found, { framework: to, cost, evidence, bridges }) {
    const ways = bridges.map(({ route, tier }) => `${route} (${tier})`).join(" ");
    const said = `: ${COSTS[cost]}. ${evidence.note} ${ways}`.trim();
    return element("li", {}, framework(found, to), said);
  }

  const METHODS = { topsis: "TOPSIS", "promethee-ii": "PROMETHEE II" };

  /** Whether other methods agree, and whether the ranking hangs on who else is compared. */
  function checksPart(found) {
    const { checks } = found.decision;
    if (checks === null || found.decision.ranking.length < 2) return null;
    const opinions = checks.opinions.map(({ method, ranking }) => {
      return `${METHODS[method]} puts ${nameOf(found, ranking[0].framework)} first`;
    });
    const turned = checks.reversals.map(({ framework: of, change, ahead, behind }) => {
      const passes = `${nameOf(found, behind)} passes ${nameOf(found, ahead)}`;
      return change === "dropped"
        ? `Without ${nameOf(found, of)}, ${passes}.`
        : `With a worse copy of ${nameOf(found, of)}, ${passes}.`;
    });
    const stable =
      "Leaving a framework out, or adding a worse copy of one, changes the order of the others nowhere.";
    return section(
      "Other methods",
      element("p", {}, `On the same values and weights, ${opinions.join("; ")}.`),
      element("p", {}, turned.length ? turned.join(" ") : stable),
    );
  }

  /** Everything that was answered, so that a printed result stands alone. */
  function answersPart(found, given) {
    const rows = Object.entries(given).map(([id, chosen]) => {
      const { text, choices } = found.questions.get(id);
      const texts = choices
        .filter((choice) => chosen.includes(choice.id))
        .map((choice) => choice.text);
      return element("tr", {}, rowHead(text), cell(texts.join("; ") || "Not sure"));
    });
    const { groups } = found.decision;
    if (rows.length === 0 && groups === null) return null;
    const compared = groups && weighingText(found.data.groups, groups);
    return section(
      "Your answers",
      rows.length > 0 && table("What you answered", [["Question"], ["Answer"]], rows),
      compared && element("p", {}, `You compared groups of criteria. ${compared}`),
    );
  }

  /** What judgements on groups say together, and whether they agree. */
  function weighingText(groups, { shares, ratio, acceptable, revisit }) {
    const names = new Map(groups.map(({ id, name }) => [id, name]));
    const parts = Object.entries(shares).map(([id, share]) => `${names.get(id)} ${percent(share)}`);
    const weigh = `Of what these groups weigh together: ${parts.join(", ")}.`;
    const found = `consistency ratio ${ratio.toFixed(2)}`;
    if (acceptable || revisit === null) {
      return `${weigh} The comparisons agree well enough (${found}, up to 0.10 is fine).`;
    }
    const said = (stated) => {
      const [more, less] = [revisit.first, revisit.second].map((id) => names.get(id));
      return stated < 1
        ? `${less} matters ${times(1 / stated)} times as much as ${more}`
        : `${more} matters ${times(stated)} times as much as ${less}`;
    };
    return `${weigh} The comparisons contradict each other (${found}; up to 0.10 is fine). Most at odds: you said that ${said(revisit.stated)}; the others say that ${said(revisit.implied)}.`;
  }

  function movedPart(found) {
    const { before } = found.decision;
    if (before === null) return null;
    const then = before.winner && nameOf(found, before.winner);
    const said = {
      none: "no framework would have met the must-haves",
      "too-close": `the same answers were too close to call, with ${then} ahead`,
      lean: `the same answers leaned towards ${then}`,
      clear: `the same answers clearly gave ${then}`,
    }[before.verdict];
    const rows = before.moved.map((moved) => movedRow(found, moved));
    const heads = [["Criterion"], ["Framework"], ["Then"], ["Now"], ["Effect", "number"]];
    return section(
      `What has moved since ${day(before.as_of)}`,
      element(
        "p",
        {},
        `On the evidence of that day ${said}. A plus is towards today’s leader, in points of the score.`,
      ),
      ...(rows.length ? foldedTable("What moved, strongest first", heads, rows) : []),
    );
  }

  function movedRow(found, moved) {
    return element(
      "tr",
      {},
      rowHead(criterion(found, moved.criterion)),
      cell(framework(found, moved.framework)),
      cell(rated(moved.before)),
      cell(rated(moved.after)),
      number(signed(moved.effect)),
    );
  }

  function keepPart(found, acts) {
    const command = code("Command that writes the report", "");
    const input = element("input", { id: "ask-project", maxlength: 200, autocomplete: "off" });
    input.value = acts.project;
    const named = () => {
      acts.rename(input.value);
      command.firstChild.textContent = commands(found.decision, fileName(input.value));
    };
    input.addEventListener("input", named);
    named();
    const link = element("input", { id: "ask-link", readonly: true });
    link.value = acts.link();
    link.addEventListener("focus", () => link.select());
    return element(
      "section",
      { class: "keep" },
      element("h3", {}, "Keep it"),
      element(
        "div",
        { class: "fields" },
        field("ask-project", "Project name (optional)", input),
        field("ask-link", "Link to this result", link),
      ),
      element(
        "div",
        { class: "ask-moves" },
        act("Download answers", () => acts.download(fileName(input.value)), "strong"),
        act("Print or save as PDF", acts.print),
      ),
      element(
        "p",
        {},
        "Put the file into a clone of advisor. The terminal comes to the same numbers, to the last bit, and writes the report as one file; measurements of your own, where you have made some, count there in place of ours. Printing this page keeps everything that it says.",
      ),
      command,
      element(
        "p",
        { class: "small" },
        "Evidence ",
        element("code", {}, found.decision.evidence_digest),
      ),
    );
  }

  function field(id, label, input) {
    return element("div", {}, element("label", { for: id }, label), input);
  }

  /** A name for the answers file that every system takes. */
  function fileName(project) {
    const plain = project
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-");
    const slug = plain.replace(/^-+|-+$/g, "").slice(0, 40);
    return slug ? `${slug}.answers.toml` : "answers.toml";
  }

  const commands = ({ as_of: asOf }, file) =>
    [
      `.venv/bin/advisor decide ${file} --as-of ${asOf}`,
      `.venv/bin/advisor report ${file} --as-of ${asOf} -o report.html`,
    ].join("\n");

  return { element, parts, weighingText };
})();
