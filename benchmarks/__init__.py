"""The laboratory: it measures the frameworks and writes run files; it knows nothing of `advisor`.

tasks/      the same model three times, and the data it sees
stacks/     how a framework is run: threads, weights, a step, a prediction
test_*.py   one suite per phase, timed by pytest-benchmark
agreement   the gate: do the models agree? (comparison: the rule, with numpy alone)
conftest    the options, the fixtures and the block `advisor` in every run file
"""
