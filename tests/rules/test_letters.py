"""What nobody wrote to us is no letter, something becomes of a letter once, and answers are not tried for ever."""

from datetime import timedelta

import pytest

from tongxin.rules.errors import Refused
from tongxin.rules.letters import TRIES, Ignored, LetterState, ignored_because, pause, settle

OWN, WRITER = "hotline@city.example", "wang@example.com"


@pytest.mark.parametrize(
    ("headers", "sender", "why"),
    [
        ({}, WRITER, None),
        ({"auto-submitted": "no", "precedence": "first-class"}, WRITER, None),
        ({"auto-submitted": "auto-replied (vacation)"}, WRITER, Ignored.AUTO),
        ({"precedence": "auto_reply"}, WRITER, Ignored.AUTO),
        ({"x-autoreply": "yes"}, WRITER, Ignored.AUTO),
        ({"return-path": "<>"}, WRITER, Ignored.BOUNCE),
        ({"content-type": "multipart/report; report-type=delivery-status"}, WRITER, Ignored.BOUNCE),
        ({}, "Mailer-Daemon@example.com", Ignored.BOUNCE),
        ({"auto-submitted": "auto-generated"}, "Hotline@City.example", Ignored.LOOP),
        ({"list-id": "<news.example.com>"}, WRITER, Ignored.BULK),
        ({"precedence": "bulk"}, WRITER, Ignored.BULK),
        ({}, "", None),  # who hides the sender may still have something to say
    ],
)
def test_only_what_a_person_wrote_is_a_letter(headers, sender, why):
    assert ignored_because(headers, sender, OWN) is why


def test_something_becomes_of_a_letter_once():
    settle(LetterState.WAITING)
    for state in set(LetterState) - {LetterState.WAITING}:
        with pytest.raises(Refused):
            settle(state)


def test_an_answer_is_tried_for_a_day_with_ever_longer_pauses_and_then_no_more():
    pauses = [pause(tries) for tries in range(1, TRIES)]

    assert pauses == sorted(pauses)
    assert timedelta(hours=12) < sum(pauses, timedelta()) < timedelta(hours=36)
    assert pause(TRIES) is None
