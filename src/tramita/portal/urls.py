"""The portal's addresses (INTERFACES section 7)."""

from django.urls import path

from tramita.portal import (
    approvals,
    asking,
    by_link,
    feedback,
    members,
    notifying,
    passwords,
    requests,
    second_step,
    security,
    settings,
    sign_on,
    substituting,
    tool_access,
)
from tramita.portal.by_mail import by_mail
from tramita.ui import addresses  # noqa: F401 - it makes `<row:number>` known

urlpatterns = [
    path("approvals/by-mail/<str:key>", by_mail, name="approve-by-mail"),
    path("accounts/link", by_link.ask, name="link-asked"),
    path("accounts/link/<str:key>", by_link.enter, name="link-enter"),
    path("accounts/code", second_step.ask, name="second-step"),
    path("accounts/sign-on/<str:key>", sign_on.begin, name="sign-on"),
    path("accounts/sign-on/<str:key>/back", sign_on.back, name="sign-on-back"),
    path("accounts/sign-on/<str:key>/out", sign_on.signed_out, name="signed-out"),
    path("accounts/sign-on/<str:key>/leave", sign_on.leave, name="sign-on-leave"),
    path("accounts/security", security.security, name="security"),
    path("accounts/security/programs/<row:number>/remove", tool_access.take_back, name="tool-access-removed"),
    path("oauth/authorize", tool_access.authorize, name="tool-access"),
    path("accounts/password", passwords.forgotten, name="password-forgotten"),
    path("accounts/password/<str:key>", passwords.choose, name="password-choose"),
    path("portal", requests.home, name="portal"),
    path("portal/new", asking.listed, name="portal-new"),
    path("portal/new/<path:service>", asking.form, name="portal-new-form"),
    path("portal/requests/<str:reference>", requests.one, name="portal-request"),
    path("portal/requests/<str:reference>/feedback", requests.feedback, name="portal-feedback"),
    path("feedback/by-mail/<str:key>", feedback.by_mail, name="feedback-by-mail"),
    path("portal/files/<row:number>", requests.file, name="portal-file"),
    path("portal/notifications", notifying.notifications, name="portal-notifications"),
    path("portal/members", members.listed, name="portal-members"),
    path("portal/members/<row:number>", members.appoint, name="portal-appoint"),
    path("portal/settings", settings.settings, name="portal-settings"),
    path("portal/substitute", substituting.substitute, name="portal-substitute"),
    path("portal/approvals", approvals.listed, name="portal-approvals"),
    path("portal/approvals/<row:number>", approvals.one, name="portal-approval"),
]
