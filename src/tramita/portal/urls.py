"""The portal's addresses."""

from django.urls import path

from tramita.portal import passwords
from tramita.portal.by_mail import by_mail

urlpatterns = [
    path("approvals/by-mail/<str:key>", by_mail, name="approve-by-mail"),
    path("accounts/password", passwords.forgotten, name="password-forgotten"),
    path("accounts/password/<str:key>", passwords.choose, name="password-choose"),
]
