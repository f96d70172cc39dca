"""Where the tools are: `/mcp` (INTERFACES section 5)."""

from django.urls import path

from tramita.mcp.endpoint import endpoint

urlpatterns = [path("mcp", endpoint, name="mcp")]
