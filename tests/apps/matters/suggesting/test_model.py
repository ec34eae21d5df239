"""The guesser: what it says, by which words, when it keeps silent, and that its archive is all it needs."""

import io
import zipfile

import numpy as np
import pytest

from tongxin.apps.matters.suggesting.fitting import fit
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.model import Guesser, marked
from tongxin.rules.likeness import Bounds

LAMP, REFUSE, DOG = "D02", "C02", "C23"
TOLD = {
    LAMP: ["这条巷子的路灯坏了快半个月", "路灯不亮，晚上黑漆漆的", "灯杆上的路灯一直闪"],
    REFUSE: ["巷口垃圾好几天没人收", "垃圾堆了一地，味道很大", "河边倒了好几袋垃圾"],
    DOG: ["两条狗没拴绳子追人", "流浪狗晚上叫个不停", "遛狗不牵绳"],
}
LINES = [(code, folded(text)) for code, texts in TOLD.items() for text in texts * 10]


@pytest.fixture(scope="module")
def guesser() -> Guesser:
    return fit(LINES, [])


def test_the_likeliest_comes_first_with_words_that_stand_in_the_text(guesser):
    text = "您好，我们村的路灯三天没亮了"

    first = guesser.guess(folded(text))[0]

    assert first.code == LAMP
    assert "路灯" in "".join(marked(text, first.spans))
    assert all(0 <= start < end <= len(text) for start, end in first.spans)
    assert len(first.spans) <= 3


def test_a_text_of_unheard_of_words_is_left_alone(guesser):
    assert guesser.guess(folded("股票今天涨了")) == []
    assert guesser.guess("") == []


def test_unheard_of_words_make_a_guess_less_sure(guesser):
    short, long = folded("路灯不亮"), folded("路灯不亮，请问明年高考成绩什么时候公布出来呢")

    assert guesser.shares(short).max() > guesser.shares(long).max()


def test_what_is_shown_is_as_sure_as_its_bound_asks(guesser):
    strict = Guesser(**{**vars_of(guesser), "bounds": Bounds(0.999, 0.9995, 0.9999)})

    assert strict.guess(folded("路灯不亮")) == []


def test_templates_that_are_gone_are_not_suggested(guesser):
    assert LAMP not in [guess.code for guess in guesser.guess(folded("路灯不亮"), among=frozenset({REFUSE, DOG}))]


def test_the_archive_holds_numbers_and_grams_and_guesses_alike(guesser):
    archive = guesser.archived()

    again = Guesser.of(archive)

    for _, text in LINES:
        assert np.allclose(again.shares(text), guesser.shares(text), atol=1e-3)
    assert again.learnt == guesser.learnt == {LAMP: 30, REFUSE: 30, DOG: 30}
    assert again.bounds == guesser.bounds
    assert all(name.endswith(".npy") for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())


def test_an_archive_with_objects_in_it_is_not_opened():
    file = io.BytesIO()
    np.savez(file, codes=np.array([{"a": 1}], dtype=object))

    with pytest.raises(ValueError, match="allow_pickle"):
        Guesser.of(file.getvalue())


def vars_of(guesser: Guesser) -> dict:
    return {name: getattr(guesser, name) for name in guesser.__dataclass_fields__}
