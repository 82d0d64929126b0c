"""The page on which one makes and revokes tokens for scripts."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from manuscripts.models import Manuscript

from .models import ApiToken


class TokenForm(forms.Form):
    """What a new token may do, where, and for how long."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scope = forms.ChoiceField(
        label=gettext_lazy("What it may do"),
        initial="write",
        choices=[
            ("read", gettext_lazy("read: look at everything you see")),
            ("write", gettext_lazy("write: also do what you may do")),
            ("admin", gettext_lazy("admin: also people, webhooks and deleting")),
        ],
    )
    manuscript = forms.ModelChoiceField(
        label=gettext_lazy("Where"),
        queryset=Manuscript.objects.none(),
        required=False,
        empty_label=gettext_lazy("all my manuscripts"),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        initial=90,
        choices=[
            (7, gettext_lazy("7 days")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("a year")),
        ],
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["manuscript"].queryset = Manuscript.objects.visible_to(actor)


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Lists them; a POST makes one and shows its secret this once."""
    form = TokenForm(request.POST or None, actor=request.actor)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _token, secret = ApiToken.make(request.user, **form.cleaned_data)
        form = TokenForm(actor=request.actor)
    rows = ApiToken.objects.filter(user=request.user, revoked=None).select_related("manuscript")
    context = {"form": form, "secret": secret, "tokens": rows, "valid": set(rows.valid().values_list("pk", flat=True))}
    return render(request, "api/tokens.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    if not ApiToken.objects.filter(user=request.user, pk=pk).exists():
        raise Http404
    ApiToken.objects.filter(user=request.user, pk=pk, revoked=None).update(revoked=timezone.now())
    messages.success(request, _("Revoked: it opens nothing any more."))
    return redirect("tokens")
