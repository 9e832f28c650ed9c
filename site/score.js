"use strict";

/**
 * The decision in the browser: needs, kernel and verdict, the same to the last bit as in Python.
 *
 *     derive needs    advisor/decide/needs.py
 *     weigh           advisor/decide/ahp.py
 *     rate            advisor/decide/ratings.py, from values that Python has computed
 *     kernel          advisor/decide/score.py
 *     rank, judge     advisor/decide/robustness.py
 *     movements       advisor/decide/movement.py
 *     make plan       advisor/decide/plan.py
 *     cross check     advisor/decide/checks.py
 *     find flips      advisor/decide/flips.py
 *     find settles    advisor/decide/settle.py
 *     decide          advisor/decide/decision.py; its keys are those of `decide --json`
 *
 * Functions have the names that they have there, in camelCase, and keep the order of operations.
 * What makes the bits equal: only + - * /, square roots, comparisons and 32-bit integer operations
 * occur, and sums run from left to right. Statistics and logarithms stay in Python and arrive as data
 * (advisor/render/browser.py); the factor of a measured time, a power, is left to whoever shows
 * it. A classic script, since modules do not load from file://.
 */
const advisorScore = (() => {
  const NOT_SURE = "not-sure";
  const OPEN = [NOT_SURE];
  const LEVELS = 5;
  /** The score of whoever is out of a draw: below all others, which are from 0 to 1. */
  const OUT = -1;
  /** Two numbers to pick from. */
  const EITHER = new Float64Array(2);
  /** So many draws at a time: their columns stay in the processor's cache. */
  const BLOCK = 2000;
  const FOCUS = ["workloads", "devices", "serving", "metrics"];
  /** The phases in which a trained model answers, on whatever it is served from. */
  const ANSWERING = ["predict", "export"];
  /** Two ratings that are equal in these have the same value in every draw. */
  const DRAWN = ["framework", "criterion", "tier", "level", "value", "low", "high", "inherits"];
  /** The verdicts that leave something to settle. */
  const UNSETTLED = ["too-close", "lean"];

  /** Ids are ASCII, so comparing code units gives Python's order. */
  const ascending = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  /**
   * What answers ask of a framework.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {Object<string, string[]>} given the chosen ids by question; a missing one is "not sure"
   * @param {object[]} judged groups of criteria compared in pairs: [{more, less, times}]
   * @returns {{own: Map, open: Map, core: Map, requirements: object[], focus: object,
   *   uses: string[]}} points by criterion from the user's answers, from questions left open and for
   *   every project; must-haves [{criterion, level, question, choice}]; what measurements must speak
   *   for; the frameworks in use
   */
  function deriveNeeds(data, given, judged = []) {
    const settled = settledChoices(data.questions, given);
    const core = data.criteria.filter((criterion) => criterion.core);
    const needs = {
      own: points(settled.map(({ choice }) => ({ weighs: choice.weighs, share: 1 }))),
      open: points(openPoints(data.questions, given)),
      core: new Map(core.map((criterion) => [criterion.id, criterion.core])),
      requirements: requirements(settled, data),
      focus: joinedFocus(settled),
      uses: uses(settled),
    };
    return judged.length === 0 ? needs : scaledByGroups(needs, data, groupShares(judged));
  }

  /**
   * Whether earlier answers call for a question: "yes", "no", or "open" while that is not settled.
   *
   * @param {object} question one of data.questions
   * @param {Map<string, string[]>} given the answers to earlier questions
   * @returns {"yes"|"no"|"open"}
   */
  function relevance(question, given) {
    const settled = question.when.map(([earlier, ids]) => [given.get(earlier) ?? OPEN, ids]);
    if (settled.some(([got, ids]) => !isOpen(got) && !got.some((id) => ids.includes(id)))) {
      return "no";
    }
    return settled.some(([got]) => isOpen(got)) ? "open" : "yes";
  }

  /**
   * The share of all points that the user's own answers gave, 0 to 1.
   *
   * @param {object} needs what deriveNeeds returns
   * @returns {number}
   */
  function ownShare(needs) {
    const own = totalPoints(needs.own);
    const rest = totalPoints(needs.open) + totalPoints(needs.core);
    return own + rest === 0 ? 0 : own / (own + rest);
  }

  const isOpen = (ids) => ids.length === 1 && ids[0] === NOT_SURE;

  const answerTo = (given, question) => (Object.hasOwn(given, question) ? given[question] : OPEN);

  /** The questions of the wanted relevance; an irrelevant one's answers do not count further. */
  function asked(questions, given, wanted) {
    const counted = new Map();
    return questions.filter((question) => {
      const found = relevance(question, counted);
      counted.set(question.id, found === "no" ? [] : answerTo(given, question.id));
      return wanted.includes(found);
    });
  }

  function settledChoices(questions, given) {
    const settled = [];
    for (const question of asked(questions, given, ["yes"])) {
      for (const id of Object.hasOwn(given, question.id) ? given[question.id] : []) {
        const choice = question.choices.find((known) => known.id === id);
        if (choice !== undefined) settled.push({ question, choice });
      }
    }
    return settled;
  }

  /** The average over its choices for every question that is or may become relevant. */
  function openPoints(questions, given) {
    return asked(questions, given, ["yes", "open"])
      .filter((question) => isOpen(answerTo(given, question.id)))
      .flatMap((question) =>
        question.choices.map(({ weighs }) => ({ weighs, share: 1 / question.choices.length })),
      );
  }

  function points(parts) {
    const total = new Map();
    for (const { weighs, share } of parts) {
      for (const [criterion, weight] of weighs) {
        total.set(criterion, (total.get(criterion) ?? 0) + weight * share);
      }
    }
    return new Map([...total].sort((one, other) => ascending(one[0], other[0])));
  }

  const totalPoints = (found) => sum([...found.values()]);

  /** Added from left to right. */
  function sum(values) {
    let total = 0;
    for (const value of values) total = total + value;
    return total;
  }

  /** The frameworks that the team uses today, in order of the choices. */
  const uses = (settled) => settled.map(({ choice }) => choice.uses).filter((id) => id !== null);

  /** The strictest requirement per criterion, in the order in which they were answered. */
  function requirements(settled, { criteria }) {
    const strictest = new Map();
    const used = uses(settled);
    const estates = criteria.filter(({ estate }) => estate !== null && used.includes(estate));
    for (const { question, choice } of settled) {
      const kept = choice.keeps === null ? [] : estates.map(({ id }) => [id, choice.keeps]);
      for (const [criterion, level] of new Map([...choice.requires, ...kept])) {
        const known = strictest.get(criterion);
        if (known === undefined || level > known.level) {
          strictest.set(criterion, { criterion, level, question: question.id, choice: choice.id });
        }
      }
    }
    return [...strictest.values()];
  }

  /** The mean consistency index of judgements at random on so many things (Saaty 2005). */
  const RANDOM_INDEX = [
    0, 0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.4, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59,
  ];
  /** Saaty's bound: more inconsistency than a tenth of what chance gives calls for second thoughts. */
  const ACCEPTABLE = 0.1;
  /** The iteration ends when no weight moves by more than this, far below any meaning. */
  const SETTLED = 1e-14;
  const MOST_STEPS = 10000;

  /**
   * What judgements on groups say together (the analytic hierarchy process, Saaty 1980).
   *
   * @param {object[]} judged every two of the groups that they name, once: [{more, less, times}]
   * @returns {{judgements: object[], shares: Object<string, number>, ratio: number,
   *   acceptable: boolean, revisit: ?object}} shares add up to 1; ratio is how far the judgements
   *   contradict each other, and revisit the one that does so most
   */
  function weigh(judged) {
    const [groups, matrix] = pairwise(judged);
    const ratio = consistencyRatio(matrix);
    return {
      judgements: judged,
      shares: groupShares(judged),
      ratio,
      acceptable: ratio <= ACCEPTABLE,
      revisit: worthRevisiting(groups, matrix),
    };
  }

  /** The share of each group in what the groups weigh together, the largest first. */
  function groupShares(judged) {
    const [groups, matrix] = pairwise(judged);
    const weights = priorities(matrix);
    const shares = groups.map((group, place) => [group, weights[place]]);
    shares.sort((one, other) => ascending(other[1], one[1]) || ascending(one[0], other[0]));
    return Object.fromEntries(shares);
  }

  /** The groups in order of id, and how many times as important each is as each other. */
  function pairwise(judged) {
    const groups = [...new Set(judged.flatMap(({ more, less }) => [more, less]))].sort(ascending);
    return [groups, groups.map((row) => groups.map((column) => judgement(judged, row, column)))];
  }

  function judgement(judged, row, column) {
    if (row === column) return 1;
    const stated = judged.find(({ more, less }) => more === row && less === column);
    if (stated !== undefined) return stated.times;
    return 1 / judged.find(({ more, less }) => more === column && less === row).times;
  }

  /** The weights, adding up to 1: the principal eigenvector, by power iteration. */
  function priorities(matrix) {
    let weights = matrix.map(() => 1 / matrix.length);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const grown = product(matrix, weights);
      const total = sum(grown);
      const moved = grown.map((value) => value / total);
      const still = (value, place) => Math.abs(value - weights[place]) <= SETTLED;
      if (moved.every(still)) return moved;
      weights = moved;
    }
    return weights;
  }

  const product = (matrix, weights) =>
    matrix.map((row) => sum(row.map((value, place) => value * weights[place])));

  /** How inconsistent the judgements are: 0 not at all, 1 as random ones are. */
  function consistencyRatio(matrix) {
    const size = matrix.length;
    if (size < 3) return 0;
    const eigenvalue = sum(product(matrix, priorities(matrix)));
    const ratio = (eigenvalue - size) / (size - 1) / RANDOM_INDEX[size];
    return ratio > 0 ? ratio : 0;
  }

  /** The judgement that lowers the ratio most when it becomes what the weights imply, if any does. */
  function worthRevisiting(groups, matrix) {
    const weights = priorities(matrix);
    let best = null;
    let least = consistencyRatio(matrix);
    for (let row = 0; row < groups.length; row += 1) {
      for (let column = row + 1; column < groups.length; column += 1) {
        const implied = weights[row] / weights[column];
        const ratio = consistencyRatio(withJudgement(matrix, row, column, implied));
        // Rounding alone lowers nothing.
        if (least - ratio > 1e-12) {
          const [first, second] = [groups[row], groups[column]];
          best = { first, second, stated: matrix[row][column], implied, ratio };
          least = ratio;
        }
      }
    }
    return best;
  }

  function withJudgement(matrix, row, column, judged) {
    const changed = matrix.map((values) => [...values]);
    changed[row][column] = judged;
    changed[column][row] = 1 / judged;
    return changed;
  }

  /** The same needs with the points of the groups that have shares divided by them. */
  function scaledByGroups(needs, { criteria }, shares) {
    const groups = new Map(criteria.map(({ id, group }) => [id, group]));
    const factors = groupFactors(groupPoints(needs, groups), shares);
    const scaled = (found) =>
      new Map([...found].map(([id, value]) => [id, value * factors.get(groups.get(id))]));
    const { own, open, core } = needs;
    return { ...needs, own: scaled(own), open: scaled(open), core: scaled(core) };
  }

  /** The points of every group that the needs mention. */
  function groupPoints(needs, groups) {
    const total = new Map();
    for (const found of [needs.own, needs.open, needs.core]) {
      for (const [id, value] of found) {
        total.set(groups.get(id), (total.get(groups.get(id)) ?? 0) + value);
      }
    }
    return total;
  }

  /** What the points of each group are multiplied by, so that the sum of all points stays. */
  function groupFactors(found, shares) {
    const weighed = (group) => Object.hasOwn(shares, group) && found.get(group) > 0;
    const groups = [...found.keys()].filter(weighed);
    const shared = sum(groups.map((group) => shares[group]));
    const everything = sum(groups.map((group) => found.get(group)));
    return new Map(
      [...found].map(([group, own]) => [
        group,
        weighed(group) ? ((shares[group] / shared) * everything) / own : 1,
      ]),
    );
  }

  function joinedFocus(settled) {
    const joined = (key) => [...new Set(settled.flatMap(({ choice }) => choice.focus[key]))];
    return Object.fromEntries(FOCUS.map((key) => [key, joined(key)]));
  }

  /**
   * One rating for every framework on every criterion, ordered by criterion, then framework.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {object} layer the evidence as of a date: data.now or data.before
   * @param {object} focus what deriveNeeds found the measurements must speak for
   * @param {?string} gone a framework that is left out of all comparisons
   * @returns {object[]} [{framework, criterion, tier, level, value, low, high, stale, date,
   *   sources, note, ratios, differences, inherits, unclipped}], unclipped only where measured: its
   *   value on each task, below 0 where beyond the worst
   */
  function rate(data, layer, focus, gone = null) {
    const spoken = speaking(data, layer, focus);
    const measured = new Map(
      data.criteria.map((criterion) => [
        criterion.id,
        measuredRatings(layer, criterion, spoken, gone),
      ]),
    );
    return layer.ratings
      .filter(({ framework }) => framework !== gone)
      .map((stated) => measured.get(stated.criterion).get(stated.framework) ?? stated);
  }

  /** Whether measurements of a machine, phase and task speak for the user; of one machine a phase. */
  function speaking(data, layer, focus) {
    const named = data.workloads.filter((workload) => focus.workloads.includes(workload.id));
    const tasks = new Set(named.flatMap((workload) => workload.tasks));
    const fitting = ({ phase, device, task }) =>
      speaksFor(focus, phase, device) && (tasks.size === 0 || tasks.has(task));
    const byTime = layer.measured
      .filter(fitting)
      .sort(
        (one, other) =>
          ascending(one.date, other.date) ||
          ascending(one.session, other.session) ||
          ascending(one.machine, other.machine),
      );
    const last = new Map(byTime.map(({ phase, machine }) => [phase, machine]));
    return (entry) => entry.machine === last.get(entry.phase) && fitting(entry);
  }

  function speaksFor(focus, phase, device) {
    const answers = ANSWERING.includes(phase) && focus.serving.length;
    const named = answers ? focus.serving : focus.devices;
    return named.includes(device);
  }

  /** Ratings by framework from the tasks that all measured frameworks have in common. */
  function measuredRatings(layer, criterion, spoken, gone) {
    if (criterion.measure === null) return new Map();
    const { phase, metric } = criterion.measure;
    const found = layer.speeds
      .filter((entry) => entry.phase === phase && entry.metric === metric && spoken(entry))
      .map((entry) => valuesWithout(entry, gone));
    const compared = new Set(found.flatMap((values) => values.map(({ framework }) => framework)));
    const common = found.filter((values) => values.length === compared.size);
    if (compared.size < 2 || common.length === 0) return new Map();
    return new Map(
      [...compared].map((framework) => [framework, meanValue(framework, criterion.id, common)]),
    );
  }

  const valuesWithout = ({ values, apart }, gone) =>
    apart.find(([framework]) => framework === gone)?.[1] ?? values;

  /** The mean value over tasks; the interval's ends are averaged as if errors moved together. */
  function meanValue(framework, criterion, common) {
    const own = common.map((values) => values.find((found) => found.framework === framework));
    return {
      framework,
      criterion,
      tier: "measured",
      level: null,
      value: mean(own, "value"),
      low: mean(own, "low"),
      high: mean(own, "high"),
      stale: false,
      date: null,
      sources: [],
      note: "",
      inherits: null,
      ratios: own.filter(({ differs }) => !differs).map(({ gap }) => gap),
      differences: own.filter(({ differs }) => differs).map(({ gap }) => gap),
      unclipped: own.map((found) => found.unclipped),
    };
  }

  function mean(values, key) {
    let total = 0;
    for (const value of values) total = total + value[key];
    return total / values.length;
  }

  /**
   * Normalised weights of a matrix's criteria, adding up to 1 within rounding.
   *
   * @param {object} matrix {frameworks, criteria, groups, settled, open, ratings, demands}
   * @returns {number[]}
   */
  function centralWeights(matrix) {
    let total = 0;
    for (let place = 0; place < matrix.criteria.length; place += 1) {
      total = total + (matrix.settled[place] + matrix.open[place]);
    }
    return matrix.criteria.map((_, place) => (matrix.settled[place] + matrix.open[place]) / total);
  }

  /**
   * The weighted mean of each framework's values: contributions added from left to right.
   *
   * @param {object} matrix as for centralWeights
   * @returns {number[]}
   */
  function centralScores(matrix) {
    const weights = centralWeights(matrix);
    return matrix.ratings.map((row) => {
      let score = 0;
      for (let place = 0; place < row.length; place += 1) {
        score = score + weights[place] * row[place].value;
      }
      return score;
    });
  }

  /**
   * How often each framework wins when everything uncertain is drawn policy.draws times.
   *
   * @param {object} matrix as for centralWeights, with at least one framework
   * @param {object} policy data.policy
   * @returns {{draws: number, wins: number[], ties: number, unmet: number, ranks: number[][]}} wins:
   *   draws that a framework leads by the margin; unmet: draws in which nobody meets the must-haves;
   *   ties: the others that nobody leads so far; ranks[a][r]: draws in which framework a has rank r
   *   among those that meet them, equal scores in order of id
   */
  function acceptability(matrix, policy) {
    return acceptabilities([matrix], policy)[0];
  }

  /** The same for matrices that differ in ratings and frameworks only: weights are drawn once. */
  function acceptabilities(matrices, policy) {
    const found = matrices.map(({ frameworks }) => ({
      wins: frameworks.map(() => 0),
      unmet: 0,
      ranks: frameworks.map(() => frameworks.map(() => 0)),
    }));
    const alike = matrices[0].criteria.map((_, place) => drawnAlike(matrices, place));
    for (let start = 0; start < policy.draws; start += BLOCK) {
      const end = start + BLOCK < policy.draws ? start + BLOCK : policy.draws;
      drawnScores(matrices, policy, start, end, alike).forEach((scores, at) => {
        countRanks(scores, policy.margin, found[at]);
      });
    }
    return found.map(({ wins, unmet, ranks }) => {
      return { draws: policy.draws, wins, ties: policy.draws - unmet - sum(wins), unmet, ranks };
    });
  }

  function countRanks(scores, margin, counts) {
    for (let draw = 0; draw < scores[0].length; draw += 1) {
      const led = leads(scores, draw, margin);
      let met = false;
      for (let own = 0; own < scores.length; own += 1) {
        if (scores[own][draw] < 0) continue;
        met = true;
        const place = rankOf(scores, own, draw);
        counts.ranks[own][place] += 1;
        if (led && place === 0) counts.wins[own] += 1;
      }
      if (!met) counts.unmet += 1;
    }
  }

  /**
   * Per matrix each framework's score, OUT where it misses a must-have, as columns of draws.
   *
   * `alike` holds, per criterion, what drawnAlike finds.
   */
  function drawnScores(matrices, policy, start, end, alike) {
    const [matrix] = matrices;
    const uniform = new Uniform(policy.seed, start, end);
    const groups = drawnGroups([...new Set(matrix.groups)].sort(ascending), uniform);
    const spacing = drawnSpacing(uniform);
    const [weight, drawn, value, total] = columns(4, end - start);
    const scores = matrices.map(({ frameworks }) => columns(frameworks.length, end - start));
    for (let place = 0; place < matrix.criteria.length; place += 1) {
      drawWeight(matrix, place, groups.get(matrix.groups[place]), policy, uniform, weight, value);
      for (let draw = 0; draw < total.length; draw += 1) total[draw] = total[draw] + weight[draw];
      let filled = null;
      for (const { rating, name, owners } of alike[place]) {
        if (name !== filled) uniform.fill(name, drawn);
        filled = name;
        drawValue(rating, spacing, policy, drawn, value);
        for (const [at, own] of owners) addProducts(scores[at][own], weight, value);
      }
    }
    for (const score of scores.flat()) {
      for (let draw = 0; draw < total.length; draw += 1) score[draw] = score[draw] / total[draw];
    }
    matrices.forEach(({ demands }, at) => {
      demands.forEach((wanted, own) => {
        for (const [rating, least] of wanted) {
          takeOut(rating, least, policy, uniform.fill(valueName(rating), drawn), scores[at][own]);
        }
      });
    });
    return scores;
  }

  /** Takes a framework out of the draws in which its level misses a must-have. */
  function takeOut({ tier, level }, least, policy, column, score) {
    if (tier === "measured") return;
    const [lower, upper] = level === null ? [0, 0] : errorShares(level, policy.error[tier]);
    for (let draw = 0; draw < column.length; draw += 1) {
      const drawn = column[draw];
      const step = drawn < lower ? -1 : drawn >= 1 - upper ? 1 : 0;
      const found = level === null ? (drawn * LEVELS) | 0 : level + step;
      if (found < least) score[draw] = OUT;
    }
  }

  /** The ratings at a place whose values are drawn apart, each with whose they are in which matrix. */
  function drawnAlike(matrices, place) {
    const found = [];
    matrices.forEach(({ ratings }, at) => {
      ratings.forEach((row, own) => {
        const rating = row[place];
        const known = found.find((it) => DRAWN.every((key) => it.rating[key] === rating[key]));
        if (known) known.owners.push([at, own]);
        else found.push({ rating, name: valueName(rating), owners: [[at, own]] });
      });
    });
    return found.sort((one, other) => ascending(one.name, other.name));
  }

  /** What a framework inherits is the same fact: both get the same error in the same draw. */
  const valueName = (rating) => `value/${rating.inherits ?? rating.framework}/${rating.criterion}`;

  /** So many columns, one after another in the same memory. */
  function columns(count, draws) {
    const all = new Float64Array(count * draws);
    return Array.from({ length: count }, (_, at) => all.subarray(at * draws, (at + 1) * draws));
  }

  function addProducts(score, weight, value) {
    for (let draw = 0; draw < score.length; draw += 1) {
      score[draw] = score[draw] + weight[draw] * value[draw];
    }
  }

  /** Numbers in [0, 1) by name: counter-based, so the same in any order and in any language. */
  class Uniform {
    constructor(seed, start, end) {
      this.seed = seed;
      this.draws = end - start;
      this.base = new Int32Array(this.draws);
      for (let draw = start; draw < end; draw += 1) this.base[draw - start] = mix(draw + seed);
    }

    /** Writes the draws called `name` into `column` and returns it. */
    fill(name, column) {
      const key = mix(fnv1a(name) ^ this.seed);
      const base = this.base;
      for (let draw = 0; draw < base.length; draw += 1) {
        column[draw] = mix(base[draw] ^ key) / 4294967296;
      }
      return column;
    }

    /** The draws called `name` in a column of their own. */
    column(name) {
      return this.fill(name, new Float64Array(this.draws));
    }
  }

  /**
   * The 32-bit FNV-1a hash of an ASCII name (Fowler, Noll and Vo).
   *
   * @param {string} name
   * @returns {number} an unsigned 32-bit integer
   */
  function fnv1a(name) {
    let hashed = 0x811c9dc5;
    for (let place = 0; place < name.length; place += 1) {
      const byte = name.charCodeAt(place);
      if (byte > 127) throw new RangeError(`"${name}" is not ASCII`);
      hashed = Math.imul(hashed ^ byte, 0x01000193);
    }
    return hashed >>> 0;
  }

  /**
   * A 32-bit finaliser with low bias ("lowbias32", C. Wellons, hash-prospector).
   *
   * @param {number} word an integer; its lowest 32 bits count
   * @returns {number} an unsigned 32-bit integer
   */
  function mix(word) {
    let mixed = word ^ (word >>> 16);
    mixed = Math.imul(mixed, 0x7feb352d);
    mixed = mixed ^ (mixed >>> 15);
    mixed = Math.imul(mixed, 0x846ca68b);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }

  /** Two levels: a factor per group, and one per criterion, wider where a question stayed open. */
  function drawWeight(matrix, place, group, policy, uniform, weight, scratch) {
    const criterion = matrix.criteria[place];
    weight.fill(0);
    for (const [name, points, spread] of [
      // Divided by the factor's mean, so that uncertainty never moves the mean weight itself.
      [`settled/${criterion}`, matrix.settled[place] / policy.spread_mean, policy.spread],
      [`open/${criterion}`, matrix.open[place] / policy.open_spread_mean, policy.open_spread],
    ]) {
      if (points === 0) continue; // Python adds 0 here, which changes no bit.
      stretch(uniform.fill(name, scratch), spread);
      for (let draw = 0; draw < weight.length; draw += 1) {
        weight[draw] = weight[draw] + points * scratch[draw];
      }
    }
    for (let draw = 0; draw < weight.length; draw += 1) weight[draw] = group[draw] * weight[draw];
  }

  /**
   * Turns uniforms into factors in (1/spread, spread), as likely to shrink as to grow.
   *
   * Here and below, a place in an array is picked by a comparison: nobody can predict a random
   * branch, and guessing wrong takes a processor longer than all the arithmetic.
   */
  function stretch(column, spread) {
    for (let draw = 0; draw < column.length; draw += 1) {
      const push = 2 * column[draw] - 1;
      const grown = 1 + Math.abs(push) * (spread - 1);
      EITHER[0] = grown;
      EITHER[1] = 1 / grown;
      column[draw] = EITHER[(push < 0) | 0];
    }
  }

  /** A factor column by group: half fixed at 1, half a spacing of sorted uniforms with mean 1. */
  function drawnGroups(groups, uniform) {
    const cuts = groups.slice(1).map((_, number) => uniform.column(`group/${number + 1}`));
    sortAcross(cuts);
    const [zeros, ones] = columns(2, uniform.draws);
    const edges = [zeros, ...cuts, ones.fill(1)];
    return new Map(
      groups.map((group, place) => {
        const [below, above] = [edges[place], edges[place + 1]];
        const factor = new Float64Array(uniform.draws);
        for (let draw = 0; draw < factor.length; draw += 1) {
          factor[draw] = 0.5 + 0.5 * (groups.length * (above[draw] - below[draw]));
        }
        return [group, factor];
      }),
    );
  }

  /** The value of each level, a column each: 0, three sorted uniforms, 1. */
  function drawnSpacing(uniform) {
    const [zeros, ...others] = columns(LEVELS, uniform.draws);
    const ones = others.pop();
    others.forEach((column, at) => uniform.fill(`spacing/${at + 1}`, column));
    sortAcross(others);
    return [zeros, ...others, ones.fill(1)];
  }

  /** Sorts draw by draw, so that each column holds what is at most the next one's. */
  function sortAcross(found) {
    for (let last = found.length - 1; last > 0; last -= 1) {
      for (let place = 0; place < last; place += 1) {
        orderPair(found[place], found[place + 1]);
      }
    }
  }

  function orderPair(lower, upper) {
    for (let draw = 0; draw < lower.length; draw += 1) {
      EITHER[0] = lower[draw];
      EITHER[1] = upper[draw];
      const swapped = (EITHER[0] > EITHER[1]) | 0;
      lower[draw] = EITHER[swapped];
      upper[draw] = EITHER[1 - swapped];
    }
  }

  /** Writes one rating's value in every draw, which `column` decides, into `value`. */
  function drawValue(rating, spacing, policy, column, value) {
    if (rating.tier === "measured") {
      drawMeasurement(rating, column, value);
    } else if (rating.level === null) {
      drawUnknown(spacing, column, value);
    } else {
      drawLevel(rating.level, spacing, policy.error[rating.tier], column, value);
    }
  }

  function drawUnknown(spacing, column, found) {
    const levels = new Float64Array(spacing[0].buffer);
    const draws = column.length;
    for (let draw = 0; draw < draws; draw += 1) {
      found[draw] = levels[((column[draw] * LEVELS) | 0) * draws + draw];
    }
  }

  /** The level, wrong by one in a share `error` of the draws; at an end it only errs inwards. */
  function drawLevel(level, spacing, error, column, value) {
    const [lower, upper] = errorShares(level, error);
    const levels = new Float64Array(spacing[0].buffer);
    const draws = column.length;
    for (let draw = 0; draw < draws; draw += 1) {
      const drawn = column[draw];
      const found = level - ((drawn < lower) | 0) + ((drawn >= 1 - upper) | 0);
      value[draw] = levels[found * draws + draw];
    }
  }

  /** The shares of draws in which a level is one too high or one too low, so it is drawn beside. */
  function errorShares(level, error) {
    const [lowest, highest] = [level === 0, level === LEVELS - 1];
    const lower = lowest ? 0 : highest ? error : error * 0.5;
    const upper = highest ? 0 : lowest ? error : error * 0.5;
    return [lower, upper];
  }

  /** Below the value in half of the draws and above in the other, evenly in the interval. */
  function drawMeasurement({ value, low, high }, column, found) {
    for (let draw = 0; draw < column.length; draw += 1) {
      const drawn = column[draw];
      EITHER[0] = value + (high - value) * (2 * drawn - 1);
      EITHER[1] = low + (value - low) * (2 * drawn);
      found[draw] = EITHER[(drawn < 0.5) | 0];
    }
  }

  /** A framework's place in a draw, 0 for the best; equal scores stand in order of id. */
  function rankOf(scores, own, draw) {
    const score = scores[own][draw];
    let place = 0;
    for (let other = 0; other < scores.length; other += 1) {
      const rival = scores[other][draw];
      if (other !== own && (other > own ? rival > score : rival >= score)) place += 1;
    }
    return place;
  }

  /** Whether the best score of a draw is ahead by the margin; without a rival the second is -1. */
  function leads(scores, draw, margin) {
    let best = scores[0][draw];
    let second = -1;
    for (let own = 1; own < scores.length; own += 1) {
      const score = scores[own][draw];
      second = score > best ? best : score > second ? score : second;
      best = score > best ? score : best;
    }
    return best - second >= margin;
  }

  /**
   * The frameworks by central score, best first; equal scores in order of id.
   *
   * @param {object} matrix as for centralWeights
   * @param {object} counts what acceptability returns
   * @returns {object[]} [{framework, score, first_rank, ranks, meets}]
   */
  function rank(matrix, counts) {
    const scores = centralScores(matrix);
    const rows = matrix.frameworks.map((framework, place) => ({
      framework,
      score: scores[place],
      first_rank: counts.wins[place] / counts.draws,
      ranks: counts.ranks[place].map((count) => count / counts.draws),
      meets: sum(counts.ranks[place]) / counts.draws,
    }));
    return rows.sort(
      (one, other) =>
        ascending(other.score, one.score) || ascending(one.framework, other.framework),
    );
  }

  /**
   * How firm the lead is; at most "lean" while the user's own answers carry too little weight, or
   * while it is not sure enough that the leader meets its must-haves.
   *
   * @param {object[]} ranking what rank returns
   * @param {number} share what ownShare returns
   * @param {object} policy data.policy
   * @returns {"clear"|"lean"|"too-close"|"none"}
   */
  function judge(ranking, share, policy) {
    if (ranking.length === 0) return "none";
    const { first_rank: first, meets } = ranking[0];
    if (first >= policy.clear && meets >= policy.sure && share >= policy.own_share) return "clear";
    return first >= policy.lean ? "lean" : "too-close";
  }

  /**
   * The ratings of leader and rival that changed their distance, strongest effect first.
   *
   * @param {object} matrix today's problem
   * @param {object[]} earlier the ratings of the earlier date
   * @param {?string} leader
   * @param {?string} rival
   * @returns {object[]} [{framework, criterion, before, after, effect}]
   */
  function movements(matrix, earlier, leader, rival) {
    if (leader === null || rival === null) return [];
    const then = byKey(earlier);
    const weights = centralWeights(matrix);
    const found = [
      [leader, 1],
      [rival, -1],
    ].flatMap(([framework, sign]) =>
      matrix.ratings[matrix.frameworks.indexOf(framework)].map((after, place) => {
        const before = then.get(key(framework, after.criterion));
        const effect = sign * weights[place] * (after.value - before.value);
        return { framework, criterion: after.criterion, before, after, effect };
      }),
    );
    return found.filter(({ effect }) => effect !== 0).sort(byEffect);
  }

  function byEffect(one, other) {
    return (
      ascending(Math.abs(other.effect), Math.abs(one.effect)) ||
      ascending(one.criterion, other.criterion) ||
      ascending(one.framework, other.framework)
    );
  }

  const key = (framework, criterion) => `${framework}/${criterion}`;

  const byKey = (ratings) =>
    new Map(ratings.map((rating) => [key(rating.framework, rating.criterion), rating]));

  /**
   * The decision that follows from answers and from the evidence in `data`.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {Object<string, string[]>} given the chosen ids by question
   * @param {object[]} judged groups of criteria compared in pairs, as for deriveNeeds
   * @returns {object} the keys of `advisor decide --json` that do not repeat its input; ratings
   *   also say whose quality they are (`inherits`)
   */
  function decide(data, given, judged = []) {
    const needs = deriveNeeds(data, given, judged);
    const layers = data.before === null ? [data.now] : [data.now, data.before];
    const [now, then] = outcomes(data, layers, needs);
    const open = unmeasured(data, now.ratings, needs);
    const situation = situate(data, given, judged, needs, now);
    const plan = makePlan(situation, now);
    return {
      verdict: now.verdict,
      winner: now.winner,
      ranking: now.ranking,
      tie: now.counts === null ? 0 : now.counts.ties / now.counts.draws,
      unmet: now.counts === null ? 1 : now.counts.unmet / now.counts.draws,
      own_share: ownShare(needs),
      groups: judged.length === 0 ? null : weigh(judged),
      ruled_out: now.ruledOut,
      doubts: doubts(data, now, needs),
      rescues: rescues(now),
      contributions: contributions(now.matrix),
      stack: plan.stack,
      unmeasured: open,
      before: then === undefined ? null : before(data, now, then),
      as_of: data.as_of,
      evidence_digest: data.evidence_digest,
      flips: findFlips(situation),
      settles: UNSETTLED.includes(now.verdict) ? findSettles(situation, open) : [],
      plan,
      checks: crossCheck(situation),
    };
  }

  /** What each state of the evidence gives for given needs. */
  function outcomes(data, layers, needs) {
    const posed = layers.map((layer) => {
      const ratings = rate(data, layer, needs.focus);
      const known = byKey(ratings);
      return { ratings, matrix: pose(data, needs, known), ruledOut: ruledOut(data, needs, known) };
    });
    const matrices = posed.map(({ matrix }) => matrix).filter((it) => it.frameworks.length);
    const counted = matrices.length ? acceptabilities(matrices, data.policy) : [];
    return posed.map((found) => {
      const counts = counted[matrices.indexOf(found.matrix)] ?? null;
      const ranking = counts === null ? [] : rank(found.matrix, counts);
      const verdict = judge(ranking, ownShare(needs), data.policy);
      const winner = ranking.length ? ranking[0].framework : null;
      return { ...found, counts, ranking, verdict, winner };
    });
  }

  /** The problem that the must-haves leave. */
  function pose(data, needs, ratings) {
    const excluded = new Set(ruledOut(data, needs, ratings).map((entry) => entry.framework));
    const ids = data.frameworks.map((framework) => framework.id).sort(ascending);
    return decisionMatrix(
      data,
      needs,
      ratings,
      ids.filter((id) => !excluded.has(id)),
    );
  }

  /** What was decided, with the ways to decide it again after a change. */
  function situate(data, given, judged, needs, { ratings, matrix }) {
    const known = new Map();
    const evidence = (focus) => {
      const named = FOCUS.map((of) => focus[of].join(",")).join("/");
      if (!known.has(named)) known.set(named, byKey(rate(data, data.now, focus)));
      return known.get(named);
    };
    const posed = new Map();
    const answered = (question, ids) => {
      const named = `${question}=${ids.join(",")}`;
      if (!posed.has(named)) {
        const changed = deriveNeeds(data, { ...given, [question]: ids }, judged);
        posed.set(named, pose(data, changed, evidence(changed.focus)));
      }
      return posed.get(named);
    };
    return { data, given, judged, needs, ratings: byKey(ratings), matrix, answered };
  }

  /**
   * Who misses which must-have. An unknown level rules nobody out: absence is not evidence.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {object} needs what deriveNeeds returns
   * @param {Map<string, object>} ratings by "framework/criterion"
   * @returns {object[]} [{framework, requirement, evidence}]
   */
  function ruledOut(data, needs, ratings) {
    return data.frameworks.flatMap(({ id: framework }) =>
      needs.requirements
        .map((requirement) => {
          const evidence = ratings.get(key(framework, requirement.criterion));
          return { framework, requirement, evidence };
        })
        .filter(({ requirement: { level }, evidence }) => {
          return evidence.level !== null && evidence.level < level;
        }),
    );
  }

  /** The problem in its canonical order, so that the order of the input cannot matter. */
  function decisionMatrix(data, needs, ratings, frameworks) {
    const groups = new Map(data.criteria.map((criterion) => [criterion.id, criterion.group]));
    const weighed = new Map([...needs.own, ...needs.open, ...needs.core]);
    const criteria = [...weighed.keys()].filter((id) => weighed.get(id) > 0).sort(ascending);
    return {
      frameworks,
      criteria,
      groups: criteria.map((id) => groups.get(id)),
      settled: criteria.map((id) => (needs.own.get(id) ?? 0) + (needs.core.get(id) ?? 0)),
      open: criteria.map((id) => needs.open.get(id) ?? 0),
      ratings: frameworks.map((framework) => criteria.map((id) => ratings.get(key(framework, id)))),
      demands: frameworks.map((framework) =>
        needs.requirements.map(({ criterion, level }) => [
          ratings.get(key(framework, criterion)),
          level,
        ]),
      ),
    };
  }

  /**
   * Each framework's parts of its score; added from left to right they are the score.
   *
   * @param {object} matrix as for centralWeights
   * @returns {object[]} [{framework, criterion, weight, value, contribution}]
   */
  function contributions(matrix) {
    const weights = centralWeights(matrix);
    return matrix.frameworks.flatMap((framework, own) =>
      matrix.ratings[own].map(({ criterion, value }, place) => ({
        framework,
        criterion,
        weight: weights[place],
        value,
        contribution: weights[place] * value,
      })),
    );
  }

  /** What the ranked frameworks may miss, for each must-have in the order of the ranking. */
  function doubts({ policy }, now, needs) {
    const ratings = byKey(now.ratings);
    return needs.requirements.flatMap((requirement) =>
      now.ranking
        .map(({ framework }) => {
          const evidence = ratings.get(key(framework, requirement.criterion));
          const possible = standings(evidence, policy, requirement.level);
          const share = sum(possible.map(([, part, missed]) => (missed ? part : 0)));
          return { framework, requirement, evidence, share };
        })
        .filter(({ share }) => share > 0),
    );
  }

  /** The misses that are their framework's only one, when nobody is left. */
  function rescues(now) {
    if (now.ranking.length) return [];
    const misses = (framework) => now.ruledOut.filter((entry) => entry.framework === framework);
    return now.ruledOut.filter((entry) => misses(entry.framework).length === 1);
  }

  /** Criteria that carry weight, could be measured, and are not for what the user named. */
  function unmeasured(data, ratings, needs) {
    const measured = new Set(
      ratings.filter((rating) => rating.tier === "measured").map((rating) => rating.criterion),
    );
    return data.criteria
      .filter(({ id, measure }) => measure !== null && (needs.own.has(id) || needs.open.has(id)))
      .map((criterion) => criterion.id)
      .filter((id) => !measured.has(id));
  }

  /** The same needs on the evidence's first layer, and which ratings moved the result since. */
  function before(data, now, then) {
    return {
      as_of: data.before.as_of,
      verdict: then.verdict,
      winner: then.winner,
      ranking: then.ranking,
      ruled_out: then.ruledOut,
      moved: movements(now.matrix, then.ratings, now.winner, rival(now, then)),
    };
  }

  /** Whom today's leader is compared with: the earlier leader, or else today's runner-up. */
  function rival(now, then) {
    const ranked = now.ranking.map((row) => row.framework);
    if (then.winner !== now.winner && ranked.includes(then.winner)) return then.winner;
    return ranked.length > 1 ? ranked[1] : null;
  }

  /** The question that tells the stage of a project, and the stages that a product passes. */
  const STAGE = "stage";
  const STAGES = ["prototype", "research", "production"];
  /** What a stack is chosen by where nobody said what should be fast. */
  const USUAL = ["step-seconds"];
  /** How much has to change, by the level of what can stay. */
  const COSTS = ["all", "most", "part", "little", "nothing"];
  /** The verdicts with which a winner leads. */
  const FIRM = ["clear", "lean"];

  /**
   * The decision over the life of the project.
   *
   * @param {object} situation what situate returns
   * @param {object} now the outcome that was decided
   * @returns {{phases: object[], hybrid: object[], stack: ?object, stacks: object[],
   *   migration: object[]}}
   */
  function makePlan(situation, now) {
    const { data, needs } = situation;
    const phases = projectPhases(situation, now);
    const named = needs.focus.metrics.length ? needs.focus.metrics : USUAL;
    const led = now.winner !== null;
    const choose = (metrics) => chooseStack(data, needs.focus, now.winner, metrics);
    return {
      phases,
      hybrid: handOvers(phases, data.bridges),
      stack: led ? choose(named) : null,
      stacks: led ? named.map((metric) => choose([metric])) : [],
      migration: migrations(situation),
    };
  }

  function projectPhases(situation, now) {
    const { data, given } = situation;
    const asked = data.questions.find(({ id }) => id === STAGE);
    const answered = answerTo(given, STAGE);
    return STAGES.filter((stage) => asked?.choices.some(({ id }) => id === stage)).map((stage) => {
      const own = answered.length === 1 && answered[0] === stage;
      const { ranking, verdict } = own ? now : decidedAt(situation, stage);
      const [best, next] = ranking;
      return {
        stage,
        winner: best?.framework ?? null,
        verdict,
        lead: best === undefined ? 0 : next === undefined ? 1 : best.score - next.score,
        first_rank: best?.first_rank ?? 0,
        own,
      };
    });
  }

  /** Ranking and verdict as if the project were at this stage. */
  function decidedAt({ data, given, judged, answered }, stage) {
    const matrix = answered(STAGE, [stage]);
    const { draws, plan_draws: fewer } = data.policy;
    const policy = { ...data.policy, draws: draws < fewer ? draws : fewer };
    const ranking = matrix.frameworks.length ? rank(matrix, acceptability(matrix, policy)) : [];
    const share = ownShare(deriveNeeds(data, { ...given, [STAGE]: [stage] }, judged));
    return { ranking, verdict: judge(ranking, share, policy) };
  }

  /** Every two phases that firmly want different frameworks and are joined by a probed bridge. */
  function handOvers(phases, bridges) {
    const located = phases.some(({ own }) => own);
    return phases.flatMap((earlier, place) =>
      phases.slice(place + 1).flatMap((later) => {
        const concerned = earlier.own || later.own || !located;
        const firm = FIRM.includes(earlier.verdict) && FIRM.includes(later.verdict);
        if (!concerned || !firm) return [];
        return bridges
          .filter(({ tier }) => tier === "probed")
          .filter(({ from, to }) => from === earlier.winner && to === later.winner)
          .map((bridge) => ({ earlier: earlier.stage, later: later.stage, bridge }));
      }),
    );
  }

  /** For each framework in use and each candidate: what is said of existing code, and the ways. */
  function migrations({ data, needs, ratings }) {
    return needs.uses.flatMap((today) => {
      const estate = data.criteria.findLast((criterion) => criterion.estate === today);
      if (estate === undefined) return [];
      return data.frameworks.map(({ id: framework }) => {
        const evidence = ratings.get(key(framework, estate.id));
        const cost = evidence.level === null ? "unknown" : COSTS[evidence.level];
        const bridges = data.bridges.filter(({ from, to }) => from === today && to === framework);
        return { today, framework, cost, evidence, bridges };
      });
    });
  }

  /** The framework's fastest stack in all that is named, or its default where nothing decides. */
  function chooseStack(data, focus, framework, metrics) {
    const spoken = speaking(data, data.now, focus);
    const compared = data.now.stacks
      .filter((entry) => entry.framework === framework && spoken(entry))
      .filter(({ metric }) => metrics.includes(metric))
      .sort(
        (one, other) =>
          ascending(metrics.indexOf(one.metric), metrics.indexOf(other.metric)) ||
          ascending(one.task, other.task),
      );
    const ahead = new Set(compared.map((entry) => fastest(entry.ratios).stack));
    const alone = ({ ratios }) => ratios.length === 1;
    const tied = ({ ratios }) => ratios.filter((ratio) => ratio.tied).length > 1;
    const open = compared.some((entry) => alone(entry) || tied(entry));
    const measured = ahead.size === 1 && !open;
    const { default_stack: byDefault } = data.frameworks.find(({ id }) => id === framework);
    const {
      id: stack,
      backend,
      mode,
    } = data.stacks.find(({ id }) => id === (measured ? [...ahead][0] : byDefault));
    const ratios = compared.flatMap((entry) => (alone(entry) ? [] : entry.ratios));
    return { stack, backend, mode, measured, metrics, ratios };
  }

  function fastest(ratios) {
    let first = ratios[0];
    for (const ratio of ratios) {
      const slower = ascending(ratio.value, first.value) || ascending(ratio.stack, first.stack);
      if (slower < 0) first = ratio;
    }
    return first;
  }

  /** A lead of one level counts in full in a comparison of two. */
  const FULL = 1 / (LEVELS - 1);
  /** Scores nearer than this are equal but for rounding, and have no order that could turn. */
  const ROUNDING = 1 / 1073741824;

  /**
   * What other methods say of a decided problem; null if everyone is ruled out.
   *
   * @param {object} situation what situate returns
   * @returns {?{agree: boolean, opinions: object[], reversals: object[]}}
   */
  function crossCheck({ data, needs, matrix }) {
    if (matrix.frameworks.length === 0) return null;
    const values = matrix.ratings.map((row) => row.map(({ value }) => value));
    const weights = centralWeights(matrix);
    const winner = ranked(matrix.frameworks, centralScores(matrix))[0].framework;
    const opinions = [
      ["topsis", topsis(values, weights)],
      ["promethee-ii", promethee(values, weights, data.policy.margin)],
    ].map(([method, scores]) => {
      const ranking = ranked(matrix.frameworks, scores);
      return { method, ranking, agrees: ranking[0].framework === winner };
    });
    const without = (gone) => {
      const fewer = { ...data, frameworks: data.frameworks.filter(({ id }) => id !== gone) };
      return pose(fewer, needs, byKey(rate(fewer, data.now, needs.focus, gone)));
    };
    const losers = data.frameworks.map(({ id }) => id).filter((id) => id !== winner);
    return {
      agree: opinions.every(({ agrees }) => agrees),
      opinions,
      reversals: reversals(matrix, losers.sort(ascending), without),
    };
  }

  /** Best first; equal scores in order of id. */
  function ranked(frameworks, scores) {
    const rows = frameworks.map((framework, own) => ({ framework, score: scores[own] }));
    return rows.sort(
      (one, other) =>
        ascending(other.score, one.score) || ascending(one.framework, other.framework),
    );
  }

  /** Closeness to the ideal of values on one scale; where all are alike, half way. */
  function topsis(values, weights) {
    const weighted = values.map((row) => row.map((value, place) => weights[place] * value));
    const column = (place) => weighted.map((row) => row[place]);
    const ideal = weights.map((_, place) => largest(column(place)));
    const worst = weights.map((_, place) => least(column(place)));
    return weighted.map((row) => {
      const [far, near] = [distance(row, worst), distance(row, ideal)];
      return far + near > 0 ? far / (far + near) : 0.5;
    });
  }

  const largest = (values) => [...values].sort((one, other) => other - one)[0];
  const least = (values) => [...values].sort((one, other) => one - other)[0];

  const distance = (row, point) =>
    Math.sqrt(sum(row.map((value, at) => (value - point[at]) * (value - point[at]))));

  /** Net flows: linear preference with indifference. */
  function promethee(values, weights, indifference) {
    return values.map((row, own) => {
      let flow = 0;
      values.forEach((rival, other) => {
        if (other === own) return;
        flow = flow + preference(row, rival, weights, indifference);
        flow = flow - preference(rival, row, weights, indifference);
      });
      return values.length > 1 ? flow / (values.length - 1) : 0;
    });
  }

  /** How much of the weight prefers `row`. */
  function preference(row, rival, weights, indifference) {
    let total = 0;
    row.forEach((value, place) => {
      const ahead = value - rival[place];
      if (ahead > FULL) total = total + weights[place];
      else if (ahead > indifference) {
        total = total + weights[place] * ((ahead - indifference) / (FULL - indifference));
      }
    });
    return total;
  }

  /** The pairs that change places when a loser goes, or when a worse copy of someone joins. */
  function reversals(matrix, losers, without) {
    const before = scoresOf(matrix);
    const found = (change, framework, after) =>
      turnedPairs(before, scoresOf(after)).map(([ahead, behind]) => ({
        change,
        framework,
        ahead,
        behind,
      }));
    return [
      ...losers.flatMap((loser) => found("dropped", loser, without(loser))),
      ...matrix.frameworks.flatMap((id, own) => found("copied", id, withCopy(matrix, own))),
    ];
  }

  function scoresOf(matrix) {
    const scores = matrix.frameworks.length ? centralScores(matrix) : [];
    return new Map(matrix.frameworks.map((framework, own) => [framework, scores[own]]));
  }

  function turnedPairs(before, after) {
    const both = [...before.keys()].filter((id) => after.has(id)).sort(ascending);
    return both.flatMap((ahead) =>
      both
        .filter((behind) => before.get(ahead) - before.get(behind) > ROUNDING)
        .filter((behind) => after.get(behind) - after.get(ahead) > ROUNDING)
        .map((behind) => [ahead, behind]),
    );
  }

  /** The problem with a newcomer that is everywhere one level below a framework. */
  function withCopy(matrix, own) {
    const copy = matrix.ratings[own].map((rating) => {
      const value = rating.value - FULL;
      return { ...rating, value: value > 0 ? value : 0 };
    });
    return {
      ...matrix,
      frameworks: [...matrix.frameworks, `${matrix.frameworks[own]}-copy`],
      ratings: [...matrix.ratings, copy],
    };
  }

  /** So many flips of a kind are reported: more would not be read. */
  const MOST_FLIPS = 6;
  /** A weight that must grow more than this is another need; below 1/16 it is as good as left out. */
  const FACTOR_LIMIT = 16;
  /** A flip stands this much beyond the point where both are level. */
  const NUDGE = 1 / 1048576;
  /** A measured shift is looked for in so many steps over the whole scale, then halved so often. */
  const STEPS = 32;
  const HALVINGS = 24;
  /** The value of an unknown level is that of the middle one. */
  const MIDDLE = 2;
  /** So many of a kind are reported as settling: nobody settles more at once. */
  const MOST_SETTLES = 3;

  /**
   * Each kind's smallest flips, ordered by kind and size; none where nobody leads.
   *
   * @param {object} situation what situate returns
   * @returns {object[]} [{kind, change: {subject, before, after, factor}, new_winner, lead}]; the
   *   factor of a measurement is null here, since it needs a power: worst_ratio to the
   *   (before - after)
   */
  function findFlips(situation) {
    const now = leader(situation.matrix);
    if (now === null) return [];
    return [
      answerFlips(situation, now.framework),
      requirementFlips(situation, now.framework),
      criterionFlips(situation.matrix, now.framework),
      groupFlips(situation.matrix, now.framework),
      measurementFlips(situation, now.framework),
      cellFlips(situation, now.framework),
    ].flatMap((found) =>
      found
        .sort(bySize)
        .slice(0, MOST_FLIPS)
        .map(({ flip }) => flip),
    );
  }

  function bySize(one, other) {
    return (
      ascending(one.size, other.size) ||
      ascending(one.flip.lead, other.flip.lead) ||
      inOrder(one.flip.change.subject, other.flip.change.subject) ||
      inOrder(idsAfter(one.flip), idsAfter(other.flip))
    );
  }

  const idsAfter = ({ change: { after } }) => (Array.isArray(after) ? after : []);

  /** Lists of ids compare like Python's tuples. */
  function inOrder(one, other) {
    const place = one.findIndex((id, at) => id !== other[at]);
    if (place < 0 || place >= other.length) return ascending(one.length, other.length);
    return ascending(one[place], other[place]);
  }

  /** Who leads by central score, the first id among equals; null if everyone is ruled out. */
  function leader(matrix) {
    return matrix.frameworks.length ? first(matrix.frameworks, centralScores(matrix)) : null;
  }

  /** The leader, and by how much over the next; by 1, the whole scale, if no other is left. */
  function first(frameworks, scores) {
    let best = 0;
    for (let place = 1; place < scores.length; place += 1) {
      if (scores[place] > scores[best]) best = place;
    }
    let lead = 1;
    for (let place = 0; place < scores.length; place += 1) {
      const ahead = scores[best] - scores[place];
      if (place !== best && ahead < lead) lead = ahead;
    }
    return { framework: frameworks[best], lead };
  }

  const replaced = (scores, own, score) => scores.map((old, at) => (at === own ? score : old));

  const flips = (found, winner) => found !== null && found.framework !== winner;

  function sized(amount, kind, subject, before, after, { framework, lead }, factor = null) {
    const change = { subject, before, after, factor };
    return { size: amount, flip: { kind, change, new_winner: framework, lead } };
  }

  function answerFlips({ data, given, answered }, winner) {
    return asked(data.questions, given, ["yes"]).flatMap((question) => {
      const before = answerTo(given, question.id);
      return otherAnswers(question, before)
        .map((after) => [after, leader(answered(question.id, after))])
        .filter(([, found]) => flips(found, winner))
        .map(([after, found]) => sized(0, "answer", [question.id], before, after, found));
    });
  }

  /** Everything one step away: another choice, one more, one less, and "not sure". */
  function otherAnswers(question, before) {
    const chosen = before.filter((id) => id !== NOT_SURE);
    const others = question.choices
      .filter(({ id }) => question.multiple || !(chosen.length === 1 && chosen[0] === id))
      .map((choice) => toggled(question, chosen, choice))
      .map((after) => question.choices.map(({ id }) => id).filter((id) => after.includes(id)))
      .filter((after) => after.length);
    return chosen.length ? [...others, OPEN] : others;
  }

  /** `chosen` after one mark more or less; what excludes others does so here too. */
  function toggled({ choices, multiple }, chosen, { id, exclusive }) {
    if (!multiple) return [id];
    if (chosen.includes(id)) return chosen.filter((other) => other !== id);
    if (exclusive) return [id];
    const alone = choices.filter((choice) => choice.exclusive).map((choice) => choice.id);
    return [...chosen.filter((other) => !alone.includes(other)), id];
  }

  function requirementFlips({ data, needs, ratings }, winner) {
    return needs.requirements.flatMap((dropped) => {
      const left = needs.requirements.filter((kept) => kept !== dropped);
      const found = leader(pose(data, { ...needs, requirements: left }, ratings));
      if (!flips(found, winner)) return [];
      return [sized(0, "requirement", [dropped.criterion], dropped.level, null, found)];
    });
  }

  function criterionFlips(matrix, winner) {
    return matrix.criteria.flatMap((criterion, place) =>
      weightFlip(matrix, winner, "weight", criterion, [place]),
    );
  }

  function groupFlips(matrix, winner) {
    return [...new Set(matrix.groups)].sort(ascending).flatMap((group) => {
      const places = matrix.groups.flatMap((of, place) => (of === group ? [place] : []));
      return weightFlip(matrix, winner, "group", group, places);
    });
  }

  /** The factor nearest to 1 by which these points must be multiplied, if there is one. */
  function weightFlip(matrix, winner, kind, subject, places) {
    let before = 0;
    for (const place of places) before = before + (matrix.settled[place] + matrix.open[place]);
    for (const [amount, factor] of levelFactors(matrix, winner, places)) {
      // Without any weight there is nothing left to decide on.
      if (factor === 0 && places.length === matrix.criteria.length) continue;
      const found = leader(reweighed(matrix, places, factor));
      if (flips(found, winner)) {
        return [sized(amount, kind, [subject], before, before * factor, found, factor)];
      }
    }
    return [];
  }

  /** Size and factor just beyond which each rival draws level: distance + (f - 1) * part = 0. */
  function levelFactors(matrix, winner, places) {
    const leading = matrix.ratings[matrix.frameworks.indexOf(winner)];
    return matrix.ratings
      .flatMap((row) => {
        let distance = 0;
        let part = 0;
        for (let place = 0; place < matrix.criteria.length; place += 1) {
          const points = matrix.settled[place] + matrix.open[place];
          const lead = points * (leading[place].value - row[place].value);
          distance = distance + lead;
          part = part + (places.includes(place) ? lead : 0);
        }
        return part === 0 ? [] : beyond(1 - distance / part, part < 0);
      })
      .sort((one, other) => ascending(one[0], other[0]) || ascending(one[1], other[1]));
  }

  function beyond(level, grows) {
    if (grows) {
      const factor = level * (1 + NUDGE);
      return factor <= FACTOR_LIMIT ? [[factor, factor]] : [];
    }
    const factor = level * (1 - NUDGE);
    return [factor * FACTOR_LIMIT >= 1 ? [1 / factor, factor] : [Infinity, 0]];
  }

  function reweighed(matrix, places, factor) {
    const scaled = (found) => found.map((p, place) => (places.includes(place) ? p * factor : p));
    return { ...matrix, settled: scaled(matrix.settled), open: scaled(matrix.open) };
  }

  /** The leader worse, or a rival better, in everything measured for one criterion. */
  function measurementFlips({ matrix, ratings }, winner) {
    return matrix.criteria.flatMap((criterion, place) => {
      const scale = unclipped(ratings, criterion);
      const measured = matrix.frameworks.filter((framework) => scale.has(framework));
      return measured.flatMap((framework) => {
        const sign = framework === winner ? -1 : 1;
        const shifted = shifting(matrix, place, scale, framework, sign);
        const amount = leastShift(shifted, winner);
        if (amount === null) return [];
        const before = ratings.get(key(framework, criterion)).value;
        const after = before + sign * amount;
        const subject = [framework, criterion];
        return [sized(amount, "measurement", subject, before, after, shifted(amount))];
      });
    });
  }

  /** Per measured framework, in order of id, its value on each task, below 0 beyond the worst. */
  function unclipped(ratings, criterion) {
    const measured = [...ratings.values()].filter(
      (rating) => rating.criterion === criterion && rating.tier === "measured",
    );
    measured.sort((one, other) => ascending(one.framework, other.framework));
    return new Map(measured.map((rating) => [rating.framework, rating.unclipped]));
  }

  /** Who leads once `framework` is so much better (sign 1) or worse (sign -1) on the scale. */
  function shifting(matrix, place, scale, framework, sign) {
    const weight = centralWeights(matrix)[place];
    const scores = centralScores(matrix);
    const old = matrix.ratings.map((row) => row[place].value);
    const rest = scores.map((score, own) => score - weight * old[own]);
    return (amount) => {
      const found = shiftedValues(scale, framework, sign * amount);
      const after = matrix.frameworks.map(
        (id, own) => rest[own] + weight * (found.get(id) ?? old[own]),
      );
      return first(matrix.frameworks, after);
    };
  }

  /** Everyone's value after one framework's measurements changed: the best is at 1 again. */
  function shiftedValues(scale, framework, shift) {
    const tasks = scale.get(framework).length;
    const totals = new Map([...scale.keys()].map((other) => [other, 0]));
    for (let task = 0; task < tasks; task += 1) {
      const moved = new Map(
        [...scale].map(([other, values]) => [
          other,
          values[task] + (other === framework ? shift : 0),
        ]),
      );
      let best = -Infinity;
      for (const [other, values] of scale) {
        // Above 1 stand only those whose times were too unsteady to be the measure of others.
        if (values[task] <= 1 && moved.get(other) > best) best = moved.get(other);
      }
      for (const [other, value] of moved) {
        totals.set(other, totals.get(other) + clipped(value - best + 1));
      }
    }
    return new Map([...totals].map(([other, total]) => [other, total / tasks]));
  }

  function clipped(value) {
    const above = value > 0 ? value : 0;
    return above < 1 ? above : 1;
  }

  /** The smallest shift, up to the whole scale, with which another leads; null without one. */
  function leastShift(shifted, winner) {
    const enough = (amount) => shifted(amount).framework !== winner;
    for (let step = 1; step <= STEPS; step += 1) {
      if (enough(step / STEPS)) {
        let [low, high] = [(step - 1) / STEPS, step / STEPS];
        for (let halved = 0; halved < HALVINGS; halved += 1) {
          const middle = (low + high) * 0.5;
          if (enough(middle)) high = middle;
          else low = middle;
        }
        return enough(high + NUDGE) ? high + NUDGE : high;
      }
    }
    return null;
  }

  function cellFlips(situation, winner) {
    const required = new Set(situation.needs.requirements.map(({ criterion }) => criterion));
    const weighed = new Map(situation.matrix.criteria.map((id, place) => [id, place]));
    const relevel = relevelling(situation, weighed);
    return [...situation.ratings.values()]
      .sort(byFramework)
      .filter(({ tier }) => tier !== "measured")
      .filter(({ criterion }) => required.has(criterion) || weighed.has(criterion))
      .flatMap((rating) => cellFlip(rating, winner, relevel, required.has(rating.criterion)));
  }

  const byFramework = (one, other) =>
    ascending(one.framework, other.framework) || ascending(one.criterion, other.criterion);

  /** The nearest other level of a cell that makes another framework lead, if there is one. */
  function cellFlip(rating, winner, relevel, required) {
    const base = rating.level ?? MIDDLE;
    const levels = [0, 1, 2, 3, 4].sort(
      (one, other) =>
        ascending(Math.abs(one - base), Math.abs(other - base)) || ascending(one, other),
    );
    for (const level of levels) {
      const found = level === rating.level ? null : relevel(rating, level, required);
      if (flips(found, winner)) {
        const subject = [rating.framework, rating.criterion];
        return [sized(Math.abs(level - base), "cell", subject, rating.level, level, found)];
      }
    }
    return [];
  }

  /** Who leads once a rating has another level: posed anew only where a must-have may turn. */
  function relevelling({ data, needs, ratings, matrix }, weighed) {
    const weights = centralWeights(matrix);
    const scores = centralScores(matrix);
    return (rating, level, required) => {
      const value = level / (LEVELS - 1);
      if (required) {
        const changed = new Map(ratings);
        changed.set(key(rating.framework, rating.criterion), { ...rating, level, value });
        return leader(pose(data, needs, changed));
      }
      const own = matrix.frameworks.indexOf(rating.framework);
      if (own < 0) return null;
      let score = 0;
      for (let at = 0; at < weights.length; at += 1) {
        const known = matrix.ratings[own][at].value;
        score = score + weights[at] * (at === weighed.get(rating.criterion) ? value : known);
      }
      return first(matrix.frameworks, replaced(scores, own, score));
    };
  }

  /**
   * What is open, most telling first; nothing where nobody is in the running.
   *
   * @param {object} situation what situate returns
   * @param {string[]} open the criteria that carry weight and could be measured
   * @returns {object[]} [{kind, subject, expected, most, winners}]
   */
  function findSettles(situation, open) {
    const { matrix } = situation;
    if (matrix.frameworks.length === 0) return [];
    const scores = centralScores(matrix);
    const now = { ...first(matrix.frameworks, scores), weights: centralWeights(matrix), scores };
    return [
      openQuestions(situation, now),
      openMeasurements(situation, now, open),
      openCells(situation, now, open),
    ]
      .flatMap((found) => found.sort(byTelling).slice(0, MOST_SETTLES))
      .sort(byTelling);
  }

  function byTelling(one, other) {
    return (
      ascending(other.expected, one.expected) ||
      ascending(other.most, one.most) ||
      ascending(one.kind, other.kind) ||
      inOrder(one.subject, other.subject)
    );
  }

  function openQuestions({ data, given, answered }, now) {
    return asked(data.questions, given, ["yes"])
      .filter((question) => isOpen(answerTo(given, question.id)))
      .flatMap(({ id, choices }) => {
        const share = 1 / choices.length;
        const possible = choices.map((choice) => turned(now, share, answered(id, [choice.id])));
        return summed("question", [id], now, possible);
      });
  }

  const turned = (now, share, matrix) =>
    leftOf(now, share, matrix.frameworks, centralScores(matrix));

  /** Who leads of those that are left, if anyone is. */
  function leftOf(now, share, frameworks, scores) {
    if (frameworks.length === 0) return { share, winner: null, lead: -1 };
    return seen(now, share, frameworks, scores);
  }

  /** The leader's new lead: negative when others lead, -1 when ruled out, 1 when alone. */
  function seen(now, share, frameworks, scores) {
    const { framework: winner, lead } = first(frameworks, scores);
    if (winner === now.framework) return { share, winner, lead };
    const own = frameworks.indexOf(now.framework);
    const behind = own < 0 ? -1 : scores[own] - scores[frameworks.indexOf(winner)];
    return { share, winner, lead: behind };
  }

  function openMeasurements(situation, now, open) {
    const { criteria, frameworks } = situation.matrix;
    return criteria
      .filter((criterion) => open.includes(criterion))
      .flatMap((criterion) =>
        summed("measurement", [criterion], now, turnouts(situation, now, criterion, frameworks)),
      );
  }

  function openCells(situation, now, open) {
    const { matrix, needs } = situation;
    const required = needs.requirements.map(({ criterion }) => criterion);
    return [...new Set([...required, ...matrix.criteria])]
      .sort(ascending)
      .filter((criterion) => !open.includes(criterion))
      .flatMap((criterion) =>
        matrix.frameworks.flatMap((framework) => {
          const possible = turnouts(situation, now, criterion, [framework]);
          return summed("cell", [framework, criterion], now, possible);
        }),
      );
  }

  /** Every combination of the values that these frameworks may have on one criterion. */
  function turnouts({ data, needs, ratings, matrix }, now, criterion, changed) {
    const weight = matrix.criteria.includes(criterion)
      ? now.weights[matrix.criteria.indexOf(criterion)]
      : 0;
    const least = needs.requirements.find((must) => must.criterion === criterion)?.level ?? 0;
    let found = [{ scores: now.scores, share: 1, out: [] }];
    for (const framework of changed) {
      const rating = ratings.get(key(framework, criterion));
      const own = matrix.frameworks.indexOf(framework);
      found = found.flatMap(({ scores, share, out }) =>
        standings(rating, data.policy, least).map(([value, part, missed]) => {
          const moved = scores[own] + weight * (value - rating.value);
          const gone = missed ? [...out, framework] : out;
          return { scores: replaced(scores, own, moved), share: share * part, out: gone };
        }),
      );
    }
    return found.map(({ scores, share, out }) => {
      const stays = matrix.frameworks.map((framework) => !out.includes(framework));
      const left = (values) => values.filter((_, own) => stays[own]);
      return leftOf(now, share, left(matrix.frameworks), left(scores));
    });
  }

  /** The values that a rating may really have, their shares, and whether a must-have is missed. */
  function standings({ tier, level, value }, policy, least) {
    if (tier === "measured") return [[value, 1, false]];
    const standing = (at, share) => [at / (LEVELS - 1), share, at < least];
    if (level === null) return [0, 1, 2, 3, 4].map((other) => standing(other, 1 / LEVELS));
    const error = policy.error[tier];
    const beside = [level - 1, level + 1].filter((other) => other >= 0 && other < LEVELS);
    const wrong = beside.map((other) => standing(other, error / beside.length));
    return [standing(level, 1 - error), ...wrong];
  }

  /** The summary of all turnouts, unless none of them moves the lead. */
  function summed(kind, subject, now, possible) {
    let expected = 0;
    let most = 0;
    const winners = new Set();
    for (const { share, winner, lead } of possible) {
      const change = Math.abs(lead - now.lead);
      expected = expected + share * change;
      most = change > most ? change : most;
      if (winner !== null && winner !== now.framework && share > 0) winners.add(winner);
    }
    return expected > 0
      ? [{ kind, subject, expected, most, winners: [...winners].sort(ascending) }]
      : [];
  }

  return {
    NOT_SURE,
    Uniform,
    acceptability,
    centralScores,
    centralWeights,
    contributions,
    decide,
    deriveNeeds,
    drawnGroups,
    drawnAlike,
    drawnScores,
    drawnSpacing,
    fnv1a,
    judge,
    mix,
    movements,
    ownShare,
    rank,
    rate,
    relevance,
    ruledOut,
    weigh,
  };
})();

if (typeof module !== "undefined") module.exports = advisorScore;
