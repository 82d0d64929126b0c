"""A book in three drafts for the browser: what it says, what changes, and what must become of each of sixty notes."""

from typing import Any

Lines = list[tuple[str, Any]]

#: The Word master as first uploaded: styles and words as in tests.word_files.
MASTER: Lines = [
    ("p", "For those who stand on the quay when the timetable has already left."),
    ("h1", "The ferry that waited"),
    ("p", "Nobody had *checked the ramp* before the cars rolled on, and the clock said ten past six."),
    ("p", "👩‍🚒👨‍👩‍👧 The crew of four counted twice. What the crew counted was never written down."),
    ("p", "A ship is a promise with a timetable, and the timetable is the part that can be printed."),
    ("p", "On the bridge the mate kept a pencil behind each ear: one for what happened, one for what was reported."),
    ("p", "The harbour office had three telephones, of which two rang in an empty room whenever fog came in."),
    ("p", "By the time the fog lifted, eleven lorries had turned around and nobody had asked them why."),
    ("h1", "The people who know"),
    ("p", "Each trade reads the same plan and sees another ship."),
    ("p", "The cook plans by the number of plates, the engineer by the number of hours since the last oil."),
    ("h2", "For operations"),
    ("p", "Keep a list of what wakes you, and read it to the people who caused it."),
    ("p", "A watch that ends without a sentence in the log has not ended; it has been abandoned."),
    ("h2", "Notes for information security"),
    ("p", "Ask of each door whom it lets in, and who would notice."),
    ("p", "The key to the chart room hung beside the chart room, on a hook labelled with great care."),
    ("h2", "For testing"),
    ("p", "A test that cannot fail is a decoration."),
    ("p", "We rehearsed the lifeboats on the one day in the year when the sea was flat and everyone was sober."),
    ("h1", "The price of waiting"),
    ("table", [("load", "owner"), ("fuel", "the chief engineer"), ("cars", "the loading mate"), ("ice", "no one")]),
    ("p", "Waiting costs more than it says on the bill."),
    ("p", "The bill lists the berth, the tug and the pilot. It does not list the baker who closed at noon."),
    ("p", "We asked the clerk for the sum of all late departures, and she gave us a number with a comma in it."),
    ("p", "An hour of delay was entered as weather in nine cases of ten, though the sun had been out in seven."),
    ("h1", "What the harbour remembers"),
    ("p", "The harbour remembers every late departure, and so do its gulls."),
    ("p", "Old ropes are kept in the loft above the customs shed because somebody once needed one in a hurry."),
    ("p", "The loft has a register, and the register has a loft of its own, which nobody has entered since spring."),
    ("p", "Gulls are better at this than offices: they forget nothing that fed them and forgive nothing that did not."),
    ("p", "A gull that has once been shut in a fish hall will not go in again, whatever the door says."),
    ("p", "So the question for an office is not what it stores but what it would refuse to do twice."),
    ("h1", "Leaving"),
    ("p", "Leaving is a skill that is practised daily and examined never."),
    ("p", "The last line ashore is thrown by whoever is nearest, which is why it is so often dropped."),
    ("p", "When the ramp is up and the mate nods, the promise begins to be kept or broken, and no form records which."),
]

#: What the author wrote here, and keeps here.
QUAY = """# Notes from the quay

The quay keeps *two sets* of books: one for the **owner** and one for the tide.

The signboard says 港口从不睡觉，但办事员会睡。Nobody has complained about it yet.

Under it somebody wrote الميناء لا ينام في الليل, and the night watch nodded.

> A list is a promise that has been cut into pieces small enough to break one at a time.

- Count the lamps before the fog comes.
- Count the fog horns after it has gone.

The café crew 👩‍👩‍👧‍👦 signs for everything, re\u0301sume\u0301s included.
"""

SUGGESTED_HERE = ("one for the owner and one for the tide", "one for the owner and one for the weather")
SUGGESTED_IN_WORD = ("the part that can be printed", "the only part that can be printed")
ASKED_FOR = ("Waiting costs more than it says on the bill.", "Late ships are paid for by people who never board one.")


