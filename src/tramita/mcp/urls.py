"""Where the tools are, `/mcp` (INTERFACES section 5), and where programs ask for access to them."""

from django.urls import path

from tramita.mcp import oauth
from tramita.mcp.endpoint import endpoint

urlpatterns = [
    path("mcp", endpoint, name="mcp"),
    path(".well-known/oauth-protected-resource", oauth.resource),
    path(".well-known/oauth-protected-resource/mcp", oauth.resource, name="tool-resource"),
    path(".well-known/oauth-authorization-server", oauth.server),
    path(".well-known/oauth-authorization-server/oauth", oauth.server, name="tool-server"),
    path("oauth/token", oauth.token, name="tool-token"),
    path("oauth/revoke", oauth.revoke, name="tool-revoke"),
]
