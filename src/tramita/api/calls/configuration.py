"""The configuration is read and written: `tramita export` and `tramita apply` spoken over HTTP (decision 85)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.schemas.configuration import (
    AppliedOut,
    ConfigurationFileOut,
    ConfigurationIn,
    ConfigurationOut,
    Sections,
)
from tramita.services import configuring
from tramita.services.configuring import File

router = Router(tags=["Configuration"])
NAME = "configuration.yaml"


@router.get("/configuration", response=ConfigurationOut, operation_id="read_configuration")
def read_configuration(request: HttpRequest, wanted: Query[Sections]) -> ConfigurationOut:
    """The configuration as YAML, without secrets; applying it changes nothing."""
    found = configuring.read(wanted.section or (), by=caller(request), at=timezone.now())
    return ConfigurationOut(files=[ConfigurationFileOut(name=NAME, text=found.text)], version=found.version)


@router.post("/configuration/plan", response=AppliedOut, operation_id="plan_configuration")
def plan_configuration(request: HttpRequest, wanted: ConfigurationIn) -> AppliedOut:
    """What applying these files would change. Nothing is changed; 422 names each fault as `FILE:LINE`."""
    return _applied(request, wanted, rehearse=True)


@router.post("/configuration/apply", response=AppliedOut, operation_id="apply_configuration")
def apply_configuration(request: HttpRequest, wanted: ConfigurationIn) -> AppliedOut:
    """Make the configuration equal to these files, all of it or nothing; 422 names each fault as `FILE:LINE`."""
    return _applied(request, wanted, rehearse=False)


def _applied(request: HttpRequest, wanted: ConfigurationIn, *, rehearse: bool) -> AppliedOut:
    files = [File(one.name, one.text) for one in wanted.files]
    by, now = caller(request), timezone.now()
    applied = configuring.apply(files, version=wanted.version, rehearse=rehearse, by=by, at=now)
    return AppliedOut.model_validate(applied)
