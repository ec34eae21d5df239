"""The book of settings: what an edition says, what it may not say, and that it is read back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.deadlines import LIMITS, Clock, Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.rulebook import BOUNDS, DEFAULT, content_of, plain, put, read, setting, settings
from tongxin.rules.working_time import Limit, Unit

LIMIT_PATHS = [path for path, value in settings(DEFAULT).items() if isinstance(value, Limit)]

limits = st.builds(Limit, st.integers(1, 9999), st.sampled_from(Unit)).map(str)
ratings = st.lists(st.sampled_from(["satisfied", "fairly"]), min_size=1, unique=True)
one_setting = st.one_of(
    st.tuples(st.sampled_from(LIMIT_PATHS), limits),
    st.sampled_from(sorted(BOUNDS)).flatmap(lambda path: st.tuples(st.just(path), st.integers(*BOUNDS[path]))),
    st.tuples(st.just("formulas.satisfied"), ratings),
)


def content_with(written: list[tuple[str, object]]) -> dict[str, object]:
    """Return the content in which these settings are written."""
    content: dict[str, object] = {}
    for path, value in written:
        put(content, path, value)
    return content


contents = st.lists(one_setting, max_size=8).map(content_with)  # any that the book allows


def test_an_empty_content_is_the_default_book():
    assert read({}) == DEFAULT
    assert content_of(DEFAULT) == {}


def test_the_default_book_says_what_the_field_says():
    assert DEFAULT.limit(Clock.ACCEPT, Urgency.URGENT) == Limit.parse("5m")
    assert DEFAULT.levels["G"] == Limit.parse("24h")
    assert DEFAULT.whistle_limits["hard"] == Limit.parse("5wd")
    assert (DEFAULT.extensions.most, DEFAULT.holds.days, DEFAULT.households) == (2, 60, 5)
    assert set(Clock) == set(LIMITS) == set(DEFAULT.limits)


@given(contents)
def test_an_edition_is_read_back_as_it_was_written(content):
    book = read(content, number=7)

    again = read(content_of(book), number=7)

    assert again == book
    assert book.number == 7


@given(contents)
def test_only_what_is_written_differs_from_the_defaults(content):
    changed, standing = settings(read(content)), settings(DEFAULT)

    differing = {path for path in changed if changed[path] != standing[path]}

    assert differing <= {path for path in settings(DEFAULT) if _is_written(content, path)}
    assert changed.keys() == standing.keys()


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({"limits": {"accept": {"N": "soon"}}}, "rulebook.no_limit", "limits.accept.N"),
        ({"limits": {"accept": {"N": "0wd"}}}, "rulebook.no_limit", "limits.accept.N"),
        ({"limits": {"accept": {"X": "3wd"}}}, "rulebook.unknown", "limits.accept.X"),
        ({"limits": {"tea": {"N": "3wd"}}}, "rulebook.unknown", "limits.tea.N"),
        ({"limits": "3wd"}, "rulebook.unknown", "limits"),
        ({"extensions": {"most": 3}}, "rulebook.out_of_bounds", "extensions.most"),
        ({"holds": {"days": 61}}, "rulebook.out_of_bounds", "holds.days"),
        ({"triggers": {"returns": True}}, "rulebook.out_of_bounds", "triggers.returns"),
        ({"households": "5"}, "rulebook.out_of_bounds", "households"),
        ({"formulas": {"satisfied": []}}, "rulebook.no_list", "formulas.satisfied"),
        ({"formulas": {"satisfied": ["satisfied", "loved"]}}, "rulebook.no_list", "formulas.satisfied"),
        ({"formulas": {"satisfied": "satisfied"}}, "rulebook.no_list", "formulas.satisfied"),
        ({"formulas": {"counts_unreached": 1}}, "rulebook.no_bool", "formulas.counts_unreached"),
        ({"number": 4}, "rulebook.unknown", "number"),
        ({"tea": 3}, "rulebook.unknown", "tea"),
    ],
)
def test_what_the_book_cannot_say_is_refused_by_its_field(content, code, field):
    with pytest.raises(Invalid) as refusal:
        read(content)

    assert (refusal.value.code, refusal.value.facts["field"]) == (code, field)


def test_every_number_of_the_book_has_bounds_and_stands_within_them():
    numbers = {path: value for path, value in settings(DEFAULT).items() if type(value) is int}

    assert numbers.keys() == BOUNDS.keys()
    assert all(BOUNDS[path][0] <= value <= BOUNDS[path][1] for path, value in numbers.items())


def test_a_setting_is_read_from_what_it_is_written_as():
    for path, value in settings(DEFAULT).items():
        assert setting(path, plain(value)) == value


def _is_written(content: object, path: str) -> bool:
    for name in path.split("."):
        if not isinstance(content, dict) or name not in content:
            return False
        content = content[name]
    return True
