"""How a program finds out where to ask, and gets its tokens (RFC 8414, RFC 9728, OAuth 2.1, RFC 8707, RFC 7009).

The page where somebody agrees is the portal's, as all pages of signing in are.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tramita.domain.errors import Conflict
from tramita.domain.kept_text import can_be_kept
from tramita.services import tool_access
from tramita.services.tool_access import Tokens
from tramita.ui.bearing import ISSUER, RESOURCE, SCOPE, ours

LONGEST = 2000  # characters of a parameter
KEPT = "max-age=3600"


@require_safe
def resource(request: HttpRequest) -> HttpResponse:
    """What `/mcp` is, and who gives tokens for it (RFC 9728)."""
    return _told(
        {
            "resource": ours(RESOURCE),
            "authorization_servers": [ours(ISSUER)],
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
            "resource_name": "Tramita",
        }
    )


@require_safe
def server(request: HttpRequest) -> HttpResponse:
    """Where to ask for them (RFC 8414)."""
    return _told(
        {
            "issuer": ours(ISSUER),
            "authorization_endpoint": ours("/oauth/authorize"),
            "token_endpoint": ours("/oauth/token"),
            "revocation_endpoint": ours("/oauth/revoke"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": [SCOPE],
            "client_id_metadata_document_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }
    )


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Tokens for a code, or new ones for old. For this one resource only."""
    asked = {name: request.POST.get(name, "") for name in NAMES}
    twice = any(len(request.POST.getlist(name)) > 1 for name in NAMES)  # RFC 6749 section 3.2
    if twice or not all(len(value) <= LONGEST and can_be_kept(value) for value in asked.values()):
        return _refused("invalid_request")
    if asked["resource"] and asked["resource"] != ours(RESOURCE):
        return _refused("invalid_target")
    give = GRANTS.get(asked["grant_type"])
    if give is None:
        return _refused("unsupported_grant_type")
    try:
        tokens = give(asked)
    except Conflict as refused:
        return _refused(refused.code)
    body = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": tokens.seconds,
        "refresh_token": tokens.renewal,
        "scope": SCOPE,
    }
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End an access; the same answer for a token that nobody has."""
    tool_access.revoke(request.POST.get("token", "")[:LONGEST])
    return HttpResponse(headers={"Cache-Control": "no-store"})


NAMES = ("grant_type", "code", "code_verifier", "client_id", "redirect_uri", "refresh_token", "resource")


def _for_code(asked: dict[str, str]) -> Tokens:
    return tool_access.redeem(
        asked["code"],
        verifier=asked["code_verifier"],
        client=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        at=timezone.now(),
    )


def _for_old(asked: dict[str, str]) -> Tokens:
    return tool_access.renew(asked["refresh_token"], client=asked["client_id"], at=timezone.now())


GRANTS = {"authorization_code": _for_code, "refresh_token": _for_old}


def _refused(error: str) -> HttpResponse:
    return JsonResponse({"error": error}, status=400, headers={"Cache-Control": "no-store"})


def _told(body: dict[str, Any]) -> HttpResponse:
    """For browsers of any site too: nothing in it is a secret."""
    return JsonResponse(body, headers={"Cache-Control": KEPT, "Access-Control-Allow-Origin": "*"})
