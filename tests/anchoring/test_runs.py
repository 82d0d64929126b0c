from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from anchoring.runs import Run, heaviest_chain, unique_runs

WORDS = st.lists(st.integers(0, 5), max_size=25)


@given(WORDS, WORDS, st.integers(1, 4))
def test_runs_are_equal_words_that_cannot_grow(a, b, size):
    for run in unique_runs(a, b, size):
        assert run.length >= size
        assert a[run.old : run.old + run.length] == b[run.new : run.new + run.length]
        end_a, end_b = run.old + run.length, run.new + run.length
        assert end_a == len(a) or end_b == len(b) or a[end_a] != b[end_b]
        assert run.old == 0 or run.new == 0 or a[run.old - 1] != b[run.new - 1]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9)), max_size=8, unique_by=lambda t: t[0])
)
def test_the_chain_is_in_order_and_the_heaviest_there_is(numbers):
    runs = [Run(*each) for each in numbers]
    chain = heaviest_chain(runs)
    assert in_order(chain)
    weights = [
        sum(run.length for run in some)
        for size in range(len(runs) + 1)
        for some in combinations(sorted(runs, key=lambda run: run.old), size)
        if in_order(some)
    ]
    assert sum(run.length for run in chain) == max(weights)


def in_order(runs):
    return all(first.old < second.old and first.new < second.new for first, second in pairwise(runs))
