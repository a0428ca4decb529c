"""Thin Dataverse Web API client with readable errors."""
from __future__ import annotations

import logging
import ssl
import time

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError, ProxyError, SSLError

log = logging.getLogger(__name__)

HINTS = {
    "CERTIFICATE_VERIFY_FAILED": "the server certificate is not trusted, set REQUESTS_CA_BUNDLE",
    "WRONG_VERSION_NUMBER": "the port does not speak TLS, check the proxy url",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server wants a newer TLS version",
    "UNSUPPORTED_PROTOCOL": "the server is too old for this OpenSSL",
}


class Tls12Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        ctx = ssl.create_default_context()
        ctx.minimum_version = ssl.TLSVersion.TLSv1_2
        kwargs["ssl_context"] = ctx
        return super().init_poolmanager(*args, **kwargs)


def hint(exc: SSLError) -> str:
    text = str(exc)
    for key, value in HINTS.items():
        if key in text:
            return value
    return "TLS handshake failed"


def get(session: requests.Session, url: str, retries: int = 3):
    for attempt in range(1, retries + 1):
        try:
            r = session.get(url, timeout=30)
        except ProxyError as exc:
            raise RuntimeError("proxy refused the tunnel") from exc
        except SSLError as exc:
            raise RuntimeError(hint(exc)) from exc
        except ConnectionError:
            log.warning("connection lost, attempt %d of %d", attempt, retries)
            time.sleep(2 ** attempt)
            continue
        if r.status_code == 429:
            time.sleep(int(r.headers.get("Retry-After", "5")))
            continue
        r.raise_for_status()
        return r.json()
    raise RuntimeError("gave up")
