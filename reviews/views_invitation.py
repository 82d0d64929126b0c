"""The page behind a personal link, and the three optional taps after saying yes.

Opening the link changes nothing (mail scanners follow links); each of its buttons is a POST.
"""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.mail import one_line
from manuscripts.disciplines import discipline_called
from manuscripts.errors import Refused
from manuscripts.models import Discipline, Manuscript, Membership
from manuscripts.permissions import check, load

from .invitations import REASONS, accept, decline, membership_of_token, open_link, reason_of, suggest_person
from .letter import first_name
from .members import change_member, closes_sections
from .models import Invitation
from .reader_home import first_page
from .sending import letter_of

YEARS = [("1", gettext_lazy("Under 3 years")), ("5", gettext_lazy("3 to 10")), ("11", gettext_lazy("More than 10"))]


class ProfileForm(forms.Form):
    """Three taps about oneself, each optional."""

    disciplines = forms.ModelMultipleChoiceField(
        queryset=Discipline.objects.none(), required=False, to_field_name="slug"
    )
    sphere = forms.ChoiceField(choices=[("", ""), *Membership.SPHERES], required=False)
    years = forms.TypedChoiceField(choices=[("", ""), *YEARS], coerce=int, empty_value=None, required=False)
    unlisted = forms.BooleanField(required=False)
    named = forms.CharField(max_length=120, required=False)

    def __init__(self, *args, membership: Membership, **kwargs):
        super().__init__(*args, **kwargs)
        rows = membership.manuscript.disciplines.filter(merged_into=None)
        self.closed = closes_sections(membership.manuscript)
        if self.closed:
            rows = rows.filter(pk__in=membership.own_discipline_ids())
        self.fields["disciplines"].queryset = rows

    def clean(self) -> dict[str, Any]:
        """What the discipline is called counts only while the tap that it is not listed stands."""
        said = super().clean()
        unlisted = said.pop("unlisted", False) and not self.closed
        said["named"] = one_line(said.get("named", ""), 120) if unlisted else ""
        if unlisted and not said["named"] and "named" not in self.errors:
            self.add_error("named", _("Write what you call it, or take the tap back."))
        return said


def _stranger(request: HttpRequest, membership: Membership) -> dict[str, Any] | None:
    """Who this browser is to the manuscript, where that is someone other than the invited person; else None."""
    here = request.actor.membership_in(membership.manuscript_id)
    if here is not None and here.pk == membership.pk:
        return None
    user = request.user if request.user.is_authenticated else None
    if user is not None and membership.user_id != user.pk:
        may_take = membership.user_id is None and here is None
        return {"name": user.email, "account": True, "may_take": may_take}
    if here is not None:
        return {"name": here.name, "account": False, "may_take": False}
    return None


def _page(request: HttpRequest, membership: Membership, status: int = 200, **more: Any) -> HttpResponse:
    try:
        invitation = membership.invitation
    except Invitation.DoesNotExist:
        invitation = Invitation(membership=membership)
    context = {
        "membership": membership,
        "invitation": invitation,
        "letter": letter_of(invitation),
        "stranger": _stranger(request, membership),
        "reasons": REASONS.items(),
        **more,
    }
    return render(request, "reviews/invitation.html", context, status=status)


def check_pace(request: HttpRequest, membership: Membership) -> None:
    """Counts the try; Refused where this link, or this address, has sent very much within the last minutes."""
    if not ratelimit.consume(request, action="invitation", key=str(membership.pk)):
        detail = _("Too much was sent from here within a short time. Wait ten minutes, then send it again.")
        raise Refused("too_many", detail, status=429)


