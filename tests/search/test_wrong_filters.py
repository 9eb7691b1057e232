"""A wrong filter is refused with the place that is wrong, and what belongs there."""

from __future__ import annotations

import pickle

import pytest

from nbflow.errors import InvalidFilterError, LimitExceededError, UnsupportedValueError
from nbflow.search import EXPERIMENTS, RUNS, parse_filter

# The mark stands under the token at fault; `_` marks a space or the end of the text.
# The filter, the text from the place on, a part of the sentence.
CASES = [
    # MLflow's own table of bad input
    pytest.param("hello", "hello", "Invalid attribute key 'hello'. The attribute keys are run_id, ", id="lone word"),
    pytest.param("metrics.a > 1 foo", "foo", "Expected AND, OR or the end. Found foo.", id="lone word behind"),
    pytest.param("metrics.a > 1,", ",", "Write AND or OR instead of ','.", id="trailing comma"),
    pytest.param("metrics.a > 1; metrics.b < 1", "; metrics.b < 1", "Expected AND, OR or the end.", id="two filters"),
    pytest.param(
        "0.6 < metrics.a", "0.6 < metrics.a", "starts with a name, and the value comes last", id="value first"
    ),
    pytest.param("'x' = params.a", "'x' = params.a", "Found 'x'.", id="text first"),
    pytest.param("1=1", "1=1", "starts with a name", id="only values"),
    pytest.param("metrics.a = 'x'", "'x'", "Expected numeric value type for metric 'a'", id="metric and text"),
    pytest.param("metrics.a = '5'", "'5'", "a number without quotes. Found '5'.", id="metric and quoted number"),
    pytest.param("duration > '5'", "'5'", "attribute 'duration'", id="number and text"),
    pytest.param("params.a = adam", "adam", "adam is not quoted: write 'adam'.", id="unquoted word"),
    pytest.param("status = true", "true", "Expected a value in quotes for attribute 'status'.", id="unquoted boolean"),
    pytest.param("params.a = `b`", "`b`", "`b` is not quoted: write 'b'.", id="backticks for a value"),
    pytest.param("params.a > 'x'", "> 'x'", "Invalid comparator '>' for a value in quotes", id="text that is greater"),
    pytest.param("status <= 'x'", "<= 'x'", "Invalid comparator '<=' for attribute 'status'", id="attribute is text"),
    pytest.param("datasets.name > 'x'", "> 'x'", "Texts are compared with =, !=, LIKE", id="data set is text"),
    pytest.param("metrics.a LIKE '1%'", "LIKE '1%'", "Invalid comparator 'LIKE' for metric 'a'", id="number is like"),
    pytest.param("start_time ilike 1", "ilike 1", "Invalid comparator 'ILIKE'", id="time is like"),
    pytest.param("attribute.foo = 1", "attribute.foo = 1", "Invalid attribute key 'foo'.", id="unknown attribute"),
    pytest.param("run_nme = 'x'", "run_nme = 'x'", "Did you mean 'run_name'", id="misspelled attribute"),
    pytest.param("accuracy > 0.9", "accuracy > 0.9", "Write metrics.accuracy, params.accuracy or tags", id="no entity"),
    pytest.param("`my acc` > 0.9", "`my acc` > 0.9", "Write metrics.`my acc`, params.`my acc`", id="no entity, quoted"),
    pytest.param("bogus.x = 1", "bogus.x = 1", "Invalid entity type 'bogus'.", id="unknown entity"),
    pytest.param("metic.x = 1", "metic.x = 1", "Did you mean 'metric'", id="misspelled entity"),
    pytest.param("val.loss < 1", "val.loss < 1", "Write metrics.val.loss", id="name with a dot, no entity"),
    pytest.param("dataset.profile = 'x'", "dataset.profile = 'x'", "keys are name, digest and context.", id="data set"),
    pytest.param("status IS NULL", "IS NULL", "attribute 'status' is never NULL", id="null elsewhere"),
    pytest.param("status = 1", "1", "Expected a value in quotes for attribute 'status': '1'.", id="text and number"),
    pytest.param("   ", "   ", "Expected a comparison such as metrics.loss < 0.5.", id="blank"),
    # Names
    pytest.param("metrics > 1", "metrics > 1", "Expected a dot and a name after metrics: metrics.loss.", id="no name"),
    pytest.param("metrics. > 1", "metrics. > 1", "Expected a name after the dot", id="nothing after the dot"),
    pytest.param("metrics.`` > 1", "metrics.`` > 1", "Expected a name after the dot", id="empty name"),
    pytest.param("`` > 1", "`` > 1", "Expected a name between the quotes.", id="empty quotes"),
    pytest.param("metrics.a@b > 1", "metrics.a@b > 1", "into backticks: metrics.`a@b`.", id="odd characters"),
    pytest.param("metrics.val loss > 1", "loss > 1", "A name with a space in it goes into backticks.", id="space"),
    pytest.param("AND > 1", "AND > 1", "Found AND.", id="keyword for a name"),
    pytest.param("= 1", "= 1", "Expected a name before '='", id="no name before"),
    pytest.param("!status = 'x'", "!status = 'x'", "NOT is written as a word.", id="negation as a sign"),
    # Comparators
    pytest.param("metrics.a == 1", "== 1", "Invalid comparator '==': write =.", id="double equals"),
    pytest.param("metrics.a <> 1", "<> 1", "Invalid comparator '<>': write !=.", id="unequal of SQL"),
    pytest.param("metrics.a => 1", "=> 1", "write >=.", id="swapped"),
    pytest.param("metrics.a > = 1", "= 1", "Write >= without a space in it.", id="space in a comparator"),
    pytest.param(
        "tags.a = = 'x'", "= 'x'", "Expected a value in quotes or a number for tag 'a'.", id="two comparators"
    ),
    pytest.param("params.a RLIKE 'x'", "RLIKE 'x'", "write LIKE or ILIKE", id="regular expression"),
    pytest.param("params.a ~ 'x'", "~ 'x'", "Invalid comparator '~': write LIKE or ILIKE", id="tilde"),
    pytest.param(
        "metrics.a ~ 1", "~ 1", "Expected =, !=, <, <=, >, >=, IN, BETWEEN or IS NULL", id="tilde on a number"
    ),
    pytest.param(
        "params.a LR !=", "LR !=", "Expected =, !=, <, <=, >, >=, LIKE, ILIKE, IN", id="value before comparator"
    ),
    pytest.param("metrics.a", "", "after metric 'a'. The text ends here.", id="no comparator"),
    pytest.param("metrics.a !=", "", "Expected a number without quotes for metric 'a'. The text ends", id="no value"),
    pytest.param("params.a NOT = 'x'", "= 'x'", "Expected IN, LIKE, ILIKE or BETWEEN after NOT.", id="not equal"),
    pytest.param("metrics.a NOT LIKE 'x'", "LIKE 'x'", "Invalid comparator 'LIKE'", id="number is not like"),
    pytest.param("metrics.a NOT 5", "5", "Expected IN or BETWEEN after NOT.", id="not and a value"),
    pytest.param("params.a NOT NULL", "NULL", "Expected IS before NOT NULL.", id="not null without is"),
    pytest.param("params.a = NULL", "NULL", "Ask for what was not logged with IS NULL.", id="equals null"),
    pytest.param("status = NULL", "NULL", "It is never NULL.", id="equals null where nothing is"),
    pytest.param("params.a IS 'x'", "'x'", "Expected NULL or NOT NULL after IS.", id="is and a value"),
    pytest.param("params.a IS NOT 'x'", "'x'", "Expected NULL after IS NOT.", id="is not and a value"),
    pytest.param("params.a LIKE 5", "5", "Expected a pattern in quotes after LIKE", id="like a number"),
    pytest.param("params.a LIKE x", "x", "Expected a pattern in quotes for param 'a'.", id="like a word"),
    # Values
    pytest.param(
        "metrics.a > metrics.b", "metrics.b", "compared with a value, not with another", id="name for a value"
    ),
    pytest.param("metrics.a > `metrics`.b", "`metrics`.b", "compared with a value", id="quoted name for a value"),
    pytest.param("metrics.a > 1_000", "1_000", "Expected a number without quotes", id="odd number"),
    pytest.param("metrics.a > NaN", "NaN", "Expected a number without quotes", id="NaN"),
    pytest.param("metrics.a > 1e999", "1e999", "this one is beyond 1.8e308", id="infinite number"),
    pytest.param("start_time > 2026-11-23", "2026-11-23", "a date in quotes ('2026-11-23')", id="unquoted date"),
    pytest.param("metrics.a = (1)", "(1)", "A list comes after IN.", id="list without in"),
    pytest.param("1 < metrics.a < 2", "1 < metrics.a < 2", "starts with a name", id="chain"),
    pytest.param("metrics.a < 2 < 3", "< 3", "A range is written as BETWEEN 1 AND 2.", id="chain behind"),
    pytest.param("metrics.a BETWEEN 1", "", "Expected AND and the upper bound", id="no upper bound"),
    pytest.param("metrics.a BETWEEN 1, 2", ", 2", "Expected AND and the upper bound", id="comma in a range"),
    pytest.param("metrics.a BETWEEN 1 AND 'b'", "'b'", "Expected numeric value type", id="range of numbers"),
    pytest.param("params.a BETWEEN 1 AND 'b'", "'b'", "Expected a number, as the first value is.", id="mixed range"),
    # Lists
    pytest.param("run_id IN 'a'", "'a'", "Expected a list in parentheses after IN, such as ('a', 'b').", id="no list"),
    pytest.param("metrics.a IN 1", "1", "such as (1, 2).", id="no list of numbers"),
    pytest.param("params.a IN ()", ")", "The list is empty.", id="empty list"),
    pytest.param("params.a IN (,'a')", ",'a')", "Expected a value in quotes or a number", id="leading comma"),
    pytest.param("params.a IN ('a', 1)", "1)", "Expected a value in quotes, as the first value is.", id="mixed list"),
    pytest.param(
        "run_id IN ('a', 1)", "1)", "Expected a value in quotes for attribute 'run_id'", id="number in a list"
    ),
    pytest.param("run_id IN ('a' 'b')", "'b')", "Expected a comma or a closing parenthesis.", id="no comma"),
    pytest.param("run_id IN ('a', b)", "b)", "b is not quoted: write 'b'.", id="word in a list"),
    pytest.param("run_id IN ('a'", "('a'", "Expected this parenthesis to be closed.", id="open list"),
    # Quotes
    pytest.param("params.a = 'x", "'x", "Expected this quote to be closed.", id="open quote"),
    pytest.param("params.a = \"x'", "\"x'", "Expected this quote to be closed.", id="quotes that differ"),
    pytest.param("params.'a = 1", "'a = 1", "Expected this quote to be closed.", id="open quote in a name"),
    pytest.param("`params.a = 'x'", "`params.a = 'x'", "Expected this quote to be closed.", id="open backtick"),
    pytest.param("params.a = 'it's'", "s'", "A quote cannot be escaped", id="quote in a value"),
    pytest.param("params.a = 'O''Neil'", "'Neil'", "A quote cannot be escaped", id="doubled quote"),
    pytest.param("run_id IN ('O\\'Neil')", "Neil')", "A quote cannot be escaped", id="escaped quote in a list"),
    # What joins
    pytest.param(
        "metrics.a > 1 AND", "", "Expected a comparison such as metrics.loss < 0.5 after AND.", id="dangling and"
    ),
    pytest.param("metrics.a > 1 OR  ", "  ", "after OR. The text ends here.", id="dangling or"),
    pytest.param("NOT", "", "after NOT. The text ends here.", id="dangling not"),
    pytest.param("AND metrics.a > 1", "AND metrics.a > 1", "Expected a comparison such as", id="leading and"),
    pytest.param("metrics.a > 1 AND OR x", "OR x", "after AND. Found OR.", id="and or"),
    pytest.param("metrics.a > 1 metrics.b > 2", "metrics.b > 2", "Expected AND, OR or the end.", id="no and"),
    pytest.param("metrics.a > 1 && metrics.b > 2", "&& metrics.b > 2", "Write AND instead of '&&'.", id="ampersands"),
    pytest.param("metrics.a > 1 | metrics.b > 2", "| metrics.b > 2", "Write OR instead of '|'.", id="bar"),
    pytest.param("metrics.a > 1 NAND x", "NAND x", "Expected AND, OR or the end. Found NAND.", id="nand"),
    pytest.param("metrics.a > 1 NOT metrics.b > 1", "NOT metrics.b > 1", "Expected AND, OR", id="not without and"),
    # Parentheses
    pytest.param("(metrics.a > 1", "(metrics.a > 1", "Expected this parenthesis to be closed.", id="open parenthesis"),
    pytest.param("(a.b", "a.b", "Invalid entity type 'a'.", id="unknown key before an open parenthesis"),
    pytest.param("((metrics.a > 1)", "((metrics.a > 1)", "to be closed.", id="outer parenthesis open"),
    pytest.param("metrics.a > 1)", ")", "This parenthesis closes none.", id="closes none"),
    pytest.param("()", ")", "after the opening parenthesis. Found ')'.", id="nothing in parentheses"),
    pytest.param("(metrics.a > 1 x", "x", "Expected AND, OR or a closing parenthesis.", id="in parentheses"),
    pytest.param("[metrics.a] > 1", "[metrics.a] > 1", "Did you mean 'metrics'", id="brackets"),
]


