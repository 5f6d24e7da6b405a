"""Decision tables: FEEL's unary tests as the standard means them, and the hit policies."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.decisions import DecisionFailed, Rule, Table
from workflows.expressions import Functions, UnknownName, from_mapping
from workflows.unary import BadCell, parse_cell, parse_result


@pytest.mark.parametrize(
    ("cell", "passes", "fails"),
    [
        ("", [1, "a", None, True], []),
        ("-", [1, "a", None, True], []),
        ("< 18", [17, 17.9, -1], [18, 19, None, "17", True]),
        ("<= 18", [18], [18.1]),
        (">18", [19], [18]),
        (">= 18", [18], [17]),
        ("[18..25]", [18, 20, 25], [17, 26, None]),
        ("(18..25)", [19], [18, 25]),
        ("]18..25[", [19], [18, 25]),
        ("[18..25)", [18], [25]),
        ('"a","b"', ["a", "b"], ["c", "a,b", None]),
        ('not("x")', ["y", None, 1], ["x"]),
        ('not("x", "y")', ["z"], ["x", "y"]),
        ("not(5)", [4, None], [5]),
        ("not([1..3])", [0, 4], [1, 2, 3]),
        ("1,2,3", [1, 2, 3], [4, "1", True]),
        ("1, > 10", [1, 11], [2, 10]),
        ("5", [5, 5.0], [6, "5"]),
        ("-5.5", [-5.5], [5.5]),
        ("true", [True], [False, 1, "true", None]),
        ("false", [False], [True, 0]),
        ("null", [None], [0, "", False]),
        ("!= 3", [4, None], [3]),
        ("= 3", [3], [4]),
        ('date("2026-01-31")', [date(2026, 1, 31), "2026-01-31"], ["2026-02-01", "x"]),
        ('< date("2026-01-31")', ["2026-01-30"], ["2026-01-31", None]),
        ('[date("2026-01-01")..date("2026-12-31")]', ["2026-06-30"], ["2027-01-01"]),
        ('@"2026-01-31"', ["2026-01-31"], ["2026-01-30"]),
        (r'"say \"hi\""', ['say "hi"'], ["say hi"]),
        ('"ü, [1..2]"', ["ü, [1..2]"], ["ü"]),
    ],
)
def test_a_cell_means_what_feel_says(cell, passes, fails):
    test = parse_cell(cell)
    assert [value for value in passes if not test.holds(value)] == []
    assert [value for value in fails if test.holds(value)] == []


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("open", 'write "open"'),
        ("True", "write true"),
        ("None", "write null"),
        ('? in ["a"]', "? is not needed"),
        ("'a'", "double quotes"),
        ("31.1.2026", 'date("2026-01-31")'),
        ('date("31.1.2026")', 'date("2026-01-31")'),
        ("[5..1]", "empty"),
        ('[1.."a"]', "two numbers"),
        ("[1,2]", "two dots"),
        ("< true", "nothing is < true"),
        ("1 2", "too much"),
        ("1,", "too early"),
        ("not(", "too early"),
        ("not(1", "too early"),
        ('"open', "not part of a cell"),
        ("1 + 1", "not part of a cell"),
        ("some x in y", 'write "some"'),
        ("__import__('os')", "double quotes"),
        ("x" * 501, "characters long"),
        (",".join("1" for _ in range(150)), "at most 100 tests"),
        ("1'000", "double quotes"),
        ("18 years", "too much"),
    ],
)
def test_what_is_not_supported_is_refused_with_advice(cell, advice):
    with pytest.raises(BadCell, match=r".") as refused:
        parse_cell(cell)
    assert advice in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text):
    for read in (parse_cell, parse_result):
        try:
            read(text)
        except BadCell as error:
            assert str(error)


@given(st.floats(-100, 100), st.integers(-50, 50), st.integers(0, 50))
def test_an_interval_is_two_comparisons(value, low, width):
    high = low + width
    assert parse_cell(f"[{low}..{high}]").holds(value) == (low <= value <= high)
    if width:
        assert parse_cell(f"]{low}..{high}[").holds(value) == (low < value < high)


def table(policy, *rules, aggregation="", inputs=("n",)):
    return Table(
        "t",
        "Tabelle",
        policy,
        aggregation,
        tuple((name, name, "") for name in inputs),
        (("Antwort", "t.answer", ""),),
        tuple(Rule(k, tuple(c), (r,), "", 1) for k, (c, r) in enumerate(rules, 1)),
        1,
    )


def ask(found, **values):
    return found.decide(from_mapping(values), Functions())["t.answer"]


def test_unique_answers_one_rule_and_refuses_two():
    found = table("UNIQUE", (["< 10"], '"low"'), (["> 5"], '"high"'))
    assert ask(found, n=3) == "low"
    assert ask(found, n=20) == "high"
    with pytest.raises(DecisionFailed, match="1, 2"):
        ask(found, n=7)


def test_first_answers_the_first_rule_that_fires():
    found = table("FIRST", (["< 10"], '"a"'), (["-"], '"b"'))
    assert [ask(found, n=n) for n in (3, 10)] == ["a", "b"]


def test_any_wants_all_rules_to_agree():
    found = table("ANY", (["< 10"], '"a"'), (["< 5"], '"a"'), (["> 3"], '"b"'))
    assert ask(found, n=2) == "a"
    with pytest.raises(DecisionFailed, match="contradict"):
        ask(found, n=4)


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)]
)
def test_collect_gathers_all_rules_that_fire(aggregation, expected):
    rules = ([["-"], "1"], [["> 0"], "2"], [["> 1"], "3"], [["> 100"], "9"])
    found = table("COLLECT", *rules, aggregation=aggregation)
    assert ask(found, n=5) == expected


def test_no_rule_gives_null_and_collect_counts_nought():
    assert ask(table("UNIQUE", (["> 5"], '"a"')), n=1) is None
    assert ask(table("COLLECT", (["> 5"], "1"), aggregation="SUM"), n=1) is None
    assert ask(table("COLLECT", (["> 5"], "1"), aggregation="COUNT"), n=1) == 0


def test_an_input_that_is_not_there_is_an_error_not_a_null():
    with pytest.raises(UnknownName):
        ask(table("UNIQUE", (["-"], "1")))
