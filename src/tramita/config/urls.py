"""Every address of the service."""

from allauth.account import views as account
from django.urls import include, path
from django.views.i18n import set_language

from tramita.config import health
from tramita.config.accounts import SignIn
from tramita.ui import pushing
from tramita.ui import views as ui

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("api/", include("tramita.api.urls")),
    path("", include("tramita.mcp.urls")),
    path("mail/hooks/", include("tramita.mail.urls")),
    path("language", set_language, name="language"),
    path("push-worker.js", pushing.worker, name="push-worker"),
    path("push/subscribe", pushing.subscribe, name="push-subscribe"),
    path("push/unsubscribe", pushing.unsubscribe, name="push-unsubscribe"),
    path("", include("tramita.portal.urls")),
    path("", include("tramita.web.urls")),
    path("manifest.webmanifest", ui.manifest, name="manifest"),
    path("style-<str:digest>.css", ui.style, name="stylesheet"),
]

handler403 = ui.forbidden
handler404 = ui.missing
handler500 = ui.broken
