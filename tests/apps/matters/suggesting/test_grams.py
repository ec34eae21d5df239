"""Texts as suggestions see them: folded character by character, no figure kept, nothing read across a gap."""

from hypothesis import given
from hypothesis import strategies as st

from tongxin.apps.matters.suggesting.grams import folded, grams, placed, without


@given(st.text(max_size=200))
def test_a_folded_text_is_as_long_as_the_text_and_folding_it_again_changes_nothing(text):
    plain = folded(text)

    assert len(plain) == len(text)
    assert folded(plain) == plain


@given(st.text(alphabet="垃圾箱a1９ ，。", max_size=40))
def test_every_gram_stands_where_it_is_said_to(text):
    plain = folded(text)

    found = list(placed(plain))

    assert {gram for gram, _ in found} == grams(plain)
    assert all(plain[at : at + len(gram)] == gram and " " not in gram for gram, at in found)


def test_figures_all_read_alike_whatever_their_width():
    assert folded("电话 13812346027") == folded("电话 １５９８８８８００００") == "电话 " + "0" * 11


def test_names_of_places_are_cut_out_without_joining_what_stood_beside_them():
    assert grams(without("在松园社区门口", [(1, 5)])) == {"在", "门", "口", "门口"}


def test_what_is_too_long_is_read_to_its_limit():
    assert len(folded("啊" * 9000)) == 2000
