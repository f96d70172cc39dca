"""Signing in: by e-mail and password; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are made by an administrator or by their mail, never by a form on the internet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