def _gone(request: HttpRequest) -> HttpResponse:
    """The same for a link that was never made, was revoked, or whose person has left."""
    return render(request, "reviews/invitation_gone.html", status=404)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who asks for what; POST is the button: it says yes and opens the manuscript in this browser."""
    membership = membership_of_token(token)
    if membership is None:
        return _gone(request)
    here = request.actor.membership_in(membership.manuscript_id)
    if request.method != "POST":
        if here is not None and here.pk == membership.pk and membership.accepted:
            return redirect("manuscript", membership.manuscript.slug)
        return _page(request, membership)
    return _open(request, membership)


def _open(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Says yes as the person of the link or, where they chose so, as the account signed in."""
    stranger, chosen = _stranger(request, membership), request.POST.get("as", "")
    if stranger and not (chosen == "link" or (chosen == "account" and stranger["may_take"])):
        return _page(request, membership, status=409, asked=True)
    as_link = chosen == "link" if stranger else not request.user.is_authenticated
    first = membership.accepted is None
    try:
        check_pace(request, membership)
        accept(membership, None if as_link else request.user)
    except Refused as refused:
        return _page(request, membership, status=refused.status, asked=True, refused=refused)
    if as_link:
        if request.user.is_authenticated:
            logout(request)
        open_link(request.session, membership)
    wants_profile = first and membership.role == "reviewer"
    return redirect("profile" if wants_profile else "manuscript", membership.manuscript.slug)


@never_cache
@require_POST
def answer(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """The other answers: `decline`, `not_me` (somebody else holds the link), `colleague` (whom to ask)."""
    membership = membership_of_token(token)
    if membership is None:
        return _gone(request)
    data = request.POST
    try:
        check_pace(request, membership)
        if what == "decline":
            membership.invitation = decline(membership, reason=reason_of(data), ask_next="ask_next" in data)
        else:
            about = data.get("about", "")
            suggest_person(membership, what, name=data.get("name", ""), email=data.get("email", ""), about=about)
    except Refused as refused:
        return _page(request, membership, status=refused.status, wrong=what, refused=refused, typed=data)
    return _page(request, membership, said=what)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """What a reader says about themselves: disciplines, how far their work reaches, how long they have done it. At
    the first opening their own pages follow at once."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    membership = request.actor.membership_in(manuscript)
    if membership.role != "reviewer":
        raise Http404
    first = not membership.readings.exists()
    form = ProfileForm(request.POST or None, membership=membership)
    told = _describe(request, membership, form) if request.method == "POST" and form.is_valid() else None
    if told:
        return redirect(first_page(request.actor, told) if first else reverse("manuscript", args=[slug]))
    context = {
        "manuscript": manuscript,
        "membership": membership,
        "author": manuscript.memberships.present().filter(role="author").first(),
        "first": first,
        "first_name": first_name(membership.name),
        "onward": first_page(request.actor, membership) if first else reverse("manuscript", args=[slug]),
        "form": form,
        "disciplines": form.fields["disciplines"].queryset,
        "mine": {d.pk for d in membership.own_disciplines()},
        "spheres": SPHERE_WORDS,
        "years": YEARS,
        "here_years": _years_choice(membership.years),
    }
    return render(request, "reviews/profile.html", context, status=400 if form.errors else 200)


def _describe(request: HttpRequest, membership: Membership, form: ProfileForm) -> Membership | None:
    """Stores what was said: the membership as it now is. None where the form says what was refused."""
    said = dict(form.cleaned_data)
    chosen, named = list(said.pop("disciplines")), said.pop("named")
    try:
        if named:
            check(request.actor, "people.describe", membership)
            chosen.append(discipline_called(request.actor, membership.manuscript, named))
        slugs = [discipline.slug for discipline in chosen]
        return change_member(request.actor, membership, **said, **({"disciplines": slugs} if slugs else {}))
    except Refused as refused:
        form.add_error("named" if named else None, refused.detail)
        return None


SPHERE_WORDS = [
    ("director", gettext_lazy("Director"), gettext_lazy("I decide what is paid for.")),
    ("manager", gettext_lazy("Manager"), gettext_lazy("I answer for what others do.")),
    ("consultant", gettext_lazy("Consultant"), gettext_lazy("I advise, and then I leave.")),
    ("worker", gettext_lazy("Worker"), gettext_lazy("I do the work.")),
    ("guerrilla", gettext_lazy("Guerrilla"), gettext_lazy("I mend what nobody asked me to mend.")),
    ("", gettext_lazy("I would rather not say"), ""),
]


def _years_choice(years: int | None) -> str:
    if years is None:
        return ""
    return "1" if years < 3 else "5" if years <= 10 else "11"
