"""A post box that really listens: Debian's Dovecot, started for one test module, reached by plain IMAP on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from imap_tools import MailBoxUnencrypted

USER, PASSWORD = "letters@12345.example", "a long word & one sign/"
CONF = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/mail
default_internal_user = {inner}
default_login_user = {outer}
default_internal_group = {group}
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@contextmanager
def listening() -> Iterator[str]:
    """Run a post box; yield its address for TONGXIN_IMAP."""
    home = Path(tempfile.mkdtemp(prefix="tx-post-"))
    home.chmod(0o755)
    reader = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    (home / "mail").mkdir()
    os.chown(home / "mail", reader.pw_uid, reader.pw_gid)
    (home / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    port = free_port()
    mine = reader.pw_name if os.geteuid() else ""
    told = {"home": home, "port": port, "uid": reader.pw_uid, "gid": reader.pw_gid}
    told |= {"inner": mine or "dovecot", "outer": mine or "dovenull", "group": mine or "dovecot"}
    (home / "conf").write_text(CONF.format(**told))
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
    server = subprocess.Popen([program, "-F", "-c", str(home / "conf")], stdout=subprocess.DEVNULL)
    try:
        _await(port, home)
        yield f"imap://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/INBOX"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def opened(address: str) -> Iterator[MailBoxUnencrypted]:
    """Open the box as whoever looks into it beside us."""
    port = int(address.rpartition(":")[2].partition("/")[0])
    with MailBoxUnencrypted("127.0.0.1", port).login(USER, PASSWORD.replace(":", "")) as box:
        yield box


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(port: int, home: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError((home / "log").read_text() if (home / "log").exists() else "no log")
