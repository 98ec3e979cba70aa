"""Sessions, cross-site protection and the headers of every page.

Guarantees: no page runs a script that is not ours (CSP without 'unsafe-inline' and 'unsafe-eval'); every form
carries a token bound to its session; cookies are HttpOnly and SameSite=Lax, Secure when the product is served
over https; pages of signed-in people are kept by no cache.
"""

from datetime import timedelta

from flask import Flask, Response, request
from flask_security import Security, current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from web.config import Config
from web.identity import Accounts

csrf = CSRFProtect()

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "manifest-src 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def init(app: Flask, config: Config, accounts: Accounts) -> None:
    secure = config.base_url.startswith("https://")
    key = config.secret_key()
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="marshrut",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.sign_in.session_hours),
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all day; the token dies with the session
        WTF_CSRF_SSL_STRICT=secure,
        MAX_CONTENT_LENGTH=config.limits.upload_mb * 1_000_000,
        MAX_FORM_PARTS=config.limits.form_fields,
        MAX_FORM_MEMORY_SIZE=4_000_000,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of a scheme)
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SALT=key,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
    )
    Security(app, accounts, register_blueprint=False)
    csrf.init_app(app)
    app.jinja_env.globals["csrf_input"] = csrf_input
    if config.server.trusted_proxies:
        hops = config.server.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.path.startswith("/static/"):
            signed_in = current_user and current_user.is_authenticated
            response.headers.setdefault("Cache-Control", "no-store" if signed_in else "no-cache")
        return response


def csrf_input() -> Markup:
    """Return the hidden field that every posted form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
