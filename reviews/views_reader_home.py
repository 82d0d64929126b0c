"""The reader's home: what is asked of them, what became of their notes, what they have not sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from manuscripts.models import Manuscript


def reader_home(request: HttpRequest, manuscript: Manuscript) -> HttpResponse:
    return render(request, "reviews/reader_home.html", {"manuscript": manuscript})
