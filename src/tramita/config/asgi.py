"""The application that a web process serves: static files and pages on one port."""

from collections.abc import MutableMapping
from functools import cache

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from servestatic import ServeStaticASGI

from tramita.config.bridge import Bridge, Receive, Scope, Send
from tramita.config.packed import Packed
from tramita.config.stream import PATH, Stream


class Application:
    """Static files and the stream from the event loop, everything else through the bridge."""

    def __init__(self) -> None:
        self.pages = Bridge(get_wsgi_application())
        self.static = Packed(_static(self.pages))
        self.stream = Stream()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """No lifespan and no websocket: what a process needs is made before it is forked."""
        if scope["path"].startswith(settings.STATIC_URL):
            await self.static(scope, receive, send)
        elif scope["path"] == PATH:
            await self.stream(scope, receive, send)
        else:
            await self.pages(scope, receive, send)


@cache
def application() -> Application:
    """The one of this process, or the one it inherited when it was forked."""
    return Application()


def _static(fallback: Bridge) -> ServeStaticASGI:
    """Kept by browsers for ever, for their address changes with them; while developing looked at each time."""
    developing = settings.TRAMITA_ENV == "development"
    files = ServeStaticASGI(
        fallback,
        autorefresh=developing,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: not developing,
        add_headers_function=_add_headers,
    )
    for folder in reversed(settings.STATICFILES_DIRS):
        files.add_files(folder, settings.STATIC_URL)
    return files


def _add_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
