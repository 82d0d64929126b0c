"""Every address of the API."""

from django.urls import include, path, re_path

from .resources import docs, drafts, jobs, manuscripts, me, people, questions, reports, texts, threads
from .views import NotHere

v1 = [
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.DocsPage.as_view(), name="docs"),
    path("me/", me.Me.as_view(), name="me"),
    path("manuscripts/", manuscripts.Manuscripts.as_view(), name="manuscripts"),
    path("manuscripts/<slug:slug>/", manuscripts.OneManuscript.as_view(), name="manuscript"),
    path("manuscripts/<slug:slug>/sections/<str:key>/", texts.OneSection.as_view(), name="section"),
    path("manuscripts/<slug:slug>/invitations/", people.Invitations.as_view(), name="invitations"),
    path("invitations/<str:pk>/resend/", people.ResendInvitation.as_view(), name="invitation_resend"),
    path("invitations/<str:pk>/revoke/", people.RevokeInvitation.as_view(), name="invitation_revoke"),
    path("manuscripts/<slug:slug>/members/", people.Members.as_view(), name="members"),
    path("members/<str:pk>/", people.OneMember.as_view(), name="member"),
    path("manuscripts/<slug:slug>/reviews/", people.Reviews.as_view(), name="reviews"),
    path("reviews/<str:pk>/", people.OneReview.as_view(), name="review"),
    path("manuscripts/<slug:slug>/threads/", threads.Threads.as_view(), name="threads"),
    path("threads/<str:pk>/", threads.OneThread.as_view(), name="thread"),
    path("threads/<str:pk>/comments/", threads.Comments.as_view(), name="thread_comments"),
    path("threads/<str:pk>/decision/", threads.DecideThread.as_view(), name="thread_decision"),
    path("threads/<str:pk>/anchor/", threads.PlaceThread.as_view(), name="thread_anchor"),
    path("threads/<str:pk>/apply/", threads.ApplyThread.as_view(), name="thread_apply"),
    path("threads/<str:pk>/agree/", threads.AgreeThread.as_view(), name="thread_agree"),
    path("comments/<str:pk>/", threads.OneComment.as_view(), name="comment"),
    path("manuscripts/<slug:slug>/questions/", questions.Questions.as_view(), name="questions"),
    path("questions/<str:pk>/", questions.OneQuestion.as_view(), name="question"),
    path("manuscripts/<slug:slug>/answers/", questions.Answers.as_view(), name="answers"),
    path("answers/<str:pk>/", questions.OneAnswer.as_view(), name="answer"),
    path("manuscripts/<slug:slug>/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("manuscripts/<slug:slug>/drafts/<str:number>/", drafts.OneDraft.as_view(), name="draft"),
    path("manuscripts/<slug:slug>/drafts/<str:number>/open/", drafts.OpenDraft.as_view(), name="draft_open"),
    path("manuscripts/<slug:slug>/drafts/<str:number>/close/", drafts.CloseDraft.as_view(), name="draft_close"),
    path("manuscripts/<slug:slug>/reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<str:pk>/", reports.OneReport.as_view(), name="report"),
    path("reports/<str:pk>/files/<str:format_name>/", reports.ReportDownload.as_view(), name="report_download"),
    path("manuscripts/<slug:slug>/findings/", reports.Findings.as_view(), name="findings"),
    path("texts/<str:pk>/", texts.OneText.as_view(), name="text"),
    path("jobs/<str:pk>/", jobs.OneJob.as_view(), name="job"),
    path("jobs/<str:pk>/cancel/", jobs.CancelJob.as_view(), name="job_cancel"),
]

urlpatterns = [
    path("api/v1/", include((v1, "api"))),
    re_path(r"^api/", NotHere.as_view()),
]
