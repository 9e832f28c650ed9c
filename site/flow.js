"use strict";

/**
 * The questionnaire as a pure state machine, and what its state looks like outside the page.
 *
 *     flow       advisor/ask/flow.py: same states, same moves, same names in camelCase
 *     address    the fragment of a link: only what was answered, by the shortest clear ids
 *     file       an answers file that advisor/ask/answers.py reads
 *
 * Groups of criteria that were compared (site/groups.js) travel along in both as they are.
 *
 * A state is never changed; every move returns a new one: {given, at, trail, ahead, dropped}, where
 * `at` is the id of a question, REVIEW or FINISHED.
 */
const advisorFlow = (() => {
  const REVIEW = ":review";
  const FINISHED = ":finished";
  const { NOT_SURE, relevance } = advisorScore;
  const UNSURE = { id: NOT_SURE, text: "Not sure", help: "", exclusive: true };
  /** A shortened id keeps so many characters, so that a link can still be read. */
  const SHORTEST = 3;
  const PLACES = { ask: "", review: REVIEW, result: FINISHED };
  /** The part of an address that holds compared groups. */
  const GROUPS = "groups=";

  /** What can be answered, in order: the choices written down, and "Not sure" after them. */
  function choicesOf(question) {
    return question.choices.some(({ id }) => id === NOT_SURE)
      ? question.choices
      : [...question.choices, UNSURE];
  }

  /** Whether a choice excludes all others of its question. */
  const standsAlone = (choice) => choice.exclusive === true || choice.id === NOT_SURE;

  /** The chosen ids in the questionnaire's order, or null if they are no answer. */
  function canonical(question, chosen) {
    const wanted = new Set(chosen);
    const found = choicesOf(question).filter(({ id }) => wanted.has(id));
    const alone = !question.multiple || found.some(standsAlone);
    if (!found.length || found.length < wanted.size || (alone && found.length > 1)) return null;
    return found.map(({ id }) => id);
  }

  /** The questions to ask, in order; an answer to an irrelevant one calls for nothing. */
  function relevant(questions, given) {
    const counted = new Map();
    return questions.filter((question) => {
      if (relevance(question, counted) !== "yes") return false;
      if (Object.hasOwn(given, question.id)) counted.set(question.id, given[question.id]);
      return true;
    });
  }

  /** The relevant questions without an answer, in order. */
  function unanswered(questions, given) {
    return relevant(questions, given).filter(({ id }) => !Object.hasOwn(given, id));
  }

  /** The answers to relevant questions, in order, and the ids of the others. */
  function split(questions, given) {
    const kept = Object.fromEntries(
      relevant(questions, given)
        .filter(({ id }) => Object.hasOwn(given, id))
        .map((question) => [question.id, canonical(question, given[question.id])]),
    );
    return [kept, Object.keys(given).filter((id) => !Object.hasOwn(kept, id))];
  }

  /** Start where `given` stops: at the first open question, or at the review if none is. */
  function resume(questions, given = {}) {
    const [kept, dropped] = split(questions, given);
    const ids = relevant(questions, kept).map(({ id }) => id);
    const at = ids.find((id) => !Object.hasOwn(kept, id)) ?? REVIEW;
    const trail = at === REVIEW ? ids : ids.slice(0, ids.indexOf(at));
    return { given: kept, at, trail, ahead: [], dropped };
  }

  /** Record the answer to the current question and stay there. */
  function answer(questions, state, chosen) {
    const question = questions.find(({ id }) => id === state.at);
    const found = question === undefined ? null : canonical(question, chosen);
    if (found === null) throw new RangeError(`"${chosen}" is no answer at "${state.at}"`);
    const [given, dropped] = split(questions, { ...state.given, [state.at]: found });
    const shown = new Set(relevant(questions, given).map(({ id }) => id));
    const stops = [...state.trail, state.at].filter((stop) => shown.has(stop) || stop === REVIEW);
    // Where a question in between fell away, the same stop may stand twice in a row.
    const trail = stops.slice(0, -1).filter((stop, place) => stop !== stops[place + 1]);
    return { ...state, given, trail, ahead: state.ahead.filter((id) => shown.has(id)), dropped };
  }

  /** Go to the earliest question that is open or was left behind, else to the review. */
  function next(questions, state) {
    if (state.at === FINISHED) return state;
    if (state.at !== REVIEW && !Object.hasOwn(state.given, state.at)) {
      throw new RangeError(`"${state.at}" is not answered yet`);
    }
    const upcoming = relevant(questions, state.given).find(
      ({ id }) => state.ahead.includes(id) || !Object.hasOwn(state.given, id),
    );
    const end = state.at === REVIEW ? FINISHED : REVIEW;
    return moved(state, upcoming === undefined ? end : upcoming.id, state.ahead);
  }

  /** Undo the last move; at the very beginning, stay. */
  function back(questions, state) {
    if (!state.trail.length) return state;
    const at = state.trail.at(-1);
    const left = questions.some(({ id }) => id === state.at) ? [state.at] : [];
    const ahead = at === REVIEW ? [] : [...new Set([...state.ahead, ...left])];
    const kept = ahead.filter((id) => id !== at);
    return { ...state, at, trail: state.trail.slice(0, -1), ahead: kept, dropped: [] };
  }

  /** Look at all answers now, wherever that leaves the questions. */
  function review(questions, state) {
    return state.at === REVIEW ? state : moved(state, REVIEW, []);
  }

  /** Go from the review to one question; afterwards only what became open is asked. */
  function change(questions, state, id) {
    const known = relevant(questions, state.given).some((question) => question.id === id);
    if (state.at !== REVIEW || !known) throw new RangeError(`"${id}" cannot be changed here`);
    return moved(state, id, []);
  }

  /** End after the review; questions still open count as "not sure". */
  function finish(questions, state) {
    if (state.at !== REVIEW) throw new RangeError("answers are reviewed before the end");
    return moved(state, FINISHED, []);
  }

  function moved(state, at, ahead) {
    const left = ahead.filter((id) => id !== at);
    return { ...state, at, trail: [...state.trail, state.at], ahead: left };
  }

  /** The number of the current question, from 1, and how many there are. */
  function progress(questions, state) {
    const ids = relevant(questions, state.given).map(({ id }) => id);
    return [ids.indexOf(state.at) + 1, ids.length];
  }

  /**
   * The fragment that restores the answers: `#result/stage=pro/workload=ima,tex`.
   *
   * "Not sure" is what a missing answer counts as, so it is left out. `compared` are groups as
   * advisorGroups.link writes them.
   */
  function address(questions, state, compared = "") {
    const place = Object.keys(PLACES).find((name) => PLACES[name] === state.at) ?? "ask";
    const parts = Object.entries(state.given)
      .filter(([, ids]) => ids[0] !== NOT_SURE)
      .map(([id, ids]) => {
        const { choices } = questions.find((question) => question.id === id);
        const chosen = ids.map((choice) => shortened(choice, choices));
        return `${shortened(id, questions)}=${chosen.join(",")}`;
      });
    const groups = compared === "" ? [] : [`${GROUPS}${compared}`];
    return `#${[place, ...parts, ...groups].join("/")}`;
  }

  /**
   * The state that a fragment stands for; null if it is not one of ours.
   *
   * `faults` are the parts that mean nothing here; the rest still counts. Compared groups come back
   * as they stand, "" without any.
   */
  function restored(questions, fragment) {
    const [place, ...parts] = fragment.replace(/^#/, "").split("/");
    if (!Object.hasOwn(PLACES, place)) return null;
    const given = {};
    const faults = [];
    const groups = parts.find((part) => part.startsWith(GROUPS)) ?? GROUPS;
    for (const part of parts.filter((it) => it !== groups)) {
      const [name, chosen = ""] = part.split("=");
      const question = lengthened(name, questions);
      const ids = chosen.split(",").map((id) => lengthened(id, question?.choices ?? [])?.id);
      const found = question === undefined ? null : canonical(question, ids);
      if (found === null) faults.push(part);
      else given[question.id] = found;
    }
    const state = resume(questions, given);
    const at = PLACES[place];
    return [at === "" ? state : settledAt(state, at), faults, groups.slice(GROUPS.length)];
  }

  /** As if the person had looked at everything and moved on to the review or to the end. */
  function settledAt(state, at) {
    const trail = state.at === REVIEW ? state.trail : [...state.trail, state.at];
    return { ...state, at, trail: at === REVIEW ? trail : [...trail, REVIEW] };
  }

  /** The shortest beginning of an id that no other id shares. */
  function shortened(id, nouns) {
    for (let length = SHORTEST; length < id.length; length += 1) {
      const start = id.slice(0, length);
      if (nouns.filter((noun) => noun.id.startsWith(start)).length === 1) return start;
    }
    return id;
  }

  /** The one noun with that id, or whose id begins like that. */
  function lengthened(start, nouns) {
    const exact = nouns.find(({ id }) => id === start);
    const found = start ? nouns.filter(({ id }) => id.startsWith(start)) : [];
    return exact ?? (found.length === 1 ? found[0] : undefined);
  }

  /**
   * An answers file for `advisor decide` and its kin.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {Object<string, string[]>} given the chosen ids by question
   * @param {string} project its name, or "" without one
   * @param {string[]} groups what advisorGroups.lines says of compared groups
   */
  function answersFile(data, given, project, groups = []) {
    const named = cleaned(project);
    const head = [
      "# What one project needs, for `advisor decide` and its kin.",
      "format = 1",
      ...(named ? [`project = ${JSON.stringify(named)}`] : []),
      `questionnaire = "${data.questionnaire}"`,
    ];
    const lines = relevant(data.questions, given).flatMap((question) => {
      const chosen = given[question.id];
      const value = question.multiple ? listed(chosen ?? []) : `"${chosen?.[0]}"`;
      const line = chosen ? `${question.id} = ${value}` : `# ${question.id} = "${NOT_SURE}"`;
      return ["", ...comments(question), line];
    });
    return [...head, "", "[answers]", ...lines, ...groups, ""].join("\n");
  }

  function comments(question) {
    const choices = choicesOf(question).map(({ id, text }) => `#   ${id}: ${cleaned(text)}`);
    return [`# ${cleaned(question.text)}`, ...choices];
  }

  const listed = (ids) => `[${ids.map((id) => `"${id}"`).join(", ")}]`;

  /** One line without what steers a terminal, turns the direction of text or is no character. */
  function cleaned(text) {
    return text
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
      .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, " ")
      .replace(/\s+/g, " ")
      .trim();
  }

  return {
    FINISHED,
    REVIEW,
    address,
    answer,
    answersFile,
    back,
    canonical,
    change,
    choicesOf,
    cleaned,
    finish,
    lengthened,
    next,
    progress,
    relevant,
    restored,
    resume,
    review,
    shortened,
    standsAlone,
    unanswered,
  };
})();
