"""Laws of a brand's colors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.errors import Invalid
from tongxin.rules.palettes import LEAST, contrast, palette

hues = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(hues)
def test_every_brand_that_is_taken_can_be_read(hue):
    try:
        shades = palette(hue)
    except Invalid:
        return

    assert min(contrast(shades.main, "#ffffff"), contrast(shades.main, shades.soft)) >= LEAST
    assert contrast(shades.deep, "#ffffff") >= contrast(shades.main, "#ffffff")


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's own border case


@pytest.mark.parametrize("hue", ["#ffd400", "#777777", "red", "#12345", "#1F4F7B"])
def test_pale_and_unreadable_colors_are_refused(hue):
    with pytest.raises(Invalid):
        palette(hue)
