"""The author's page about people: who was asked and how far they are, inviting, changing, removing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from manuscripts.errors import Refused
from manuscripts.models import Discipline, Event, Manuscript, Membership
from manuscripts.numbers import whole
from manuscripts.permissions import can, check, load

from .invitations import MOST_AT_ONCE, invite, make_contact, resend, revoke
from .letter import letter_to
from .members import change_member, remove_member
from .people_lines import Line, read_lines
from .people_table import people_of
from .sending import mail_text, reply_address

INVITED = ("reviewer", "observer", "co_author")
MOST_CSV_BYTES = 1024 * 1024


@dataclass
class Guest:
    """One line of the invitation form and what will happen with it: mail, link, known, or a problem in words."""

    line: Line
    happens: str
    problem: str = ""


@require_GET
def people(request: HttpRequest, slug: str) -> HttpResponse:
    manuscript = load(Manuscript, request.actor, "people.read", slug=slug)
    return _page(request, manuscript)


def _page(request: HttpRequest, manuscript: Manuscript, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "manuscript": manuscript,
        "here": "readers",
        "table": people_of(manuscript),
        "disciplines": manuscript.disciplines.filter(merged_into=None),
        "roles": [pair for pair in _roles(request, manuscript) if pair[0] in INVITED],
        "shows_links": bool(can(request.actor, "people.see_links", manuscript)),
        "asked_for": _asked_for(manuscript),
        "typed": {"role": "reviewer"},
        **more,
    }
    return render(request, "reviews/people.html", context, status=status)


def _roles(request: HttpRequest, manuscript: Manuscript) -> list[tuple[str, Any]]:
    """The roles this person can give."""
    makes_authors = can(request.actor, "people.make_authors", manuscript)
    return [pair for pair in Membership.ROLES if makes_authors or pair[0] not in {"author", "co_author"}]


def _asked_for(manuscript: Manuscript) -> list[Event]:
    """People whom holders of a link have named and who do not belong yet."""
    rows = Event.objects.filter(manuscript=manuscript, kind__in=["invitation.not_me", "invitation.colleague"])
    known = set(manuscript.memberships.exclude(email=None).values_list("email", flat=True))
    names = set(manuscript.memberships.values_list("name", flat=True))
    return [
        row
        for row in rows.select_related("actor")
        if (row.data["email"] not in known if row.data["email"] else row.data["name"] not in names)
    ]


@require_POST
def invite_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows what would be sent to whom; with `send`, sends just that."""
    manuscript = load(Manuscript, request.actor, "people.read", slug=slug)
    check(request.actor, "people.invite", manuscript)
    typed = _typed(request)
    guests = _guests(manuscript, typed, request.POST)
    ready = [guest for guest in guests if guest.happens in {"mail", "link"}]
    wrong = [guest for guest in guests if guest.problem] or not ready
    if "send" not in request.POST or wrong:
        return _preview(request, manuscript, typed, guests, ready, status=400 if not guests else 200)
    try:
        made = invite(request.actor, manuscript, [_row(guest, typed) for guest in ready])
    except Refused as refused:
        return _preview(request, manuscript, typed, guests, ready, status=refused.status, refused=refused)
    count = len(made)
    messages.success(request, ngettext("%(n)s person invited.", "%(n)s people invited.", count) % {"n": count})
    return redirect("people", slug)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The invitation form as it came; the lines of an uploaded file join those typed."""
    data = {name: request.POST.get(name, "").strip() for name in ("lines", "minutes", "message", "role")}
    upload = request.FILES.get("file")
    if upload is not None and upload.size <= MOST_CSV_BYTES:
        text = upload.read().decode("utf-8-sig", errors="replace")
        data["lines"] = f"{data['lines']}\n{text}".strip()
    data["role"] = data["role"] if data["role"] in INVITED else "reviewer"
    return data


def _guests(manuscript: Manuscript, typed: dict[str, Any], chosen: Any) -> list[Guest]:
    """What will happen with each line. `chosen` holds the discipline picked for line i as `discipline-i`."""
    known = set(manuscript.memberships.present().exclude(email=None).values_list("email", flat=True))
    disciplines = list(manuscript.disciplines.select_related("merged_into"))
    by_slug = {d.slug: d for d in disciplines}
    guests = []
    for index, line in enumerate(read_lines(typed["lines"], disciplines)[:MOST_AT_ONCE]):
        picked = by_slug.get(chosen.get(f"discipline-{index}", ""))
        if picked:
            line.disciplines = [picked]
        guests.append(Guest(line, *_outcome(line, known)))
        if line.email:
            known.add(line.email)
    return guests


def _outcome(line: Line, known: set[str]) -> tuple[str, str]:
    if line.email and line.email in known:
        return "known", ""
    if not line.name:
        return "problem", _("Write the name too.")
    if line.email:
        try:
            validate_email(line.email)
        except ValidationError:
            return "problem", _("This is not an e-mail address.")
    return ("mail" if line.email else "link"), ""


def _row(guest: Guest, typed: dict[str, Any]) -> dict[str, Any]:
    line = guest.line
    return {
        "name": line.name,
        "email": line.email,
        "disciplines": [d.slug for d in line.disciplines],
        "role": typed["role"],
        "minutes": whole(typed["minutes"]),
        "message": typed["message"],
    }


def _preview(
    request: HttpRequest,
    manuscript: Manuscript,
    typed: dict[str, Any],
    guests: list[Guest],
    ready: list[Guest],
    status: int,
    **more: Any,
) -> HttpResponse:
    me = request.actor.membership_in(manuscript)
    mails = sum(guest.happens == "mail" for guest in guests)
    letter = None
    if ready:
        row, first = _row(ready[0], typed), ready[0].line
        letter = letter_to(
            manuscript, me, name=first.name, role=row["role"], disciplines=first.disciplines,
            minutes=row["minutes"], message=row["message"],
        )  # fmt: skip
    context = {
        "guests": guests,
        "letter": letter,
        "mails": mails,
        "links": len(ready) - mails,
        "wrong": sum(bool(guest.problem) for guest in guests),
        "typed": typed,
        "reply_to": reply_address(me),
    }
    text = mail_text(letter, _("[the personal link]")) if letter else ""
    return _page(request, manuscript, status, preview=True, mail_text=text, **context, **more)


@require_POST
def contact_create(request: HttpRequest, slug: str) -> HttpResponse:
    manuscript = load(Manuscript, request.actor, "people.read", slug=slug)
    chosen = [s for s in request.POST.getlist("disciplines") if s]
    try:
        make_contact(request.actor, manuscript, name=request.POST.get("name", ""), disciplines=chosen)
    except Refused as refused:
        return _page(request, manuscript, refused.status, refused_contact=refused)
    messages.success(request, _("Kept as a contact."))
    return redirect("people", slug)


def _member(request: HttpRequest, slug: str, pk: int) -> tuple[Manuscript, Membership]:
    manuscript = load(Manuscript, request.actor, "people.read", slug=slug)
    member = manuscript.memberships.filter(pk=pk).select_related("invitation", "manuscript").first()
    if member is None:
        raise Http404
    check(request.actor, "people.change", member)
    return manuscript, member


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One member: name, role, disciplines, minutes."""
    manuscript, member = _member(request, slug, pk)
    refused = None
    if request.method == "POST":
        changes: dict[str, Any] = {
            "name": request.POST.get("name", ""),
            "disciplines": request.POST.getlist("disciplines"),
            "minutes": whole(request.POST.get("minutes")),
        }
        if request.POST.get("role"):
            changes["role"] = request.POST["role"]
        try:
            change_member(request.actor, member, **changes)
            messages.success(request, _("Saved."))
            return redirect("people", slug)
        except Refused as error:
            refused = error
    roles = _roles(request, manuscript)
    context = {
        "manuscript": manuscript, "here": "readers", "member": member, "refused": refused, "roles": roles,
        "disciplines": Discipline.objects.filter(manuscript=manuscript, merged_into=None),
        "own": {d.pk for d in member.own_disciplines()}, "gives_role": member.role in dict(roles),
    }  # fmt: skip
    return render(request, "reviews/person.html", context, status=refused.status if refused else 200)


@require_POST
def person_resend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _act(request, slug, pk, resend, _("The invitation is on its way again."))


@require_POST
def person_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return _act(request, slug, pk, revoke, _("The link opens nothing any more."))


def _act(request: HttpRequest, slug: str, pk: int, action: Any, said: str) -> HttpResponse:
    manuscript, member = _member(request, slug, pk)
    if not hasattr(member, "invitation"):
        raise Http404
    try:
        action(request.actor, member.invitation)
    except Refused as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, said)
    return redirect("people", manuscript.slug)


@require_POST
def person_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    manuscript, member = _member(request, slug, pk)
    try:
        remove_member(request.actor, member)
    except Refused as refused:
        messages.error(request, str(refused.detail))
    else:
        messages.success(request, _("%(name)s has been taken out. What they wrote stays.") % {"name": member.name})
    return redirect("people", manuscript.slug)