@pytest.mark.parametrize(("text", "rest", "expected"), CASES)
def test_the_place_is_shown_with_what_belongs_there(text: str, rest: str, expected: str) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, RUNS)

    error = caught.value
    assert error.text == text
    assert text[error.position :] == rest
    assert expected in error.expected


@pytest.mark.parametrize(("text", "rest", "expected"), CASES)
def test_a_sentence_is_whole_and_in_the_words_of_the_user(text: str, rest: str, expected: str) -> None:
    del rest, expected

    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, RUNS)

    sentence = caught.value.expected
    assert sentence[0].isupper()
    assert sentence[-1] in ".?"
    for terminal in ("WORD", "NUMBER", "SINGLE", "DOUBLE", "BACKTICKS", "LPAR", "RPAR", "COMMA", "$END", "Token"):
        assert terminal not in sentence


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("metrics.a > 1", 0, "Experiments have no metrics. Expected attributes or tags before the first dot."),
        ("run_id = 'x'", 0, "The attribute keys are name, experiment_id, creation_time and last_update_time."),
        ("status = 'x'", 0, "Write tags.status for what was logged under this name."),
        ("name > 'x'", 5, "Invalid comparator '>' for attribute 'name'"),
        ("creation_time = 'x'", 16, "milliseconds since the epoch"),
        ("'x' = name", 0, "name LIKE 'vision%'"),
        ("run.name = 'x'", 0, "Experiments have no run."),
    ],
)
def test_filters_of_experiments(text: str, position: int, expected: str) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, EXPERIMENTS)

    assert caught.value.position == position
    assert expected in caught.value.expected


