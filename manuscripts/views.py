"""Beginning a manuscript, and the operator's list of mails."""

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import time_zone_choices
from accounts.mail import one_line
from accounts.models import SentMail

from .manuscripts import make_manuscript
from .models import Manuscript
from .permissions import can, check

MAILS_A_PAGE = 100
LANGUAGES = [
    ("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish")), ("it", _("Italian")),
    ("nl", _("Dutch")), ("pt", _("Portuguese")), ("pl", _("Polish")), ("cs", _("Czech")), ("sv", _("Swedish")),
    ("da", _("Danish")), ("nb", _("Norwegian")), ("fi", _("Finnish")), ("el", _("Greek")), ("tr", _("Turkish")),
    ("ru", _("Russian")), ("uk", _("Ukrainian")), ("he", _("Hebrew")), ("ar", _("Arabic")), ("fa", _("Persian")),
    ("hi", _("Hindi")), ("ja", _("Japanese")), ("ko", _("Korean")), ("zh", _("Chinese")),
]  # fmt: skip


class ManuscriptForm(forms.ModelForm):
    """What a manuscript says about itself."""

    class Meta:
        model = Manuscript
        fields = ["title", "pitch", "language", "time_zone"]
        help_texts = {
            "pitch": _("What the book is about and whom it is for, in a few sentences. Readers see it."),
            "language": _("The language the book is written in."),
            "time_zone": _("Deadlines end at 23:59 there."),
        }
        widgets = {"pitch": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = self.instance.language
        others = [] if known in dict(LANGUAGES) else [(known, known)]
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=LANGUAGES + others, help_text=self.fields["language"].help_text
        )
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=time_zone_choices("")[1:], help_text=self.fields["time_zone"].help_text
        )

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise forms.ValidationError(_("A title is needed."))
        return title


@login_required
@require_http_methods(["GET", "POST"])
def manuscript_new(request: HttpRequest) -> HttpResponse:
    check(request.actor, "manuscript.create", None)
    own = request.user.time_zone if request.user.time_zone in available_timezones() else ""
    form = ManuscriptForm(request.POST or None, initial={"language": request.user.language, "time_zone": own or "UTC"})
    if request.method == "POST" and form.is_valid():
        manuscript = make_manuscript(request.user, **form.cleaned_data)
        return redirect("draft_new", manuscript.slug)
    context = {"form": form, "asks_browser": not own and not form.is_bound}
    return render(request, "manuscripts/new.html", context, status=400 if form.errors else 200)


@require_GET
def sent_mail(request: HttpRequest) -> HttpResponse:
    """For operators: whom we mailed, about what, how it went. No bodies. Nobody else learns that it exists."""
    if not can(request.actor, "operator.read"):
        raise Http404
    page = Paginator(SentMail.objects.all(), MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "manuscripts/sent_mail.html", {"page": page})
