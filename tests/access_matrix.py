"""Who gets what at every address: written by hand, and never taken from the permission table.

A row is an address's name, its methods (those joined by `+` answer alike), a case (`-`, or what goes before or is
meant: see tests/access_scene.py), and the exact status for each column. `in` is 302 to sign-in. A method that no row
of its address names is 405 to everyone, `BEFORE_405` apart. 404 is the very answer of an address that names nothing.

Pages, columns: nobody; author of another book; removed reader; operator; reader who came by a personal link
(operations); reader of operations; reader of security; observer; co-author; author.
"""

from dataclasses import dataclass

PAGE_COLUMNS = ("anonymous", "stranger", "removed", "operator", "link", "ops", "sec", "observer", "co_author", "author")
PAGES = """
# name                    method    case       anon strg rmvd oper  link ops  sec  obs  coau auth
healthz                   GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
readyz                    GET+HEAD  -          503  503  503  503   503  503  503  503  503  503
metrics                   GET+HEAD  -          404  404  404  200   404  404  404  404  404  404
home                      GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
session                   GET+HEAD  -          200  200  200  200   200  200  200  200  200  200

account                   GET       -          in   200  200  200   in   200  200  200  200  200
account                   POST      -          in   302  302  302   in   302  302  302  302  302
sign_in_link              GET       -          200  200  200  200   200  200  200  200  200  200
sign_in_link              POST      -          302  302  302  302   302  302  302  302  302  302
account_logout            POST      -          302  302  302  302   302  302  302  302  302  302
account_login             GET+HEAD  -          200  302  302  302   200  302  302  302  302  302
account_login             POST      -          200  302  302  302   200  302  302  302  302  302
account_request_login_code GET+HEAD -          200  302  302  302   200  302  302  302  302  302
account_request_login_code POST     -          302  302  302  302   302  302  302  302  302  302
account_confirm_login_code GET+HEAD+POST -     302  302  302  302   302  302  302  302  302  302
mfa_index                 GET+HEAD  -          302  302  302  302   302  302  302  302  302  302
mfa_add_webauthn          GET+HEAD  -          in   200  200  200   in   200  200  200  200  200
mfa_add_webauthn          POST      -          in   200  200  200   in   200  200  200  200  200
mfa_remove_webauthn       GET+HEAD  -          in   404  404  404   in   404  404  404  404  200
mfa_remove_webauthn       POST      -          in   404  404  404   in   404  404  404  404  302
mfa_login_webauthn        GET+HEAD+POST -      in   302  302  302   in   302  302  302  302  302
account_inactive          GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
account_signup            GET+HEAD  -          200  302  302  302   200  302  302  302  302  302
account_signup            POST      -          302  302  302  302   302  302  302  302  302  302
account_email_verification_sent GET+HEAD+POST - in   302  302  302   in   302  302  302  302  302
account_reauthenticate    GET+HEAD+POST -         in   403  403  403   in   403  403  403  403  403
account_change_password   GET+HEAD+POST -         in   302  302  302   in   302  302  302  302  302
account_set_password      GET+HEAD  -          in   200  200  200   in   200  200  200  200  200
account_set_password      POST      -          in   302  302  302   in   302  302  302  302  302
account_reset_password    GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
account_reset_password    POST      -          302  302  302  302   302  302  302  302  302  302
account_confirm_password_reset_code GET+HEAD+POST - in in  in   in    in   in   in   in   in   in
account_complete_password_reset GET+HEAD+POST - 302 302 302 302  302  302  302  302  302  302
account_password_reset_completed GET+HEAD -    200  200  200  200   200  200  200  200  200  200
tokens                    GET       -          in   200  200  200   in   200  200  200  200  200
tokens                    POST      -          in   200  200  200   in   200  200  200  200  200
token_revoke              POST      -          in   404  404  404   in   404  404  404  404  302
sent_mail                 GET       -          404  404  404  200   404  404  404  404  404  404
manuscript_new            GET       -          in   200  403  403   in   403  403  403  200  200
manuscript_new            POST      -          in   302  403  403   in   403  403  403  302  302

invitation                GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
invitation                POST      -          302  409  409  409   409  409  409  409  409  409
invitation_decline        POST      -          200  200  200  200   200  200  200  200  200  200
invitation_not_me         POST      -          200  200  200  200   200  200  200  200  200  200
invitation_colleague      POST      -          200  200  200  200   200  200  200  200  200  200
profile                   GET       -          404  404  404  404   200  200  200  404  404  404
profile                   POST      -          404  404  404  404   302  302  302  404  404  404

manuscript                GET+HEAD  -          404  404  404  404   200  200  200  200  200  200
search                    GET       -          404  404  404  404   200  200  200  200  200  200
read_book                 GET       -          404  404  404  404   200  200  200  200  200  200
read                      GET       -          404  404  404  404   200  200  200  200  200  200
read                      GET       unopened   404  404  404  404   404  404  404  404  200  200
chapter_notes             GET       -          404  404  404  404   200  200  200  200  200  200
chapter_notes             GET       unopened   404  404  404  404   404  404  404  404  200  200
image                     GET+HEAD  -          404  404  404  404   200  200  200  200  200  200
image                     GET+HEAD  closed     404  404  404  404   404  404  200  200  200  200
reading                   POST      -          404  404  404  404   204  204  204  204  204  204

live                      GET+HEAD  -          404  404  404  404   200  200  200  200  200  200
note_cards                GET       -          404  404  404  404   200  200  200  200  200  200

note_create               POST      -          404  404  404  404   200  200  200  200  200  200
note_create               POST      ended      404  404  404  404   403  403  403  403  200  200
note_reply                POST      -          404  404  404  404   200  200  200  403  200  200
note_reply                POST      ended      404  404  404  404   403  403  403  403  200  200
note_reply                POST      never      404  404  404  404   404  200  404  404  200  200
note_reply                POST      whispered  404  404  404  404   404  200  404  404  200  200
note_reply                POST      closed_note 404 404  404  404   404  404  200  403  200  200
note_agree                POST      -          404  404  404  404   200  403  200  403  403  403
note_follow               POST      -          404  404  404  404   200  200  200  200  200  200
note_follow               POST      ended      404  404  404  404   200  200  200  200  200  200
note_follow               POST      never      404  404  404  404   404  200  404  404  200  200
note_follow               POST      whispered  404  404  404  404   404  200  404  404  200  200
note_follow               POST      closed_note 404 404  404  404   404  404  200  200  200  200
names                     GET       -          404  404  404  404   200  200  200  200  200  200
news_read                 POST      named      404  404  404  404   302  302  302  302  302  302
note_decide               POST      -          404  404  404  404   403  403  403  403  200  200
note_place                GET+HEAD  -          404  404  404  404   403  200  403  403  200  200
note_place                GET+HEAD  ended      404  404  404  404   403  403  403  403  200  200
note_place                POST      -          404  404  404  404   403  200  403  403  200  200
note_place                POST      ended      404  404  404  404   403  403  403  403  200  200
note_apply                GET       -          404  404  404  404   403  403  403  403  302  302
note_apply                POST      -          404  404  404  404   403  403  403  403  302  302
note_withdraw             POST      -          404  404  404  404   403  200  403  403  403  403
comment_change            POST      -          404  404  404  404   403  200  403  403  403  403
comment_change            POST      withdraw   404  404  404  404   403  200  403  403  403  403
comment_change            POST      answered   404  404  404  404   403  409  403  403  403  403
unsent                    POST      -          404  404  404  404   200  200  200  200  200  200
unsent_list               GET       -          404  404  404  404   200  200  200  200  200  200
verdict                   GET       -          404  404  404  404   200  200  200  404  404  404
read_changes              GET       -          404  404  404  404   404  404  404  404  404  404
read_changes              GET       reread     404  404  404  404   200  200  200  200  200  200
answers_save              POST      -          404  404  404  404   200  200  200  403  403  403
answers_save              POST      ended      404  404  404  404   403  403  403  403  403  403
review_state              POST      -          404  404  404  404   302  302  302  403  403  403
path_step                 POST      -          404  404  404  404   302  302  302  403  403  403
colleague                 POST      -          404  404  404  404   302  302  302  403  403  403

draft_new                 GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
draft_new                 POST      -          404  404  404  404   403  403  403  403  302  302
draft                     GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
draft                     GET+HEAD  ready      404  404  404  404   404  404  404  404  200  200
draft_changes             GET+HEAD  -          404  404  404  404   200  200  200  200  200  200
draft_changes             GET+HEAD  ready      404  404  404  404   404  404  404  404  200  200
draft_progress            GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
draft_progress            GET+HEAD  ready      404  404  404  404   404  404  404  404  200  200
draft_correct             POST      -          404  404  404  404   403  403  403  403  302  302
draft_correct             POST      ready      404  404  404  404   404  404  404  404  302  302
draft_split               GET+HEAD  ready      404  404  404  404   404  404  404  404  200  200
draft_discard             POST      -          404  404  404  404   403  403  403  403  302  302
draft_discard             POST      ready      404  404  404  404   404  404  404  404  302  302
draft_open                POST      -          404  404  404  404   403  403  403  403  302  302
section_edit              GET       -          404  404  404  404   403  403  403  403  200  200
section_edit              POST      -          404  404  404  404   403  403  403  403  302  302
edit_undo                 POST      edited     404  404  404  404   403  403  403  403  302  302
draft_open                POST      ready      404  404  404  404   404  404  404  404  302  302

people                    GET       -          404  404  404  404   403  403  403  403  200  200
invite                    POST      -          404  404  404  404   403  403  403  403  302  302
invite                    POST      authors    404  404  404  404   403  403  403  403  400  302
contact_create            POST      -          404  404  404  404   403  403  403  403  302  302
person                    GET       -          404  404  404  404   403  403  403  403  200  200
person                    POST      -          404  404  404  404   403  403  403  403  302  302
person                    POST      promoted   404  404  404  404   403  403  403  403  403  302
person_resend             POST      -          404  404  404  404   403  403  403  403  302  302
person_revoke             POST      -          404  404  404  404   403  403  403  403  302  302
person_remove             POST      -          404  404  404  404   403  403  403  403  302  302
settings                  GET       -          404  404  404  404   403  403  403  403  200  200
settings                  POST      -          404  404  404  404   403  403  403  403  302  302
round_modes               POST      -          404  404  404  404   403  403  403  403  302  302
discipline_add            POST      -          404  404  404  404   403  403  403  403  302  302
discipline_change         POST      -          404  404  404  404   403  403  403  403  302  302
activity                  GET       -          404  404  404  404   403  403  403  403  200  200
desk                      GET       -          404  404  404  404   403  403  403  403  200  200
change_list               GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
change_list               POST      listed     404  404  404  404   403  403  403  403  302  302
change_list_file          GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
draft_notes               GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
draft_notes               GET+HEAD  ready      404  404  404  404   404  404  404  404  200  200
questions                 GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
questions                 POST      -          404  404  404  404   403  403  403  403  302  302
question_change           POST      -          404  404  404  404   403  403  403  403  302  302
reports                   GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
reports                   POST      -          404  404  404  404   403  403  403  403  302  302
report_preview            GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
report                    GET+HEAD  -          404  404  404  404   404  404  404  404  200  200
report                    GET+HEAD  shown      404  404  404  404   200  200  200  200  200  200
report                    GET+HEAD  withheld   404  404  404  404   404  404  404  404  200  200
report_file               GET+HEAD  -          404  404  404  404   404  404  404  404  200  200
report_file               GET+HEAD  shown      404  404  404  404   404  404  404  404  200  200
report_file               GET+HEAD  shown_pdf  404  404  404  404   200  200  200  200  200  200
report_file               GET+HEAD  withheld   404  404  404  404   404  404  404  404  200  200
report_show               POST      -          404  404  404  404   403  403  403  403  302  302
report_show               POST      shown      404  404  404  404   403  403  403  403  302  302
note_quote                POST      -          404  404  404  404   403  403  403  403  302  302
note_quote                POST      never      404  404  404  404   403  403  403  403  302  302
report_cancel             POST      queued     404  404  404  404   403  403  403  403  302  302
report_delete             POST      -          404  404  404  404   403  403  403  403  302  302
report_again              POST      -          404  404  404  404   403  403  403  403  302  302
schedule_keep             POST      -          404  404  404  404   403  403  403  403  302  302
schedule                  GET+HEAD  -          404  404  404  404   403  403  403  403  200  200
schedule                  POST      -          404  404  404  404   403  403  403  403  302  302
schedule_now              POST      -          404  404  404  404   403  403  403  403  302  302
schedule_stop             POST      -          404  404  404  404   403  403  403  403  302  302
schedule_mail             POST      -          404  404  404  404   403  403  403  403  302  302
schedule_delete           POST      -          404  404  404  404   403  403  403  403  302  302
report_share              POST      -          404  404  404  404   403  403  403  403  200  200
share_stop                POST      -          404  404  404  404   403  403  403  403  302  302
shared                    GET+HEAD  -          200  200  200  200   200  200  200  200  200  200
"""