def test_the_message_marks_the_place() -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter("metrics.a > 1 AND\nparams.b == 'x'", RUNS)

    _, line, mark = str(caught.value).split("\n")
    assert line == "  metrics.a > 1 AND params.b == 'x'"
    assert line[mark.index("^")] == "="
    assert mark.strip() == "^"


def test_the_message_shows_a_part_of_a_long_filter() -> None:
    text = " OR ".join(f"params.a = '{i}'" for i in range(1000)) + " OR params.b == 'x' OR " + "params.a = 'x' OR " * 9

    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, RUNS)

    _, line, mark = str(caught.value).split("\n")
    assert len(line) < 130
    assert line.startswith("  …")
    assert line.endswith("…")
    assert line[mark.index("^") :].startswith("== 'x'")


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter("metrics.\x1b[31mred > 1 \x07 \ud800", RUNS)

    assert str(caught.value).replace("\n", "").isprintable()


def test_the_error_survives_a_process_boundary() -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter("metrics.a == 1", RUNS)

    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (copy.text, copy.position, copy.expected) == ("metrics.a == 1", 10, caught.value.expected)


@pytest.mark.parametrize("thing", [5, 1.5, b"metrics.a > 1", ["metrics.a > 1"], {"a": 1}, True])
def test_what_is_no_text_is_refused(thing: object) -> None:
    with pytest.raises(UnsupportedValueError, match="a filter is a string"):
        parse_filter(thing, RUNS)  # type: ignore[arg-type]


def test_a_filter_beyond_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        parse_filter("metrics.a > 1" + " " * 100_000, RUNS)


def test_a_list_beyond_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        parse_filter(f"metrics.a IN ({','.join(['1'] * 10_001)})", RUNS)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("metrics.a > 1 ORDER BY metrics.a", "order_by="),
        ("(metrics.a > 1 order by x)", "order_by="),
        ("metrics.a > 1 LIMIT 5", "max_results="),
    ],
)
def test_what_sql_has_behind_its_conditions_is_an_argument_here(text: str, hint: str) -> None:
    with pytest.raises(InvalidFilterError, match=hint):
        parse_filter(text, RUNS)