def third_master(second: Lines) -> Lines:
    """The master's last state: `second` is the first with the suggestion accepted in Word."""
    by_words = {words: (style, words) for style, words in second if isinstance(words, str)}

    def line(start: str) -> tuple[str, Any]:
        return next(each for words, each in by_words.items() if words.startswith(start))

    pencils, phones, doors = line("On the bridge"), line("The harbour office"), line("Ask of each door")
    removed = [line("For testing"), line("A test that cannot"), line("We rehearsed")]
    lines = [each for each in second if each not in [pencils, phones, *removed]]

    def put_after(start: str, *new: tuple[str, Any]) -> None:
        at = next(i for i, (_style, words) in enumerate(lines) if isinstance(words, str) and words.startswith(start))
        lines[at + 1 : at + 1] = new

    # A passage to another chapter as it is, another with words changed on the way.
    put_after("The last line ashore", pencils)
    put_after("An hour of delay", ("p", phones[1].replace("three telephones", "three green telephones")))
    # A chapter in two; a sentence as a note asked; small mends.
    put_after("The loft has a register", ("h1", "What the gulls remember"))
    mends = {
        ASKED_FOR[0]: ASKED_FOR[1],
        doors[1]: doors[1].replace("who would notice", "who would notice it first"),
        "By the time the fog lifted": None,
    }
    result: Lines = []
    for style, words in lines:
        if isinstance(words, str) and words.startswith("By the time the fog lifted"):
            words = words.replace("eleven lorries", "twelve lorries")
        result.append((style, mends.get(words) or words) if isinstance(words, str) else (style, words))
    return result


#: (words, fate in the third draft, words it stands on there or None for the same)
NOTES: list[tuple[str, str, str | None]] = [
    # The first chapter.
    ("Nobody had checked the ramp before", "kept", None),
    ("checked the ramp", "kept", None),
    ("ten past six", "kept", None),
    ("👩‍🚒👨‍👩‍👧 The crew of four", "kept", None),
    ("What the crew counted was never written down.", "kept", None),
    ("counted twice", "kept", None),
    ("A ship is a promise with a timetable", "kept", None),
    ("eleven lorries", "edited", "twelve lorries"),
    ("nobody had asked them why", "kept", None),
    (
        "By the time the fog lifted, eleven lorries had turned around",
        "edited",
        "By the time the fog lifted, twelve lorries had turned around",
    ),
    # A passage that moves as it is.
    ("kept a pencil behind each ear", "moved", None),
    ("one for what happened", "moved", None),
    ("On the bridge the mate", "moved", None),
    ("one for what was reported.", "moved", None),
    # A passage that moves and changes.
    ("two rang in an empty room", "moved", None),
    ("whenever fog came in", "moved", None),
    ("The harbour office had three telephones", "edited", "The harbour office had three green telephones"),
    # The people.
    ("Each trade reads the same plan", "kept", None),
    ("sees another ship", "kept", None),
    ("The cook plans by the number of plates", "kept", None),
    ("hours since the last oil", "kept", None),
    ("a list of what wakes you", "kept", None),
    ("read it to the people who caused it", "kept", None),
    ("it has been abandoned", "kept", None),
    ("A watch that ends without a sentence in the log", "kept", None),
    ("whom it lets in", "kept", None),
    ("who would notice.", "edited", "who would notice it first."),
    ("The key to the chart room", "kept", None),
    ("labelled with great care", "kept", None),
    # A section that is removed.
    ("A test that cannot fail", "detached", None),
    ("is a decoration", "detached", None),
    ("rehearsed the lifeboats", "detached", None),
    ("the sea was flat and everyone was sober", "detached", None),
    # The price: cells of a table, and the sentence that is replaced.
    ("the loading mate", "kept", None),
    ("the chief engineer", "kept", None),
    ("no one", "kept", None),
    ("Waiting costs more than it says on the bill.", "detached", None),
    ("The bill lists the berth, the tug and the pilot.", "kept", None),
    ("the baker who closed at noon", "kept", None),
    ("a number with a comma in it", "kept", None),
    ("entered as weather", "kept", None),
    ("though the sun had been out in seven", "kept", None),
    # A chapter that is split.
    ("every late departure", "kept", None),
    ("and so do its gulls", "kept", None),
    ("Old ropes are kept in the loft", "kept", None),
    ("The loft has a register", "kept", None),
    ("Gulls are better at this than offices", "moved", None),
    ("forgive nothing that did not", "moved", None),
    ("shut in a fish hall", "moved", None),
    ("what it would refuse to do twice", "moved", None),
    # Leaving.
    ("practised daily and examined never", "kept", None),
    ("The last line ashore", "kept", None),
    ("no form records which", "kept", None),
    # What is written here: markup, scripts, quotation, list, emoji and marks.
    ("two sets of books", "kept", None),
    ("港口从不睡觉", "kept", None),
    ("الميناء لا ينام", "kept", None),
    ("cut into pieces small enough", "kept", None),
    ("Count the fog horns", "kept", None),
    ("The café crew 👩‍👩‍👧‍👦 signs", "kept", None),
    ("re\u0301sume\u0301s included", "kept", None),
]
