"""`make test`: assets and messages, then everything under tests/ on two workers. The last line is pytest's."""

import os
import subprocess
import sys
import tempfile

ENV = {
    **os.environ,
    "TONGXIN_HOME": os.environ.get("TONGXIN_TEST_HOME") or f"{tempfile.gettempdir()}/tongxin-tests-{os.getuid()}",
    "DJANGO_SETTINGS_MODULE": "tests.settings",
}
BEFORE = (["assets"], ["messages", "--compile"])


def main() -> int:
    for words in BEFORE:
        subprocess.run([sys.executable, "-m", "tongxin", *words], env=ENV, check=True, stdout=subprocess.DEVNULL)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", *sys.argv[1:]], env=ENV
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
