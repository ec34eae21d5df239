"""What frames every page of the desk: the post, its work, its clock. Filled by the door, drawn by `look/desk.html`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the navigation.

    `count` is what waits there, `new` how much of it is unread; `is_hot` says that something in it is overdue.
    """

    label: str
    url: str
    icon: str
    count: str = ""
    is_hot: bool = False
    is_current: bool = False
    new: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A titled handful of lines."""

    title: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class PostChoice:
    """One post the person may sit at: `title` is the area or house, `detail` the unit and the role."""

    value: str
    title: str
    detail: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A line of the menu under the person's initial. `is_post` marks what must be sent as a form (signing out)."""

    label: str
    url: str
    icon: str
    is_post: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of one desk page.

    `now` is the moment the page was made; `is_working` tells whether working clocks run then.
    `find_url` answers the palette that Ctrl+K opens; without one there is none.
    `home` maps the letters of the keyboard's `G` prefix (q, m, b) to addresses.
    """

    nav: tuple[NavGroup, ...]
    posts: tuple[PostChoice, ...]
    now: datetime
    is_working: bool
    person: str
    search_url: str
    switch_url: str
    find_url: str = ""
    menu: tuple[MenuLink, ...] = ()
    bell_url: str = ""
    unread: int = 0
    query: str = ""
    keys_q: str = ""
    keys_m: str = ""
    keys_b: str = ""

    @property
    def post(self) -> PostChoice | None:
        """The post the person sits at now."""
        return next((choice for choice in self.posts if choice.is_current), None)
