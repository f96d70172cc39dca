"""A provider of single sign-on that signs real tokens; what it says can be made wrong on purpose."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "tramita", "a secret: with a colon"
ALGORITHMS = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}


@cache
def first_key(algorithm: str) -> Any:
    """One for all tests: making one takes a while."""
    return new_key(algorithm)


def new_key(algorithm: str) -> Any:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Grant:
    """What a code stands for, once."""

    challenge: str
    back: str
    claims: dict[str, Any]


class Openid(ThreadingHTTPServer):
    """`said` is laid over what it says of itself, `claims` over each token; None takes something away."""

    daemon_threads = True

    def __init__(self, algorithm: str = "RS256") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.algorithm = algorithm
        self.key, self.kid = first_key(algorithm), "1"
        self.signs_with: Any = None  # another key than the one it shows
        self.said: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.user: dict[str, Any] | None = None  # what it tells apart from the token
        self.token = ""  # instead of one of its own
        self.codes: dict[str, Grant] = {}
        self.asked: list[str] = []  # paths

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def rotate(self) -> None:
        """From now on another key signs, and only that is shown."""
        self.key, self.kid = new_key(self.algorithm), f"{self.kid}1"

    def sign_in(self, page: str, **who: Any) -> str:
        """Somebody signs in on the page: where the browser is sent back to, without the host."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert page.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(asked["code_challenge"], asked["redirect_uri"], {"nonce": asked["nonce"], **who})
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': code, 'state': asked['state']})}"

    def configuration(self) -> dict[str, Any]:
        here = self.issuer
        found = {"issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token"}
        found |= {"jwks_uri": f"{here}/keys", "userinfo_endpoint": f"{here}/user"}
        found |= {"end_session_endpoint": f"{here}/out"} | self.said
        return {name: value for name, value in found.items() if value is not None}

    def keys(self) -> dict[str, Any]:
        public = json.loads(ALGORITHMS[self.algorithm].to_jwk(self.key.public_key()))
        unknown = {"kty": "strange", "kid": "0"}
        return {"keys": [unknown, public | {"kid": self.kid, "use": "sig", "alg": self.algorithm}]}

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token for a code: only to the client, with what was promised, and once."""
        kind, _, pair = authorization.partition(" ")
        client, _, secret = base64.b64decode(pair).decode().partition(":") if kind == "Basic" else ("", "", "")
        client, secret = unquote(client) or form.get("client_id", ""), unquote(secret) or form.get("client_secret", "")
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        grant = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or grant.challenge != challenge or grant.back != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "used, or not yours"}
        return 200, {"id_token": self.token or self.signed(grant.claims), "access_token": "an access token"}

    def signed(self, claims: dict[str, Any]) -> str:
        now = int(time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **claims, **self.claims}
        said = {name: value for name, value in said.items() if value is not None}
        key = self.signs_with or self.key
        return jwt.encode(said, key, algorithm=self.algorithm, headers={"kid": self.kid})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Openid

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        if path == "/.well-known/openid-configuration":
            self._say(200, self.server.configuration())
        elif path == "/keys":
            self._say(200, self.server.keys())
        elif path == "/user" and self.headers["Authorization"] == "Bearer an access token":
            self._say(200, self.server.user or {})
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        self._say(*self.server.exchange(form, self.headers.get("Authorization", "")))

    def _say(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is said about it."""


@contextmanager
def serving(algorithm: str = "RS256") -> Iterator[Openid]:
    """It answers until the end of the block."""
    with Openid(algorithm) as openid:
        thread = threading.Thread(target=openid.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield openid
        finally:
            openid.shutdown()
            thread.join()
