"""The home is private or it is refused; outside it no permission ever changes."""

import os
import stat
from pathlib import Path

import pytest

from tongxin.postgres import default_home, private
from tongxin.rules.errors import Refused


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_closed_to_everybody_else(open_folder):
    made = private(open_folder / "new" / "home")

    assert mode(made) == 0o700
    assert mode(open_folder) == 0o755


def test_an_empty_folder_that_stood_open_is_closed(open_folder):
    home = open_folder / "home"
    home.mkdir()
    home.chmod(0o777)

    private(home)

    assert mode(home) == 0o700


def test_our_own_home_is_closed_again_after_somebody_opened_it(open_folder):
    home = private(open_folder / "home")
    (home / "secret-key").write_text("s")
    home.chmod(0o755)

    private(home)

    assert mode(home) == 0o700


def test_entering_a_private_home_changes_nothing(open_folder):
    home = private(open_folder / "home")
    (home / "anything").touch()
    before = home.stat()

    private(home)

    assert home.stat() == before


def test_an_open_folder_with_other_peoples_things_is_refused_and_stays_open(open_folder):
    (open_folder / "thesis.odt").touch()

    with pytest.raises(Refused, match=r"home\.not_empty"):
        private(open_folder)

    assert mode(open_folder) == 0o755


@pytest.mark.parametrize("named", ["/", "/tmp", "/etc", "/usr/lib"])
def test_a_folder_of_the_machine_is_refused_and_stays_as_it_is(named):
    before = os.stat(named)

    with pytest.raises(Refused, match=r"home\."):
        private(Path(named))

    assert os.stat(named)[:6] == before[:6]


def test_a_file_in_its_place_is_refused(open_folder):
    (open_folder / "home").write_text("a file")

    for home in (open_folder / "home", open_folder / "home" / "below"):
        with pytest.raises(Refused, match=r"home\.not_a_folder"):
            private(home)


def test_a_link_in_its_place_is_refused_and_its_target_left_alone(open_folder):
    target = open_folder / "target"
    target.mkdir(mode=0o755)
    (open_folder / "home").symlink_to(target)

    with pytest.raises(Refused, match=r"home\.not_a_folder"):
        private(open_folder / "home")

    assert mode(target) == 0o755


def test_a_home_below_a_folder_where_anybody_may_exchange_it_is_refused_and_not_made(open_folder):
    open_folder.chmod(0o777)

    with pytest.raises(Refused, match=r"home\.open_parent"):
        private(open_folder / "home")

    assert not (open_folder / "home").exists()
    assert mode(open_folder) == 0o777


def test_somebody_elses_home_is_refused(open_folder, stranger):
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, stranger, -1)

    with pytest.raises(Refused, match=r"home\.not_owned"):
        private(home)

    assert home.stat().st_uid == stranger
    assert mode(home) == 0o700


def test_a_home_that_cannot_be_made_is_refused_with_the_reason():
    with pytest.raises(Refused, match=r"home\.not_writable"):
        private(Path("/proc/tongxin"))


def test_a_home_that_cannot_be_written_is_refused(open_folder, visit, stranger):
    os.chown(open_folder, stranger, -1)
    open_folder.chmod(0o555)

    visitor = visit(open_folder / "home", uid=stranger)

    assert visitor.heard()[:2] == ["refused", "home.not_writable"]
    assert mode(open_folder) == 0o555


def test_without_a_name_the_home_is_beside_the_source(open_folder):
    assert default_home(open_folder) == open_folder.resolve() / "var"


def test_below_roots_closed_folder_the_home_moves_to_where_the_database_can_live(open_folder, stranger):
    source = open_folder / "closed" / "tongxin"
    source.mkdir(parents=True)
    source.parent.chmod(0o700)

    assert default_home(source).parent == Path("/var/lib/tongxin")
    assert default_home(source) != default_home(source.parent)
