"""The page that shows the API's addresses and tries them out, under a policy that lets no other script run."""

import base64
import re
from hashlib import sha256

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse

STATIC = "/static-offline-docs"
"""Where fastapi-offline serves the page's own script and style."""

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def add(app: FastAPI) -> None:
    """Serve the page at /docs, and lead there from /."""

    @app.get("/", include_in_schema=False)
    async def begin(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{_root(request)}/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        static = f"{_root(request)}{STATIC}"
        page = get_swagger_ui_html(
            openapi_url=f"{_root(request)}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{static}/swagger-ui-bundle.js",
            swagger_css_url=f"{static}/swagger-ui.css",
            swagger_favicon_url=f"{static}/favicon.png",
            # A key that was typed in stays in this page and goes with it.
            swagger_ui_parameters={"persistAuthorization": False, "validatorUrl": None},
        )
        page.headers["content-security-policy"] = _policy(bytes(page.body))
        return page


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _policy(page: bytes) -> str:
    # The page starts its script by a few lines of its own, which are let in by their hash and no others with them.
    hashes = [f"'sha256-{base64.b64encode(sha256(script).digest()).decode()}'" for script in _INLINE.findall(page)]
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
