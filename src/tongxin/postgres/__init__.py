"""PostgreSQL below Django: where the server is, and how it is started when nobody else runs one.

`DATABASE_URL` names a server that somebody else looks after. Without it each home has its own: `running(home)` keeps
it alive while any process of the home needs it (docs/adr, design.md §5).
"""

from tongxin.postgres.address import django_settings, is_embedded
from tongxin.postgres.home import default_home, private
from tongxin.postgres.server import Server, running

__all__ = ["Server", "default_home", "django_settings", "is_embedded", "private", "running"]
