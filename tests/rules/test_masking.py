"""Nobody is recognized by what is shown: names, telephones, and the numbers people write into their words."""

import pytest

from tongxin.rules.masking import masked_name, masked_phone, masked_text


def test_a_name_keeps_its_first_character_and_a_telephone_its_ends():
    assert masked_name("王女士") == "王*"
    assert masked_phone("138 1234 6027") == "138****6027"
    assert masked_phone("+86 138 1234 6027") == masked_phone("008613812346027") == "138****6027"
    assert masked_phone("6027") == "****"
    assert masked_name("") == masked_phone("") == ""


@pytest.mark.parametrize(
    "told",
    ["13812346027", "138-1234-6027", "+86 138 1234 6027", "0570-3051234", "330802199001011234", "33080219900101123X"],
)
def test_numbers_of_persons_are_hidden_in_free_words(told):
    shown = masked_text(f"请打{told}找王女士。")

    assert "****" in shown
    assert told not in shown
    assert shown.startswith("请打") and shown.endswith("找王女士。")


@pytest.mark.parametrize(
    "told", ["KC261120-0417", "灯杆 3308021234 号", "长 120 米，2026-11-20 15:42", "138123460271", ""]
)
def test_numbers_of_things_stay(told):
    assert masked_text(told) == told
