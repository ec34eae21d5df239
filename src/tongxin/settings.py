"""Settings: everything that differs from house to house comes from the environment, the rest stands here."""

import os
import secrets
from pathlib import Path

from tongxin import postgres

SOURCE = Path(__file__).resolve().parent
ROOT = SOURCE.parents[1]
HOME = Path(os.environ.get("TONGXIN_HOME") or ROOT / "var").resolve()
DEMO = os.environ.get("TONGXIN_DEMO") == "1"
DEBUG = os.environ.get("TONGXIN_DEBUG") == "1"


def _secret_key() -> str:
    """Return the key of this house: from the environment, else made once and kept in its private home."""
    if key := os.environ.get("TONGXIN_SECRET_KEY"):
        return key
    kept = postgres.private(HOME) / "secret-key"
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as fresh:
            fresh.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("TONGXIN_HOSTS", "*" if DEMO else "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TONGXIN_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "tongxin.apps.journal",
    "tongxin.apps.areas",
    "tongxin.apps.people",
    "tongxin.apps.matters",
    "tongxin.look",
    "tongxin.interfaces.desk",
    "tongxin.interfaces.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "tongxin.urls"
WSGI_APPLICATION = "tongxin.wsgi.application"

DATABASES = {"default": postgres.django_settings(os.environ, HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

EVIDENCE_ROOT = HOME / "evidence"
EVIDENCE_LIMIT_MB = 20
