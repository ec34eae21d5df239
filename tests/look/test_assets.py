"""The sprite holds just the icons in use, and says which name does not exist."""

import gzip
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tongxin.look import icons
from tongxin.look.management.commands import assets
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import Act, State, steps_from


def parts(settings):
    return Path(settings.ROOT) / "node_modules"


def test_a_second_build_changes_nothing():
    before = {file: file.stat().st_mtime_ns for file in assets.BUILT.iterdir()}

    call_command("assets", verbosity=0)

    assert {file: file.stat().st_mtime_ns for file in assets.BUILT.iterdir()} == before


def test_what_is_sent_packed_is_what_lies_beside_it_also_after_it_was_changed(tmp_path):
    sheet = tmp_path / "look.css"
    sheet.write_text("a { color: red; }" * 90)
    assets.pack(sheet)

    sheet.write_text("a { color: blue; }" * 90)
    assets.pack(sheet)

    packed = tmp_path / "look.css.gz"
    assert gzip.decompress(packed.read_bytes()) == sheet.read_bytes()
    assert packed.stat().st_size < sheet.stat().st_size / 10


def test_names_are_found_wherever_an_icon_is_named(tmp_path):
    page = tmp_path / "jinja2" / "page.html"
    page.parent.mkdir()
    page.write_text("""{{ icon("send") }} {{ kit.act("x", icon_name='signature') }} {"icon": "bolt"}""")
    (tmp_path / "door.py").write_text('NavItem("x", "/", icon="map-2")')

    assert {"send", "signature", "bolt", "map-2"} <= set(assets.names_in_use(tmp_path))


def test_a_name_that_does_not_exist_is_named(settings):
    with pytest.raises(CommandError, match="paper-plain"):
        assets.sprite(["send", "paper-plain"], parts(settings))


def test_without_node_modules_it_says_what_to_run(settings, tmp_path):
    settings.ROOT = tmp_path

    with pytest.raises(CommandError, match="npm ci"):
        call_command("assets")


def test_outline_and_filled_icons_keep_their_paint(settings):
    drawn = assets.sprite(["send", "circle-check-filled"], parts(settings))

    assert '<symbol id="send" viewBox="0 0 24 24" fill="none" stroke="currentColor"' in drawn
    assert '<symbol id="circle-check-filled" viewBox="0 0 24 24" fill="currentColor" stroke="none">' in drawn
    assert "M0 0h24v24H0z" not in drawn


def test_every_act_and_every_lamp_has_an_icon():
    assert set(Act) == set(icons.ACTS)
    assert set(Lamp) <= set(icons.LAMPS)


def test_no_two_acts_that_one_state_knows_share_a_key():
    for state in State:
        keys = [icons.KEYS[step.act] for step in steps_from(state) if step.act in icons.KEYS]
        assert len(set(keys)) == len(keys), state
