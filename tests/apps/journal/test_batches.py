"""The fast way to PostgreSQL: what goes in comes out, and Django's transaction holds."""

from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongxin.postgres import batches
from tongxin.rules.permissions import Role

pytestmark = pytest.mark.django_db

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
times = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
once_per_test = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.mark.slow
@once_per_test
@given(
    st.lists(
        st.tuples(
            st.none() | texts,
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.binary(),
            st.none() | times,
            st.none() | st.booleans(),
        ),
        min_size=1,
    )
)
def test_arrays_come_back_as_they_went(rows):
    columns = [list(column) for column in zip(*rows, strict=True)]

    back = batches.run(
        "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[], %s::timestamptz[], %s::boolean[])", columns
    )

    assert back == rows


class Old(str, Enum):  # noqa: UP042 — the kind whose str() is not its value
    ONE = "one"


def test_enums_travel_as_their_values_and_json_comes_back_decoded():
    ((roles, data),) = batches.run("SELECT %s::text[], %s::jsonb", ([Role.HANDLER, Old.ONE], '{"a": [1]}'))

    assert roles == ["handler", "one"]
    assert data == {"a": [1]}


def test_what_has_no_way_into_an_array_is_refused():
    with pytest.raises(TypeError, match="timedelta"):
        batches.run("SELECT %s::interval[]", ([timedelta(1)],))


def test_a_statement_is_prepared_once_whatever_the_size_of_its_numbers():
    for number in (1, 2**20, 2**40):
        batches.run("SELECT 'prepared once', %s::bigint[], %s", ([number], number))

    ((prepared,),) = batches.run(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%prepared once%%$2'"
    )
    assert prepared == 1


def test_errors_are_djangos_and_a_broken_transaction_stays_broken():
    with pytest.raises(DataError), transaction.atomic():
        batches.run("SELECT 1 / 0")

    for use in (
        lambda: batches.run("SELECT 1"),
        lambda: list(batches.stream("SELECT 1")),
        lambda: batches.copy_rows("journal_delivery", ["id"], []),
    ):
        with pytest.raises(TransactionManagementError), transaction.atomic():
            transaction.set_rollback(True)
            use()


def test_a_pipeline_gives_each_statement_its_rows_and_its_error_at_the_end():
    with batches.pipeline():
        first = batches.send("SELECT 1")
        second = batches.send("SELECT 2")

    assert (first.fetchall(), second.fetchall()) == ([(1,)], [(2,)])
    with pytest.raises(IntegrityError), transaction.atomic(), batches.pipeline():
        batches.send("INSERT INTO journal_delivery (entry_id) VALUES (1)")
        batches.send("SELECT 3")


def test_statements_and_copies_are_counted(django_assert_num_queries):
    with django_assert_num_queries(4) as counted, batches.pipeline():
        batches.send("SELECT 1")
        batches.send("SELECT 2")
        batches.run("SELECT 3")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 4")

    assert counted.captured_queries[0]["sql"] == "SELECT 1"
    batches.run("CREATE TEMPORARY TABLE pile (number int, words text)")
    with django_assert_num_queries(1):
        batches.copy_rows("pile", ["number", "words"], [(1, "x"), (None, None)])


@pytest.mark.slow
@once_per_test
@given(
    st.lists(
        st.tuples(
            st.none() | texts,
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.binary(),
            st.none() | times,
            st.none() | st.booleans(),
            st.none() | st.dates(),
            st.none() | st.floats(allow_nan=False),
            st.none() | st.lists(st.none() | texts),
        ),
    )
)
def test_copied_rows_come_back_as_they_went(rows):
    columns = ["words", "number", "raw", "made_at", "yes", "made_on", "share", "list"]
    types = ["text", "bigint", "bytea", "timestamptz", "boolean", "date", "float8", "text[]"]
    batches.run("DROP TABLE IF EXISTS pile")
    batches.run(f"CREATE TEMPORARY TABLE pile ({', '.join(map(' '.join, zip(columns, types, strict=True)))})")

    batches.copy_rows("pile", columns, rows)

    assert batches.run("SELECT * FROM pile") == rows


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_copies_of_any_length_are_whole(count):
    batches.run("CREATE TEMPORARY TABLE pile (number int)")

    batches.copy_rows("pile", ["number"], ((nth,) for nth in range(count)))

    assert batches.run("SELECT count(*), coalesce(max(number), -1) FROM pile") == [(count, count - 1)]


def test_a_large_query_streams_from_one_snapshot():
    numbers = batches.stream("SELECT * FROM generate_series(1, %s)", (12,), size=5)

    assert [number for (number,) in numbers] == list(range(1, 13))
