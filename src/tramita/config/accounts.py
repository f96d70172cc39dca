"""Signing in: by e-mail and password, and a second factor for who has one; nobody signs up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tramita.models import Person
from tramita.portal import second_step
from tramita.portal.sign_on import way_out
from tramita.queries import definitions, people, sign_on
from tramita.services import second_factor


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Reads who is signed in together with their rights."""

    def get_user(self, user_id: int) -> Person | None:
        """Django asks for them at each page. Cost: one statement."""
        return people.signed_in(int(user_id))


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """The form, a button for each provider of single sign-on, and the desk's policy of privacy (SEC-4)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"providers": sign_on.providers(), "privacy_policy": definitions.settings().privacy_policy}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are made by an administrator or by their mail, never by a form on the internet."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Who has left is answered like a wrong password: nothing tells that the address exists."""
        person: Person | None = super().authenticate(request, **credentials)
        return person if person is not None and person.is_active else None

    def pre_login(self, request: HttpRequest, user: Person, **details: Any) -> HttpResponse | None:
        """Who has a second factor is asked for it before anything is theirs (TO-7)."""
        response: HttpResponse | None = super().pre_login(request, user, **details)
        if response is None and second_factor.is_on(user):
            second_step.remember(request, user, after=details.get("redirect_url") or "")
            return redirect("second-step")
        return response

    def post_login(self, request: HttpRequest, user: Person, **details: Any) -> HttpResponse:
        """A browser that was never theirs is told of (TO-7)."""
        response: HttpResponse = super().post_login(request, user, **details)
        return second_step.known_from_now_on(request, response, user)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Who came by a provider may still be signed in there (TO-7)."""
        return way_out(request) or str(super().get_logout_redirect_url(request))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that opens says enough: no “successfully signed in”."""
