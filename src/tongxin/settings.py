"""Settings: everything that differs from house to house comes from the environment, the rest stands here."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tongxin import postgres
from tongxin.rules.working_time import Limit

SOURCE = Path(__file__).resolve().parent
ROOT = SOURCE.parents[1]
HOME = Path(os.environ.get("TONGXIN_HOME") or postgres.default_home(ROOT)).absolute()
DEMO = os.environ.get("TONGXIN_DEMO") == "1"
DEBUG = os.environ.get("TONGXIN_DEBUG") == "1"


def _secret_key() -> str:
    """Return the key of this house: from the environment, else made once and kept in its private home."""
    if key := os.environ.get("TONGXIN_SECRET_KEY"):
        return key
    kept = postgres.private(HOME) / "secret-key"
    if not kept.exists():
        fresh = kept.with_suffix(f".{os.getpid()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, kept)  # whole or not at all, and the first of several processes wins
        fresh.unlink()
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
    "tongxin.apps.devices",
    "tongxin.apps.hotline",
    "tongxin.apps.alarms",
    "tongxin.apps.patrols",
    "tongxin.apps.publicity",
    "tongxin.apps.insight",
    "tongxin.apps.notify",
    "tongxin.look",
    "tongxin.interfaces.desk",
    "tongxin.interfaces.field",
    "tongxin.interfaces.portal",
    "tongxin.interfaces.api",
    "tongxin.interfaces.console",
]

MIDDLEWARE = [
    "tongxin.interfaces.api.middleware.Door",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongxin.guard.sessions.Sessions",
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
    "tongxin.interfaces.desk.middleware.Acting",
    "tongxin.interfaces.desk.middleware.SignedIn",
    "tongxin.interfaces.desk.middleware.Refusing",
]

ROOT_URLCONF = "tongxin.urls"
WSGI_APPLICATION = "tongxin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "tongxin.look.jinja.environment"},
    },
    {  # for third-party apps only: allauth's pages
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "look" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": postgres.django_settings(os.environ, HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tongxin.interfaces.desk.signing_in.StaffOnly"
ACCOUNT_FORMS = {
    "login": "tongxin.interfaces.desk.signing_in.SignIn",
    "reauthenticate": "tongxin.interfaces.desk.signing_in.Again",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {  # axes counts sign-ins; two counters of the same thing would disagree
    "login": None,
    "login_failed": None,
    "reauthenticate": "10/h/user",  # a found phone's session must not be a place to try passwords at
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tongxin"
SECOND_FACTOR_REQUIRED = not DEMO

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_ENGINE = "tongxin.guard.sessions"  # one truth for all processes, at no statement a page
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
PROXIES = int(os.environ.get("TONGXIN_PROXIES", "0"))  # how many of our own proxies stand before the door
BEHIND_TLS = os.environ.get("TONGXIN_TLS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],  # map and charts place their parts by style attributes
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

EVIDENCE_ROOT = HOME / "evidence"
EVIDENCE_LIMIT_MB = 20
LOCATOR_REACH_METRES = 200.0  # how far outside every grid a point still finds the nearest one

STAND_IN_WITHIN = "line"  # who may stand in for a post: "unit", its own; "line", also those above on the command line
CONTACT_DAYS = int(os.environ.get("TONGXIN_CONTACT_DAYS", "180"))  # a contact is kept so long after its matter ended
EMERGENCY_CONTACT_DAYS = 30  # of a matter kept for a rescue only (domain.md §4 H12)
POLICE_CONTACT_DAYS = int(os.environ.get("TONGXIN_POLICE_CONTACT_DAYS", "30"))  # of an incident the police handed over
ALARM_ACKNOWLEDGE = Limit.parse(os.environ.get("TONGXIN_ALARM_ACKNOWLEDGE", "30wm"))  # of each push of one
HOTLINE_NUMBER_HOURS = 24  # how long a caller's number is kept, sealed, after the call
HOTLINE_DRAFT_DAYS = 3  # how long an unfinished draft of a call is kept
LETTER_BOX = os.environ.get("TONGXIN_IMAP", "")  # imaps://user:password@host:993/INBOX, imap+tls://…; none: no letters
LETTER_UNIT = os.environ.get("TONGXIN_IMAP_UNIT", "")  # code of the unit that answers them; empty: the first hotline
LETTER_DAYS = int(os.environ.get("TONGXIN_LETTER_DAYS", "30"))  # what a settled letter said is kept so long
CTI_SECONDS = 2.0  # how long the switchboard is waited for

UNSEAL_HOURS = 2  # how long a sealed matter stays open whose glass was broken
UNSEAL_A_DAY = 5  # how many of them a post may open on one day

OPEN311_JURISDICTION = os.environ.get("TONGXIN_JURISDICTION", "")  # empty: the host's name or the city's code
OPEN311_CONTACT = os.environ.get("TONGXIN_CONTACT", "12345 政务服务便民热线")  # whom integrators ask
# who is told what, by which medium
PUBLIC_URL = os.environ.get("TONGXIN_URL", "").rstrip("/")  # where residents and programs find this house
QUIET_HOURS = os.environ.get("TONGXIN_QUIET_HOURS", "21:30-07:30")
SMS_GATEWAY = os.environ.get("TONGXIN_SMS_GATEWAY", "")  # the address of a gateway; none: no short messages
SMS_SECRET = os.environ.get("TONGXIN_SMS_SECRET", "")
SMS_SIGN = os.environ.get("TONGXIN_SMS_SIGN", "同心")
ROBOT_HOSTS = os.environ.get("TONGXIN_ROBOT_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com").split(",")
# webhooks to this very machine: to try them out, as a demonstration does with the simulators
OUTWARD_LOOPBACK = os.environ.get("TONGXIN_OUTWARD_LOOPBACK", "1" if DEMO else "") == "1"
_mail = urlsplit(os.environ.get("TONGXIN_SMTP", ""))  # smtp://user:password@host:587, smtps://… for TLS from the start
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("TONGXIN_MAIL_FROM", "tongxin@localhost")

THREADS = 4  # requests a web process handles at once; those that wait, or come in slowly, take none
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
LOGGING_CONFIG = None
