"""What is said where a form came without the browser's token, or with one that was renewed meanwhile."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page for forms; for a script a code, and with it the cookie to send the same again with."""
    if "application/json" not in request.headers.get("Accept", ""):
        return csrf_failure(request, reason)
    get_token(request)
    return JsonResponse({"code": "csrf", "detail": _("This browser keeps no cookies for this site.")}, status=403)
