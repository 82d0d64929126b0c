"""Every address of the API."""

from django.urls import include, path, re_path

from .resources import docs, jobs, manuscripts, me, texts
from .views import NotHere

v1 = [
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.DocsPage.as_view(), name="docs"),
    path("me/", me.Me.as_view(), name="me"),
    path("manuscripts/", manuscripts.Manuscripts.as_view(), name="manuscripts"),
    path("manuscripts/<slug:slug>/", manuscripts.OneManuscript.as_view(), name="manuscript"),
    path("manuscripts/<slug:slug>/sections/<str:key>/", texts.OneSection.as_view(), name="section"),
    path("texts/<str:pk>/", texts.OneText.as_view(), name="text"),
    path("jobs/<str:pk>/", jobs.OneJob.as_view(), name="job"),
    path("jobs/<str:pk>/cancel/", jobs.CancelJob.as_view(), name="job_cancel"),
]

urlpatterns = [
    path("api/v1/", include((v1, "api"))),
    re_path(r"^api/", NotHere.as_view()),
]