#: The API: nobody and a browser with a personal link (no token: 401), then tokens of scope admin of those who have an
#: account, then the author's of scope read (r) and write (w), and of scope admin for this book alone (here) and for
#: another of the author's books (else).
API_COLUMNS = (
    "anonymous", "link", "token:stranger", "token:removed", "token:operator", "token:ops", "token:sec",
    "token:observer", "token:co_author", "token:author", "token:r", "token:w", "token:here", "token:else",
)  # fmt: skip
API = """
# name                    method    case       anon link strg rmvd oper  ops  sec  obs  coau auth  r    w    here else
api:schema                GET+HEAD  -          200  200  200  200  200   200  200  200  200  200   200  200  200  200
api:docs                  GET+HEAD  -          200  200  200  200  200   200  200  200  200  200   200  200  200  200
api:me                    GET+HEAD  -          401  401  200  200  200   200  200  200  200  200   200  200  200  200
api:manuscripts           GET+HEAD  -          401  401  200  200  200   200  200  200  200  200   200  200  200  200
api:manuscripts           POST      -          401  401  201  403  403   403  403  403  201  201   403  201  403  403
api:manuscript            GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:manuscript            PATCH     -          401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:manuscript            DELETE    -          401  401  404  404  404   403  403  403  403  204   403  403  204  404
api:section               GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:section               GET+HEAD  closed     401  401  404  404  404   404  200  200  200  200   200  200  200  404
api:section               PUT       -          401  401  404  404  404   403  403  403  202  202   403  202  202  404
api:text                  GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:text                  GET+HEAD  closed_text 401 401  404  404  404   404  200  200  200  200   200  200  200  404
api:text                  GET+HEAD  unopened_text 401 401 404 404 404    404  404  404  200  200   200  200  200  404

api:invitations           GET+HEAD  -          401  401  404  404  404   403  403  403  200  200   200  200  200  404
api:invitations           POST      -          401  401  404  404  404   403  403  403  201  201   403  403  201  404
api:invitations           POST      authors    401  401  404  404  404   403  403  403  400  201   403  403  201  404
api:invitation_resend     POST      -          401  401  404  404  404   404  404  404  200  200   403  403  200  404
api:invitation_revoke     POST      -          401  401  404  404  404   404  404  404  200  200   403  403  200  404
api:members               GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:members               POST      -          401  401  404  404  404   403  403  403  201  201   403  403  201  404
api:member                PATCH     -          401  401  404  404  404   200  404  404  200  200   403  403  200  404
api:member                PATCH     promoted   401  401  404  404  404   403  404  404  403  200   403  403  200  404
api:member                DELETE    -          401  401  404  404  404   403  404  404  204  204   403  403  204  404
api:reviews               GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:review                PATCH     -          401  401  404  404  404   200  404  404  403  403   403  403  403  404

api:threads               GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:threads               POST      -          401  401  404  404  404   201  201  201  201  201   403  201  201  404
api:threads               POST      ended      401  401  404  404  404   403  403  403  201  201   403  201  201  404
api:threads               POST      recorded   401  401  404  404  404   403  403  403  201  201   403  201  201  404
api:thread                GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:thread                GET+HEAD  whispered  401  401  404  404  404   200  404  404  200  200   200  200  200  404
api:thread                GET+HEAD  never      401  401  404  404  404   200  404  404  200  200   200  200  200  404
api:thread                GET+HEAD  closed_note 401 401  404  404  404   404  200  200  200  200   200  200  200  404
api:thread                DELETE    -          401  401  404  404  404   200  403  403  403  403   403  403  403  404
api:thread_comments       POST      -          401  401  404  404  404   201  201  403  201  201   403  201  201  404
api:thread_decision       POST      -          401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:thread_anchor         POST      -          401  401  404  404  404   200  403  403  200  200   403  200  200  404
api:thread_anchor         POST      ended      401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:thread_apply          POST      -          401  401  404  404  404   403  403  403  202  202   403  202  202  404
api:thread_apply          DELETE    edited     401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:thread_agree          POST      -          401  401  404  404  404   403  200  403  403  403   403  403  403  404
api:thread_agree          DELETE    agreed     401  401  404  404  404   403  200  403  403  403   403  403  403  404
api:comment               PATCH     -          401  401  404  404  404   200  403  403  403  403   403  403  403  404
api:comment               PATCH     answered   401  401  404  404  404   409  403  403  403  403   403  403  403  404
api:comment               DELETE    -          401  401  404  404  404   200  403  403  403  403   403  403  403  404

api:questions             GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:questions             POST      -          401  401  404  404  404   403  403  403  201  201   403  201  201  404
api:question              PATCH     -          401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:answers               GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:answers               POST      -          401  401  404  404  404   201  201  403  403  403   403  403  403  404
api:answers               POST      ended      401  401  404  404  404   403  403  403  403  403   403  403  403  404
api:answers               POST      recorded   401  401  404  404  404   403  403  403  201  201   403  201  201  404
api:answer                DELETE    -          401  401  404  404  404   204  404  404  204  204   403  204  204  404
api:answer                DELETE    ended      401  401  404  404  404   403  404  404  204  204   403  204  204  404

api:drafts                GET+HEAD  -          401  401  404  404  404   403  403  403  200  200   200  200  200  404
api:drafts                POST      -          401  401  404  404  404   403  403  403  202  202   403  202  202  404
api:draft                 GET+HEAD  -          401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:draft                 GET+HEAD  ready      401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:draft                 PATCH     -          401  401  404  404  404   403  403  403  409  409   403  409  409  404
api:draft                 PATCH     ready      401  401  404  404  404   404  404  404  200  200   403  200  200  404
api:draft                 DELETE    -          401  401  404  404  404   403  403  403  409  409   403  403  409  404
api:draft                 DELETE    ready      401  401  404  404  404   404  404  404  204  204   403  403  204  404
api:draft_open            POST      ready      401  401  404  404  404   404  404  404  202  202   403  202  202  404
api:draft_open            POST      -          401  401  404  404  404   403  403  403  200  200   403  200  200  404
api:draft_close           POST      -          401  401  404  404  404   403  403  403  200  200   403  200  200  404

api:reports               GET+HEAD  -          401  401  404  404  404   403  403  403  200  200   200  200  200  404
api:reports               POST      -          401  401  404  404  404   403  403  403  202  202   403  202  202  404
api:report                GET+HEAD  -          401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:report                GET+HEAD  shown      401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:report                GET+HEAD  withheld   401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:report                DELETE    shown      401  401  404  404  404   403  403  403  204  204   403  403  204  404
api:report                DELETE    -          401  401  404  404  404   404  404  404  204  204   403  403  204  404
api:report_download       GET+HEAD  -          401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:report_download       GET+HEAD  shown      401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:report_download       GET+HEAD  shown_pdf  401  401  404  404  404   200  200  200  200  200   200  200  200  404
api:report_download       GET+HEAD  withheld   401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:findings              GET+HEAD  -          401  401  404  404  404   403  403  403  200  200   200  200  200  404
api:job                   GET+HEAD  -          401  401  404  404  404   404  404  404  200  200   200  200  200  404
api:job_cancel            POST      -          401  401  404  404  404   404  404  404  200  200   403  200  200  404
"""

