from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.subjects.clusters import cluster_rows, subject_ids

ROWS = 8
CODES = st.lists(
    st.sampled_from(["", "uscc:A", "uscc:B", "org:A"]), min_size=ROWS, max_size=ROWS
)
LINKS = st.lists(
    st.tuples(
        st.integers(0, ROWS - 1),
        st.integers(0, ROWS - 1),
        st.sampled_from([0.9, 0.95, 0.99]),
    ),
    max_size=20,
)


def groups(clusters, rows):
    found = {}
    for row, cluster in zip(rows, clusters, strict=True):
        found.setdefault(cluster, set()).add(row)
    return {frozenset(group) for group in found.values()}


@given(CODES, LINKS)
def test_no_cluster_holds_two_codes_of_one_kind(codes, links):
    clusters = cluster_rows(codes, [f"row {n}" for n in range(ROWS)], links)
    for cluster in set(clusters):
        inside = {c for c, k in zip(codes, clusters, strict=True) if k == cluster}
        kinds = [code.partition(":")[0] for code in inside if code]
        assert len(kinds) == len(set(kinds))


@given(CODES, LINKS, st.permutations(range(ROWS)))
def test_the_order_of_rows_and_links_changes_nothing(codes, links, order):
    keys = [f"row {n}" for n in range(ROWS)]
    place = {row: at for at, row in enumerate(order)}
    moved = [(place[b], place[a], p) for a, b, p in reversed(links)]
    before = cluster_rows(codes, keys, links)
    after = cluster_rows([codes[r] for r in order], [keys[r] for r in order], moved)
    assert groups(before, range(ROWS)) == groups(after, order)


def test_a_chain_breaks_at_its_weakest_link():
    codes = ["uscc:A", "", "uscc:B"]
    clusters = cluster_rows(codes, ["a", "b", "c"], [(0, 1, 0.95), (1, 2, 0.99)])
    assert clusters == [0, 1, 1]


def test_names_of_subjects_do_not_change_with_other_rows():
    codes, keys = ["uscc:A", "", ""], ["a", "b", "b"]
    names = subject_ids(codes, keys, [0, 1, 2])
    assert len(set(names)) == 3
    assert subject_ids(["", *codes], ["z", *keys], [0, 1, 2, 3])[1:] == names
    assert not any("A" in name for name in names)
