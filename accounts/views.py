"""One's own account: what it says, signing in by a link, signing out."""

from allauth.account.views import email_verification_sent
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .forms import AccountForm
from .models import SignInLink
from .passkeys import passkeys_of


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        messages.success(request, _("Saved."))
        answer = redirect("account")
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=31536000, samesite="Lax")
        return answer
    context = {"form": form, "passkeys": passkeys_of(request.user)}
    return render(request, "accounts/account.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponse:
    """The code that was mailed to a new address; who is signed in has none to give."""
    if request.user.is_authenticated:
        return redirect("account")
    return email_verification_sent(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session, its personal links included, and has the browser forget what it kept of our pages."""
    logout(request)
    answer = redirect("home")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-use link: opening it changes nothing (mail scanners do), its button signs in."""
    link = SignInLink.find(secret)
    if link is None or (request.method == "POST" and not link.use()):
        return render(request, "accounts/sign_in_link_used.html", status=404)
    if request.method == "GET":
        return render(request, "accounts/sign_in_link.html", {"link": link})
    login(request, link.user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)
