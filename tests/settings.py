"""Settings for the tests: the product's own, with cheap passwords and a throw-away home."""

import os
import tempfile

os.environ.setdefault("TONGXIN_HOME", os.path.join(tempfile.gettempdir(), f"tongxin-tests-{os.getuid()}"))
os.environ.setdefault("TONGXIN_SECRET_KEY", "tests only")

from tongxin.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# each client of a test builds the middleware anew: files are looked for when asked for, not all of them beforehand
WHITENOISE_AUTOREFRESH = True
