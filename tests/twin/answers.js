"use strict";

/**
 * What site/score.js answers to the vectors of tests/twin/vectors.py, every number as its 64 bits.
 *
 * In a page: a global function. In Node: `node answers.js SCORE VECTORS` prints them as JSON; where
 * VECTORS hold what is expected, it prints the first place that differs, or null.
 */
const twinAnswers = (score, vectors) =>
  Object.fromEntries(
    Object.entries(twinParts(score, vectors)).map(([part, [asked, answer]]) => [
      part,
      asked.map(answer),
    ]),
  );

/** The first answer that is not the expected one. */
const twinDifference = (score, vectors) => {
  for (const [part, [asked, answer]] of Object.entries(twinParts(score, vectors))) {
    for (const [place, problem] of asked.entries()) {
      const found = sorted(answer(problem));
      if (found !== sorted(vectors.expected[part][place])) return `${part}[${place}]`;
    }
  }
  return null;
};

/** A value as text that does not hang on the order of its keys. */
const sorted = (value) =>
  JSON.stringify(value, (_, inner) =>
    inner === null || typeof inner !== "object" || Array.isArray(inner)
      ? inner
      : Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))),
  );

/** Per part of the vectors its problems, and how one of them is answered. */
const twinParts = (score, vectors) => {
  const view = new DataView(new ArrayBuffer(8));

  /** What a rating holds in the page beside the keys of a decision's record. */
  const EXTRA = ["inherits", "unclipped"];

  const bits = (number) => {
    view.setFloat64(0, number);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  };

  const exact = (value) => {
    if (typeof value === "number") return bits(value);
    if (value instanceof Map) return exact([...value]);
    if (ArrayBuffer.isView(value)) return exact([...value]);
    if (Array.isArray(value)) return value.map(exact);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).filter(([key]) => !EXTRA.includes(key));
    return Object.fromEntries(entries.map(([key, inner]) => [key, exact(inner)]));
  };

  const word = ({ name, seed, draws }) => ({
    fnv1a: score.fnv1a(name),
    mix: score.mix(seed),
    column: new score.Uniform(seed, 0, draws).column(name),
  });

  const kernel = ({ matrix, policy, share }) => {
    const uniform = new score.Uniform(policy.seed, 0, policy.draws);
    const counts = score.acceptability(matrix, policy);
    const alike = matrix.criteria.map((_, place) => score.drawnAlike([matrix], place));
    const ranking = score.rank(matrix, counts);
    return {
      weights: score.centralWeights(matrix),
      scores: score.centralScores(matrix),
      groups: score.drawnGroups([...new Set(matrix.groups)].sort(), uniform),
      spacing: score.drawnSpacing(uniform),
      drawn: score.drawnScores([matrix], policy, 0, policy.draws, alike)[0],
      wins: counts.wins,
      ties: counts.ties,
      unmet: counts.unmet,
      ranks: counts.ranks,
      ranking,
      verdict: score.judge(ranking, share, policy),
    };
  };

  const decision = ({ data, given, judged }) => {
    const needs = score.deriveNeeds(vectors.data[data], given, judged);
    return { needs, decision: score.decide(vectors.data[data], given, judged) };
  };

  return {
    words: [vectors.words, (asked) => exact(word(asked))],
    kernels: [vectors.kernels, (asked) => exact(kernel(asked))],
    decisions: [vectors.decisions, (asked) => exact(decision(asked))],
  };
};

/** The milliseconds that each of `repeats` acceptabilities of the problem takes. */
const twinMilliseconds = (score, { matrix, policy }, repeats) =>
  Array.from({ length: repeats }, () => {
    const start = performance.now();
    score.acceptability(matrix, policy);
    return performance.now() - start;
  });

if (typeof module !== "undefined") {
  const { readFileSync } = require("node:fs");
  const [, , script, file] = process.argv;
  const score = require(script);
  const vectors = JSON.parse(readFileSync(file, "utf8"));
  const answer = vectors.expected ? twinDifference : twinAnswers;
  const answers = vectors.timed
    ? twinMilliseconds(score, vectors.timed, vectors.repeats)
    : answer(score, vectors);
  process.stdout.write(JSON.stringify(answers));
}
