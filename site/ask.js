"use strict";

/**
 * The questionnaire in the start page: it shows a state of advisorFlow, collects a reply, moves on.
 *
 *     question ──> question ──> review ──> result
 *
 * Every move is an entry of the browser's history, so its back and forward buttons walk through the
 * questions; the fragment of the address restores the answers anywhere. Nothing leaves the page.
 */
const advisorAsk = ((data, flow, groups, result) => {
  const { element } = result;
  const { questions } = data;
  const form = document.getElementById("ask-form");
  const shown = document.getElementById("ask-result");
  const status = document.getElementById("ask-status");
  const known = new Map(questions.map((question) => [question.id, question]));

  let state = flow.resume(questions);
  let said = groups.NOTHING;
  let decision = null;
  let project = "";

  /** Tells screen readers, and with `shown` everyone. */
  function say(text, shown = false) {
    status.textContent = text;
    status.className = shown ? "told" : "hidden";
  }

  /** Shows a new state, as a step that the browser's back button undoes. */
  function go(to) {
    state = to;
    note("pushState");
    show(true);
  }

  /** Writes what was answered into the browser's history and into the address. */
  function note(how = "replaceState") {
    const address = flow.address(questions, state, groups.link(data.groups, said));
    history[how]({ asked: state, said }, "", address);
  }

  function show(focus) {
    const finished = state.at === flow.FINISHED;
    form.hidden = finished;
    shown.hidden = !finished;
    if (finished) showResult(focus);
    else if (state.at === flow.REVIEW) fill(form, reviewParts(), focus);
    else fill(form, questionParts(known.get(state.at)), focus);
  }

  function fill(place, parts, focus) {
    place.replaceChildren(...parts);
    if (!focus) return;
    place.querySelector("[data-focus]")?.focus({ preventScroll: true });
    const { top } = place.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) place.scrollIntoView({ block: "start" });
  }

  function questionParts(question) {
    const [number, count] = flow.progress(questions, state);
    const chosen = state.given[question.id] ?? [];
    const several = question.multiple ? "Choose all that apply." : "Choose one.";
    const heading = { id: "ask-question", tabindex: "-1", "data-focus": "" };
    return [
      element(
        "div",
        { class: "ask-progress" },
        element("p", { id: "ask-place" }, `Question ${number} of ${count}`),
        element("progress", { max: count, value: number - 1, "aria-labelledby": "ask-place" }),
        button("Review answers", review, { class: "quiet" }),
      ),
      element(
        "fieldset",
        { "aria-describedby": "ask-why" },
        element("legend", {}, element("h3", heading, question.text)),
        element(
          "p",
          { id: "ask-why", class: "why" },
          `${question.why} `,
          element("span", {}, several),
        ),
        element(
          "div",
          { class: "choices" },
          ...flow.choicesOf(question).map((choice, at) => option(question, choice, chosen, at)),
        ),
      ),
      element(
        "div",
        { class: "ask-moves" },
        button("Back", back, { class: "plain", disabled: state.trail.length === 0 }),
        element("p", { id: "ask-fault", class: "fault", role: "alert" }),
        element("button", { type: "submit", class: "strong" }, "Next"),
      ),
    ];
  }

  function option(question, choice, chosen, at) {
    const help = choice.help ? `ask-help-${at}` : null;
    const input = element("input", {
      type: question.multiple ? "checkbox" : "radio",
      name: question.id,
      value: choice.id,
      checked: chosen.includes(choice.id),
      "aria-labelledby": `ask-text-${at}`,
      "aria-describedby": help,
    });
    input.addEventListener("change", () => settleAlone(question, choice, input.checked));
    return element(
      "label",
      { class: flow.standsAlone(choice) ? "choice alone" : "choice" },
      input,
      element("span", { id: `ask-text-${at}` }, choice.text),
      help && element("span", { class: "help", id: help }, choice.help),
      at < 9 && element("kbd", { "aria-hidden": "true" }, String(at + 1)),
    );
  }

  /** What excludes all others takes their marks away, and they take its mark away. */
  function settleAlone(question, chosen, checked) {
    document.getElementById("ask-fault").textContent = "";
    if (!question.multiple || !checked) return;
    const alone = flow.standsAlone(chosen);
    for (const choice of flow.choicesOf(question)) {
      const other = form.querySelector(`input[value="${choice.id}"]`);
      if (choice.id !== chosen.id && (alone || flow.standsAlone(choice))) other.checked = false;
    }
  }

  const marked = () => [...form.querySelectorAll("input:checked")].map(({ value }) => value);

  /** Keeps what is marked in the question that is shown, and says what that takes away. */
  function keep() {
    const chosen = known.has(state.at) ? marked() : [];
    if (chosen.length === 0) return;
    state = flow.answer(questions, state, chosen);
    note();
    const gone = state.dropped.map((id) => known.get(id).text).join(" / ");
    say(gone && `No longer asked, and the answer taken out: ${gone}`);
  }

  function next() {
    if (known.has(state.at) && marked().length === 0 && !Object.hasOwn(state.given, state.at)) {
      document.getElementById("ask-fault").textContent = "Choose an answer; “Not sure” is one too.";
      form.querySelector("input").focus();
      return;
    }
    keep();
    go(flow.next(questions, state));
  }

  function back() {
    keep();
    go(flow.back(questions, state));
  }

  function review() {
    keep();
    go(flow.review(questions, state));
  }

  function restart() {
    decision = null;
    said = groups.NOTHING;
    say("All answers are taken out.");
    go(flow.resume(questions));
  }

  function reviewParts() {
    const open = flow.unanswered(questions, state.given);
    const asked = flow.relevant(questions, state.given);
    const left = open.length === 1 ? "1 question is open" : `${open.length} questions are open`;
    const gone = state.dropped.map((id) => known.get(id)?.text).filter(Boolean);
    const heading = { id: "ask-question", tabindex: "-1", "data-focus": "" };
    return [
      element("h3", heading, "Your answers"),
      element(
        "p",
        { class: "why" },
        open.length ? `${left} and will count as “not sure”. ` : "Everything is answered. ",
        gone.length && `No longer asked, and taken out: ${gone.join(" / ")}`,
      ),
      element(
        "div",
        { class: "scroll", role: "region", "aria-labelledby": "ask-question", tabindex: "0" },
        element(
          "table",
          { class: "answers" },
          element(
            "thead",
            { class: "hidden" },
            element("tr", {}, ...["Question", "Answer", "Change"].map(columnHead)),
          ),
          element("tbody", {}, ...asked.map(answerRow)),
        ),
      ),
      groups.part(data.groups, said, (now) => {
        said = now;
        note();
      }),
      element(
        "div",
        { class: "ask-moves" },
        button("Start again", restart, { class: "plain" }),
        element("p", { class: "fault" }),
        open.length > 0 && button("Answer what is open", next, { class: "plain" }),
        button("Decide", finish, { class: "strong" }),
      ),
    ];
  }

  const columnHead = (text) => element("th", { scope: "col" }, text);

  function answerRow(question) {
    const chosen = state.given[question.id] ?? [];
    const texts = flow.choicesOf(question).filter(({ id }) => chosen.includes(id));
    const answer = texts.map(({ text }) => text).join("; ");
    const label = `Change: ${question.text}`;
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, question.text),
      element("td", { class: answer ? null : "open" }, answer || "Not answered yet"),
      element(
        "td",
        {},
        button("Change", () => change(question.id), { class: "quiet", "aria-label": label }),
      ),
    );
  }

  function change(id) {
    const from = state.at === flow.REVIEW ? state : flow.review(questions, state);
    go(flow.change(questions, from, id));
  }

  function finish() {
    go(flow.finish(questions, state));
  }

  /** Decides after the page has had the time to say so. */
  function showResult(focus) {
    decision = null;
    const waiting = element("h3", { tabindex: "-1", "data-focus": "" }, "Deciding …");
    fill(shown, [waiting], focus);
    const wanted = state;
    requestAnimationFrame(() =>
      setTimeout(() => {
        if (state !== wanted) return;
        decision = advisorScore.decide(data, state.given, groups.judged(data.groups, said));
        fill(shown, result.parts(data, state.given, decision, acts()), focus);
        if (status.className === "hidden") say("");
      }),
    );
  }

  /** What the result offers to do. */
  function acts() {
    return {
      review,
      restart,
      change,
      download,
      project,
      rename: (name) => {
        project = name;
      },
      link: () => location.href,
      print: () => window.print(),
    };
  }

  const answersFile = (name) =>
    flow.answersFile(data, state.given, name, groups.lines(data.groups, said));

  function download(name) {
    const text = answersFile(project);
    const url = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
    element("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  function button(text, act, attributes = {}) {
    const made = element("button", { type: "button", ...attributes }, text);
    made.addEventListener("click", act);
    return made;
  }

  /** A digit marks the choice with that number. */
  function mark(event) {
    const plain = known.has(state.at) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && event.target.matches("h3, input")) {
      event.preventDefault();
      if (known.has(state.at)) next();
    } else if (plain && /^[1-9]$/.test(event.key)) {
      form.querySelectorAll("input")[Number(event.key) - 1]?.click();
    }
  }

  /** Takes up what the history or the address says; nothing where the fragment is not ours. */
  function arrive(kept) {
    if (kept?.asked) {
      state = kept.asked;
      said = kept.said ?? groups.NOTHING;
      return true;
    }
    const found = flow.restored(questions, location.hash);
    if (found === null && location.hash !== "") return false;
    const [restored, faults, compared] = found ?? [flow.resume(questions), [], ""];
    const read = compared === "" ? groups.NOTHING : groups.read(data.groups, compared);
    const wrong = read === null ? [...faults, `groups=${compared}`] : faults;
    if (wrong.length) say(`Not understood in this link, and left out: ${wrong.join(", ")}`, true);
    state = restored;
    said = read ?? groups.NOTHING;
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    next();
  });
  form.addEventListener("keydown", mark);
  addEventListener("popstate", (event) => {
    if (arrive(event.state)) show(true);
  });

  /** Lets the browser compile the kernel before anybody waits for it. */
  function warmUp() {
    const policy = { ...data.policy, draws: 2000 };
    advisorScore.decide({ ...data, policy }, {});
  }

  const idle = window.requestIdleCallback ?? setTimeout;
  form.addEventListener("input", () => idle(warmUp), { once: true });
  arrive(history.state);
  document.documentElement.classList.add("asks");
  show(false);

  return {
    answer: (chosen) => go(flow.next(questions, flow.answer(questions, state, chosen))),
    restart,
    review,
    finish,
    answersFile: (name = "") => answersFile(name),
    compare: (to) => {
      said = to;
    },
    state: () => state,
    decision: () => decision,
  };
})(advisorData, advisorFlow, advisorGroups, advisorResult);
