"""Addresses of reading, writing notes, answering, and of the readers' own pages."""

from django.urls import path

from . import (
    views_activity,
    views_changelist,
    views_desk,
    views_images,
    views_invitation,
    views_live,
    views_manuscripts,
    views_news,
    views_notes,
    views_opening,
    views_people,
    views_placing,
    views_questions,
    views_reader_home,
    views_reading,
    views_search,
    views_session,
    views_settings,
    views_since,
    views_working,
)

reading = [
    path("m/<slug:slug>/read/", views_reading.read_book, name="read_book"),
    path("m/<slug:slug>/read/<str:chapter>/", views_reading.read, name="read"),
    path("m/<slug:slug>/read/<str:chapter>/notes/", views_reading.chapter_notes, name="chapter_notes"),
    path("m/<slug:slug>/read/<str:chapter>/questions/", views_reading.verdict, name="verdict"),
    path("m/<slug:slug>/read/<str:chapter>/changes/", views_since.read_changes, name="read_changes"),
    path("session/", views_session.session, name="session"),
    path("m/<slug:slug>/search/", views_search.search, name="search"),
    path("m/<slug:slug>/reading/", views_notes.reading, name="reading"),
    path("live/<slug:slug>/", views_live.live, name="live"),
    path("m/<slug:slug>/notes/cards/", views_live.note_cards, name="note_cards"),
    path("m/<slug:slug>/notes/", views_notes.note_create, name="note_create"),
    path("m/<slug:slug>/notes/<int:pk>/reply/", views_notes.note_reply, name="note_reply"),
    path("m/<slug:slug>/notes/<int:pk>/agree/", views_notes.note_agree, name="note_agree"),
    path("m/<slug:slug>/notes/<int:pk>/follow/", views_news.note_follow, name="note_follow"),
    path("m/<slug:slug>/notes/names/", views_news.names, name="names"),
    path("m/<slug:slug>/news/", views_news.news_read, name="news_read"),
    path("m/<slug:slug>/notes/<int:pk>/decide/", views_notes.note_decide, name="note_decide"),
    path("m/<slug:slug>/notes/<int:pk>/apply/", views_working.note_apply, name="note_apply"),
    path("m/<slug:slug>/notes/<int:pk>/withdraw/", views_notes.note_withdraw, name="note_withdraw"),
    path("m/<slug:slug>/notes/<int:pk>/place/", views_placing.note_place, name="note_place"),
    path("m/<slug:slug>/comments/<int:pk>/", views_notes.comment_change, name="comment_change"),
    path("m/<slug:slug>/unsent/", views_notes.unsent_note, name="unsent"),
    path("m/<slug:slug>/unsent/list/", views_notes.unsent_list, name="unsent_list"),
    path("m/<slug:slug>/answers/", views_notes.answers_save, name="answers_save"),
    path("m/<slug:slug>/review/", views_notes.review_state, name="review_state"),
    path("m/<slug:slug>/path/", views_reader_home.path_step, name="path_step"),
    path("m/<slug:slug>/colleague/", views_reader_home.colleague, name="colleague"),
    path("m/<slug:slug>/images/<str:sha256>", views_images.image, name="image"),
]

people = [
    path("", views_manuscripts.home, name="home"),
    path("i/<str:token>/", views_invitation.invitation, name="invitation"),
    path("i/<str:token>/decline/", views_invitation.answer, {"what": "decline"}, name="invitation_decline"),
    path("i/<str:token>/not-me/", views_invitation.answer, {"what": "not_me"}, name="invitation_not_me"),
    path("i/<str:token>/colleague/", views_invitation.answer, {"what": "colleague"}, name="invitation_colleague"),
    path("m/<slug:slug>/profile/", views_invitation.profile, name="profile"),
    path("m/<slug:slug>/people/", views_people.people, name="people"),
    path("m/<slug:slug>/people/invite/", views_people.invite_people, name="invite"),
    path("m/<slug:slug>/people/contacts/", views_people.contact_create, name="contact_create"),
    path("m/<slug:slug>/people/<int:pk>/", views_people.person, name="person"),
    path("m/<slug:slug>/people/<int:pk>/resend/", views_people.person_resend, name="person_resend"),
    path("m/<slug:slug>/people/<int:pk>/revoke/", views_people.person_revoke, name="person_revoke"),
    path("m/<slug:slug>/people/<int:pk>/remove/", views_people.person_remove, name="person_remove"),
    path("m/<slug:slug>/settings/", views_settings.settings_page, name="settings"),
    path("m/<slug:slug>/settings/round/", views_settings.round_modes, name="round_modes"),
    path("m/<slug:slug>/settings/disciplines/", views_settings.discipline_add, name="discipline_add"),
    path("m/<slug:slug>/settings/disciplines/<int:pk>/", views_settings.discipline_change, name="discipline_change"),
]

desk = [
    path("m/<slug:slug>/activity/", views_activity.activity, name="activity"),
    path("m/<slug:slug>/desk/", views_desk.desk_page, name="desk"),
    path("m/<slug:slug>/desk/changes/", views_changelist.change_list_page, name="change_list"),
    path("m/<slug:slug>/desk/changes/<int:pk>/", views_changelist.change_list_file, name="change_list_file"),
    path("m/<slug:slug>/questions/", views_questions.questions_page, name="questions"),
    path("m/<slug:slug>/questions/<int:pk>/", views_questions.question_change, name="question_change"),
]

drafts = [
    path("m/<slug:slug>/drafts/<int:number>/open/", views_opening.draft_open, name="draft_open"),
    path("m/<slug:slug>/drafts/<int:number>/notes/", views_changelist.draft_notes, name="draft_notes"),
    path("m/<slug:slug>/drafts/working/sections/<str:key>/", views_working.section_edit, name="section_edit"),
    path("m/<slug:slug>/drafts/working/edits/<int:pk>/undo/", views_working.edit_undo, name="edit_undo"),
    path("m/<slug:slug>/drafts/<int:number>/discard/", views_opening.draft_discard, name="draft_discard"),
]

urlpatterns = [*desk, *drafts, *reading, *people]
