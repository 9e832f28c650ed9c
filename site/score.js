"use strict";

/**
 * The decision in the browser: needs, kernel and verdict, the same to the last bit as in Python.
 *
 *     derive needs    advisor/decide/needs.py
 *     rate            advisor/decide/ratings.py, from values that Python has computed
 *     kernel          advisor/decide/score.py
 *     rank, judge     advisor/decide/robustness.py
 *     movements       advisor/decide/movement.py
 *     choose stack    advisor/decide/plan.py
 *     decide          advisor/decide/decision.py; its keys are those of `decide --json`
 *
 * Functions have the names that they have there, in camelCase, and keep the order of operations.
 * What makes the bits equal: only + - * /, comparisons and 32-bit integer operations occur, and
 * sums run from left to right. Statistics and logarithms stay in Python and arrive as data
 * (advisor/render/browser.py). A classic script, since modules do not load from file://.
 */
const advisorScore = (() => {
  const NOT_SURE = "not-sure";
  const OPEN = [NOT_SURE];
  const LEVELS = 5;
  /** So many draws at a time: their columns stay in the processor's cache. */
  const BLOCK = 2000;
  const FOCUS = ["workloads", "devices", "serving"];

  /** Ids are ASCII, so comparing code units gives Python's order. */
  const ascending = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  const size = (number) => (number < 0 ? -number : number);

  /**
   * What answers ask of a framework.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {Object<string, string[]>} given the chosen ids by question; a missing one is "not sure"
   * @returns {{own: Map, open: Map, core: Map, requirements: object[], focus: object}} points by
   *   criterion from the user's answers, from questions left open and for every project; must-haves
   *   [{criterion, level, question, choice}]; what measurements must speak for
   */
  function deriveNeeds(data, given) {
    const settled = settledChoices(data.questions, given);
    const core = data.criteria.filter((criterion) => criterion.core);
    return {
      own: points(settled.map(({ choice }) => ({ weighs: choice.weighs, share: 1 }))),
      open: points(openPoints(data.questions, given)),
      core: new Map(core.map((criterion) => [criterion.id, criterion.core])),
      requirements: requirements(settled),
      focus: joinedFocus(settled),
    };
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

  function totalPoints(found) {
    let total = 0;
    for (const value of found.values()) total = total + value;
    return total;
  }

  /** The strictest requirement per criterion, in the order in which they were answered. */
  function requirements(settled) {
    const strictest = new Map();
    for (const { question, choice } of settled) {
      for (const [criterion, level] of choice.requires) {
        const known = strictest.get(criterion);
        if (known === undefined || level > known.level) {
          strictest.set(criterion, { criterion, level, question: question.id, choice: choice.id });
        }
      }
    }
    return [...strictest.values()];
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
   * @returns {object[]} [{framework, criterion, tier, level, value, low, high, stale, date,
   *   sources, note, inherits}]
   */
  function rate(data, layer, focus) {
    const spoken = speaking(data, layer, focus);
    const measured = new Map(
      data.criteria.map((criterion) => [criterion.id, measuredRatings(layer, criterion, spoken)]),
    );
    return layer.ratings.map(
      (stated) => measured.get(stated.criterion).get(stated.framework) ?? stated,
    );
  }

  /** Whether measurements of a machine, phase and task speak for the user; of one machine only. */
  function speaking(data, layer, focus) {
    const named = data.workloads.filter((workload) => focus.workloads.includes(workload.id));
    const tasks = new Set(named.flatMap((workload) => workload.tasks));
    const fitting = ({ phase, device, task }) =>
      speaksFor(focus, phase, device) && (tasks.size === 0 || tasks.has(task));
    const latest = layer.measured
      .filter(fitting)
      .sort(
        (one, other) => ascending(one.date, other.date) || ascending(one.machine, other.machine),
      )
      .at(-1);
    return (entry) => latest !== undefined && entry.machine === latest.machine && fitting(entry);
  }

  function speaksFor(focus, phase, device) {
    const named = phase === "predict" && focus.serving.length ? focus.serving : focus.devices;
    return named.includes(device);
  }

  /** Ratings by framework from the tasks that all measured frameworks have in common. */
  function measuredRatings(layer, criterion, spoken) {
    if (criterion.measure === null) return new Map();
    const { phase, metric } = criterion.measure;
    const found = layer.speeds.filter(
      (entry) => entry.phase === phase && entry.metric === metric && spoken(entry),
    );
    const compared = new Set(found.flatMap(({ values }) => values.map((speed) => speed.framework)));
    const common = found.filter(({ values }) => values.length === compared.size);
    if (compared.size < 2 || common.length === 0) return new Map();
    return new Map(
      [...compared].map((framework) => [framework, meanSpeed(framework, criterion.id, common)]),
    );
  }

  /** The mean value over tasks; the interval's ends are averaged as if errors moved together. */
  function meanSpeed(framework, criterion, common) {
    const own = common.map(({ values }) => values.find((speed) => speed.framework === framework));
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
    };
  }

  function mean(speeds, key) {
    let total = 0;
    for (const speed of speeds) total = total + speed[key];
    return total / speeds.length;
  }

  /**
   * Normalised weights of a matrix's criteria, adding up to 1 within rounding.
   *
   * @param {object} matrix {frameworks, criteria, groups, settled, open, ratings}
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
   * @returns {{draws: number, wins: number[], ties: number, ranks: number[][]}} wins: draws that a
   *   framework leads by the margin; ties: draws that nobody does; ranks[a][r]: draws in which
   *   framework a has rank r, equal scores in order of id
   */
  function acceptability(matrix, policy) {
    const wins = matrix.frameworks.map(() => 0);
    const ranks = matrix.frameworks.map(() => matrix.frameworks.map(() => 0));
    for (let start = 0; start < policy.draws; start += BLOCK) {
      const end = start + BLOCK < policy.draws ? start + BLOCK : policy.draws;
      countRanks(drawnScores(matrix, policy, start, end), policy.margin, wins, ranks);
    }
    let won = 0;
    for (const count of wins) won = won + count;
    return { draws: policy.draws, wins, ties: policy.draws - won, ranks };
  }

  function countRanks(scores, margin, wins, ranks) {
    for (let draw = 0; draw < scores[0].length; draw += 1) {
      const led = leads(scores, draw, margin);
      for (let own = 0; own < scores.length; own += 1) {
        const place = rankOf(scores, own, draw);
        ranks[own][place] += 1;
        if (led && place === 0) wins[own] += 1;
      }
    }
  }

  /** Each framework's score in the draws from `start` to before `end`: a column per framework. */
  function drawnScores(matrix, policy, start, end) {
    const uniform = new Uniform(policy.seed, start, end);
    const groups = drawnGroups([...new Set(matrix.groups)].sort(ascending), uniform);
    const spacing = drawnSpacing(uniform);
    const [weight, value, total] = columns(3, end - start);
    const scores = columns(matrix.frameworks.length, end - start);
    for (let place = 0; place < matrix.criteria.length; place += 1) {
      drawWeight(matrix, place, groups.get(matrix.groups[place]), policy, uniform, weight, value);
      for (let draw = 0; draw < total.length; draw += 1) total[draw] = total[draw] + weight[draw];
      for (let own = 0; own < scores.length; own += 1) {
        drawValue(matrix.ratings[own][place], spacing, policy, uniform, value);
        addProducts(scores[own], weight, value);
      }
    }
    for (const score of scores) {
      for (let draw = 0; draw < total.length; draw += 1) score[draw] = score[draw] / total[draw];
    }
    return scores;
  }

  const columns = (count, draws) => Array.from({ length: count }, () => new Float64Array(draws));

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
      [`settled/${criterion}`, matrix.settled[place], policy.spread],
      [`open/${criterion}`, matrix.open[place], policy.open_spread],
    ]) {
      if (points === 0) continue; // Python adds 0 here, which changes no bit.
      stretch(uniform.fill(name, scratch), spread);
      for (let draw = 0; draw < weight.length; draw += 1) {
        weight[draw] = weight[draw] + points * scratch[draw];
      }
    }
    for (let draw = 0; draw < weight.length; draw += 1) weight[draw] = group[draw] * weight[draw];
  }

  /** Turns uniforms into factors in (1/spread, spread), as likely to shrink as to grow. */
  function stretch(column, spread) {
    for (let draw = 0; draw < column.length; draw += 1) {
      const push = 2 * column[draw] - 1;
      const grown = 1 + size(push) * (spread - 1);
      column[draw] = push < 0 ? 1 / grown : grown;
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
    const between = [1, 2, 3].map((number) => uniform.column(`spacing/${number}`));
    sortAcross(between);
    const [zeros, ones] = columns(2, uniform.draws);
    return [zeros, ...between, ones.fill(1)];
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
      const one = lower[draw];
      const other = upper[draw];
      lower[draw] = one <= other ? one : other;
      upper[draw] = one <= other ? other : one;
    }
  }

  /** Writes one rating's value in every draw into `value`. */
  function drawValue(rating, spacing, policy, uniform, value) {
    // What a framework inherits is the same fact: both get the same error in the same draw.
    const owner = rating.inherits ?? rating.framework;
    uniform.fill(`value/${owner}/${rating.criterion}`, value);
    if (rating.tier === "measured") {
      drawMeasurement(rating, value);
    } else if (rating.level === null) {
      drawUnknown(spacing, value);
    } else {
      drawLevel(rating.level, spacing, policy.error[rating.tier], value);
    }
  }

  function drawUnknown(spacing, column) {
    for (let draw = 0; draw < column.length; draw += 1) {
      column[draw] = spacing[(column[draw] * LEVELS) | 0][draw];
    }
  }

  /** The level, wrong by one in a share `error` of the draws; at an end it only errs inwards. */
  function drawLevel(level, spacing, error, column) {
    const [lowest, highest] = [level === 0, level === LEVELS - 1];
    const lower = lowest ? 0 : highest ? error : error * 0.5;
    const upper = highest ? 0 : lowest ? error : error * 0.5;
    const exact = spacing[level];
    const lowered = lowest ? exact : spacing[level - 1];
    const raised = highest ? exact : spacing[level + 1];
    for (let draw = 0; draw < column.length; draw += 1) {
      const drawn = column[draw];
      const found = drawn < lower ? lowered : drawn >= 1 - upper ? raised : exact;
      column[draw] = found[draw];
    }
  }

  /** Below the value in half of the draws and above in the other, evenly in the interval. */
  function drawMeasurement({ value, low, high }, column) {
    for (let draw = 0; draw < column.length; draw += 1) {
      const drawn = column[draw];
      const below = low + (value - low) * (2 * drawn);
      const above = value + (high - value) * (2 * drawn - 1);
      column[draw] = drawn < 0.5 ? below : above;
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
   * @returns {object[]} [{framework, score, first_rank, ranks}]
   */
  function rank(matrix, counts) {
    const scores = centralScores(matrix);
    const rows = matrix.frameworks.map((framework, place) => ({
      framework,
      score: scores[place],
      first_rank: counts.wins[place] / counts.draws,
      ranks: counts.ranks[place].map((count) => count / counts.draws),
    }));
    return rows.sort(
      (one, other) =>
        ascending(other.score, one.score) || ascending(one.framework, other.framework),
    );
  }

  /**
   * How firm the lead is; at most "lean" while the user's own answers carry too little weight.
   *
   * @param {object[]} ranking what rank returns
   * @param {number} share what ownShare returns
   * @param {object} policy data.policy
   * @returns {"clear"|"lean"|"too-close"|"none"}
   */
  function judge(ranking, share, policy) {
    if (ranking.length === 0) return "none";
    const first = ranking[0].first_rank;
    if (first >= policy.clear && share >= policy.own_share) return "clear";
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
      ascending(size(other.effect), size(one.effect)) ||
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
   * @returns {object} the keys of `advisor decide --json` that do not repeat its input; ratings
   *   also say whose quality they are (`inherits`)
   */
  function decide(data, given) {
    const needs = deriveNeeds(data, given);
    const now = outcome(data, data.now, needs);
    return {
      verdict: now.verdict,
      winner: now.winner,
      ranking: now.ranking,
      tie: now.counts === null ? 0 : now.counts.ties / now.counts.draws,
      own_share: ownShare(needs),
      ruled_out: now.ruledOut,
      rescues: rescues(now),
      contributions: contributions(now.matrix),
      stack: now.winner === null ? null : chooseStack(data, data.now, needs.focus, now.winner),
      unmeasured: unmeasured(data, now.ratings, needs),
      before: before(data, needs, now),
      as_of: data.as_of,
      evidence_digest: data.evidence_digest,
    };
  }

  /** What one state of the evidence gives for given needs. */
  function outcome(data, layer, needs) {
    const ratings = rate(data, layer, needs.focus);
    const known = byKey(ratings);
    const missed = ruledOut(data, needs, known);
    const excluded = new Set(missed.map((entry) => entry.framework));
    const ids = data.frameworks.map((framework) => framework.id).sort(ascending);
    const matrix = decisionMatrix(data, needs, known, ids.filter((id) => !excluded.has(id)));
    const counts = matrix.frameworks.length ? acceptability(matrix, data.policy) : null;
    const ranking = counts === null ? [] : rank(matrix, counts);
    const verdict = judge(ranking, ownShare(needs), data.policy);
    const winner = ranking.length ? ranking[0].framework : null;
    return { ratings, matrix, counts, ranking, ruledOut: missed, verdict, winner };
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
  function before(data, needs, now) {
    if (data.before === null) return null;
    const then = outcome(data, data.before, needs);
    return {
      as_of: data.before.as_of,
      verdict: then.verdict,
      winner: then.winner,
      ranking: then.ranking,
      moved: movements(now.matrix, then.ratings, now.winner, rival(now, then)),
    };
  }

  /** Whom today's leader is compared with: the earlier leader, or else today's runner-up. */
  function rival(now, then) {
    const ranked = now.ranking.map((row) => row.framework);
    if (then.winner !== now.winner && ranked.includes(then.winner)) return then.winner;
    return ranked.length > 1 ? ranked[1] : null;
  }

  /**
   * The framework's fastest stack on every task measured, or its default where nothing decides.
   *
   * @param {object} data what advisor/render/browser.py ships
   * @param {object} layer data.now or data.before
   * @param {object} focus what measurements must speak for
   * @param {string} framework
   * @returns {{stack: string, backend: string, mode: string, measured: boolean, ratios: object[]}}
   */
  function chooseStack(data, layer, focus, framework) {
    const spoken = speaking(data, layer, focus);
    const compared = layer.stacks.filter((entry) => entry.framework === framework && spoken(entry));
    const ahead = new Set(compared.map((entry) => fastest(entry.ratios).stack));
    const tied = compared.some(({ ratios }) => ratios.filter((ratio) => ratio.tied).length > 1);
    const measured = ahead.size === 1 && !tied;
    const { default_stack: byDefault } = data.frameworks.find(({ id }) => id === framework);
    const { id: stack, backend, mode } = data.stacks.find(
      ({ id }) => id === (measured ? [...ahead][0] : byDefault),
    );
    return { stack, backend, mode, measured, ratios: compared.flatMap(({ ratios }) => ratios) };
  }

  function fastest(ratios) {
    let first = ratios[0];
    for (const ratio of ratios) {
      const slower = ascending(ratio.value, first.value) || ascending(ratio.stack, first.stack);
      if (slower < 0) first = ratio;
    }
    return first;
  }

  return {
    NOT_SURE,
    Uniform,
    acceptability,
    centralScores,
    centralWeights,
    chooseStack,
    contributions,
    decide,
    deriveNeeds,
    drawnGroups,
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
  };
})();

if (typeof module !== "undefined") module.exports = advisorScore;
