"""指标: both closing rates stand side by side with their denominators, and only of what one may see."""

import csv
import io

import pytest

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter

pytestmark = pytest.mark.django_db


def at(who: str, url: str):
    return visitor(who).get(url)


def rows(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


URL = "/figures/?since=2026-11-01&until=2026-11-30"


def test_both_definitions_stand_side_by_side_with_their_denominators(town):
    a_matter(town, "CLOSED")
    a_matter(town)

    text = at("leader", URL).content.decode()

    assert text.index("结案率（结案 / 上报）") < text.index("结案率（结案 / 应结案）")
    assert "1 / 2" in text
    assert "50.00" in text


def test_the_table_goes_down_the_tree_and_its_parts_can_be_recomputed(town):
    a_matter(town, "CLOSED")

    table = rows(at("leader", f"{URL}&form=csv"))

    heads, whole, county = table[0], table[1], table[2]
    assert heads[2:5] == ["reported", "voided", "refused"]
    assert whole[2] == county[2] == "1"
    assert county[:2] == ["330802", "柯城区"]


def test_a_neighbour_counts_nothing_of_ours(town):
    a_matter(town, "CLOSED")

    table = rows(at("neighbouring_chief", f"{URL}&form=csv&area=3308"))

    assert table[1][2] == "0"


def test_an_empty_period_says_what_to_do_and_a_wrong_one_what_is_wrong(town):
    assert "这段时间没有上报的事项" in at("leader", "/figures/?since=2026-01-01&until=2026-01-02").content.decode()

    refused = at("leader", "/figures/?since=2026-11-30&until=2026-11-01")
    assert refused.status_code == 422
    assert "时段" in refused.content.decode()
