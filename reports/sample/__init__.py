"""A book that comes with Widemargin, so that a new installation shows what the pages are for.

The words are in files beside this one: two drafts in Markdown, the people, and their notes and answers in the two
rounds. `book.py` reads them, `loading.py` brings them in through the functions that serve everyone's manuscript.
"""
