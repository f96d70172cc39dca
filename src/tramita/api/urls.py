"""Where the API is: `/api/v1` (INTERFACES section 5)."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from tramita.api.app import api
from tramita.api.problems import nothing_here, problem


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """A path that no call has."""
    return problem(nothing_here())


urlpatterns = [
    path("v1/", api.urls),
    re_path("", unknown),
]
