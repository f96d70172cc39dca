"""The addresses at which providers hand in mail."""

from django.urls import path

from tramita.mail.hooks import hook

urlpatterns = [path("<slug:provider>", hook, name="mail_hook"), path("<slug:provider>/", hook)]
