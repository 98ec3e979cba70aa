"""How the product looks to somebody: language, theme, density.  Kept with the account, before that in a cookie."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from storage.models import User
from web.current import current_account, current_config, current_storage
from web.errors import wants_json
from web.i18n import LANGUAGES

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

CHOICES = {"language": LANGUAGES, "theme": ("auto", "light", "dark"), "density": ("comfortable", "compact")}
_YEAR_S = 365 * 24 * 3600


@blueprint.post("")
def change() -> ResponseReturnValue:
    """Change what was posted of language, theme and density, and go back to the page."""
    chosen = {name: request.form[name] for name, known in CHOICES.items() if request.form.get(name) in known}
    response = Response(status=204) if wants_json() else redirect(_back(), code=303)
    account = current_account()
    if account is not None and chosen:
        with current_storage().unit_of_work() as uow:
            uow.connection.execute(update(User).where(User.id == account.id).values(**chosen))
    for name, value in chosen.items():
        response.set_cookie(
            name, value, max_age=_YEAR_S, samesite="Lax", httponly=True,
            secure=current_config().base_url.startswith("https://"),
        )  # fmt: skip
    return response


def appearance() -> dict[str, str]:
    """Return theme and density of the page: the account's, else the cookie's."""
    account = current_account()
    theme = account.theme if account else request.cookies.get("theme", "auto")
    density = account.density if account else request.cookies.get("density", "comfortable")
    return {
        "theme": theme if theme in CHOICES["theme"] else "auto",
        "density": density if density in CHOICES["density"] else "comfortable",
    }


def _back() -> str:
    back = request.form.get("back", "")
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else url_for("sign_in.home")
