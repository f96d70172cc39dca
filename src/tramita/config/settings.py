"""Django's settings, made from the environment (`tramita.config.env`); nothing here has an unsafe default."""

from pathlib import Path
from typing import Any

import jinja2
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tramita.config.databases import database
from tramita.config.env import read_env
from tramita.config.logs import logging_config
from tramita.config.static import static_digest, static_folders

ENV = read_env()
SOURCE = Path(__file__).resolve().parent.parent
HTTPS = ENV.base_url.startswith("https://")

# What the floors below may read
TRAMITA_ENV = ENV.env
TRAMITA_DATA_DIR = ENV.data_dir
TRAMITA_BACKUP_DIR = ENV.backup_dir
TRAMITA_STORAGE_URL = ENV.storage
TRAMITA_SMTP_URL = ENV.outgoing
TRAMITA_SMTP_LISTEN = ENV.listener
TRAMITA_SMTP_CERTIFICATE = ENV.mail_certificate
TRAMITA_MAIL_HOOK_SECRET = ENV.mail_hook_secret
TRAMITA_MAILGUN_SIGNING_KEY = ENV.mailgun_signing_key
TRAMITA_MAIL_AUTHORITIES = ENV.authorities
TRAMITA_SCANNER = ENV.scanner
TRAMITA_CALLS_INSIDE = ENV.hosts_inside
TRAMITA_PUSH_INSIDE = ENV.push_services_inside
TRAMITA_SIGN_ON_INSIDE = ENV.providers_inside
TRAMITA_ROBOTS_URL = ENV.robots_url
TRAMITA_ROBOTS_TOKEN = ENV.robots_token
TRAMITA_ROBOTS_EVERY = ENV.robots_interval
TRAMITA_WEBHOOK_ALLOW = ENV.webhook_networks
TRAMITA_SEND_ONLY_TO = ENV.recipients
TRAMITA_NAMESERVERS = ENV.resolvers
TRAMITA_BASE_URL = ENV.base_url
TRAMITA_TIME_TRAVEL = ENV.time_travel
TRAMITA_API_RATE = ENV.api_rate
TRAMITA_AUDIT_VIEWS = ENV.audit_views
TRAMITA_BULK_LIMIT = ENV.bulk_limit

DEBUG = False
SECRET_KEY = ENV.secret()
ALLOWED_HOSTS = ENV.hosts

DATABASES = {"default": database(ENV)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# sign-in limits count here: every process must see the same numbers
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

INSTALLED_APPS = [
    "tramita.apps.TramitaConfig",
    "tramita.ui.apps.UiConfig",
    "tramita.web.apps.WebConfig",
    "tramita.portal.apps.PortalConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "ninja",
]
MIDDLEWARE = [
    "tramita.config.metrics.CountRequests",
    "tramita.ui.compression.Compressed",
    "tramita.api.middleware.ProblemDocuments",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tramita.ui.middleware.KeptText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tramita.ui.middleware.Preferences",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "tramita.config.urls"
APPEND_SLASH = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [SOURCE / "ui" / "templates", SOURCE / "web" / "templates", SOURCE / "portal" / "templates"],
        "OPTIONS": {
            "environment": "tramita.ui.jinja.environment",
            "context_processors": ["tramita.ui.jinja.one_token"],
            "auto_reload": ENV.env == "development",
            "undefined": jinja2.StrictUndefined,
        },
    },
    {  # for the pages of libraries (the API's reference)
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

# People and sign-in
AUTH_USER_MODEL = "tramita.Person"
AUTHENTICATION_BACKENDS = ["tramita.config.accounts.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tramita.config.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies

# Cookies and headers
SESSION_ENGINE = "tramita.config.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [ENV.base_url]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 86_400 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "tramita.ui.views.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Languages and time
LANGUAGES = [
    ("en", _("English")),
    ("pt-br", _("Brazilian Portuguese")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("pl", _("Polish")),
]
LANGUAGE_CODE = ENV.language
LOCALE_PATHS = [SOURCE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV.time_zone

STATIC_URL = f"/static/{static_digest()}/"
STATICFILES_DIRS = static_folders()
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]

LOGGING = logging_config(json_lines=ENV.env == "production")