#: `name method case` of rows whose allowed request rightly leaves no trace in the tables.
NO_TRACE = {
    "account_logout POST -": "a session ends",
    "account_login POST -": "a wrong password",
    "account_request_login_code POST -": "the code is kept in the session, the mail in a file",
    "account_confirm_login_code POST -": "no code was asked for",
    "account_confirm_password_reset_code POST -": "no reset was asked for",
    "account_complete_password_reset POST -": "no reset was asked for",
    "account_change_password POST -": "they have no password: they are led to set one",
    "mfa_add_webauthn POST -": "no key of a real device",
    "mfa_login_webauthn POST -": "no key of a real device",
    "account_email_verification_sent POST -": "no address was to be confirmed",
    "account_reset_password POST -": "the code is kept in the session, the mail in a file",
    "api:draft_open POST -": "it is open already",
    "draft_correct POST -": "it is open: the page says that it cannot be corrected",
    "draft_discard POST -": "it is open: the page says that it cannot be thrown away",
    "draft_open POST -": "it is open already",
}

#: `name method case` of rows that show something to some of those who are let in: what, and to whom.
SHOWN = {
    "people GET -": {b"/i/": {"author"}},
    "api:invitations GET -": {b"/i/": {"token:author", "token:here"}},
    "api:members GET -": {
        b"ada@quill.example": {"token:co_author", "token:author", "token:r", "token:w", "token:here"},
        b'"pseudonym":"Author': set(),
    },
}

#: Methods that are not the page's are refused after the one who asks is known: `in` for those not signed in, 401.
BEFORE_405 = {"account", "tokens", "token_revoke", "manuscript_new"}


@dataclass(frozen=True)
class Row:
    """One address, one method, one case: the status for each column."""

    name: str
    method: str
    case: str
    expected: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.name} {self.method} {self.case}"

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")


def rows(table: str, columns: tuple[str, ...]) -> list[Row]:
    """The rows of a table; ValueError for a line that is not one."""
    found = []
    for line in table.splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        name, methods, case, *statuses = words
        if len(statuses) != len(columns):
            raise ValueError(f"{len(statuses)} statuses: {line}")
        expected = tuple(zip(columns, statuses, strict=True))
        found += [Row(name, method, case, expected) for method in methods.split("+")]
    return found


ROWS = rows(PAGES, PAGE_COLUMNS) + rows(API, API_COLUMNS)
