"""Maps between two texts, kept: computing one takes as long as the texts are, reading a kept one far less."""

from collections.abc import Iterable, Sequence

from anchoring.align import VERSION, Alignment, align, restore

from .models import SectionText, TextMap


def text_map(old: SectionText, new: SectionText) -> Alignment:
    """The alignment of two texts; kept for the next time where they differ."""
    if old.pk == new.pk:
        return align(old.text, new.text)
    row = TextMap.objects.filter(old=old, new=new, version=VERSION).first()
    if row is not None:
        return restore(old.text, new.text, row.runs)
    made = align(old.text, new.text)
    keep([(old.pk, new.pk, made)])
    return made


def text_maps(pairs: Sequence[tuple[SectionText, SectionText]]) -> list[Alignment]:
    """The alignments of several pairs of texts, in their order; one query for those that are kept."""
    rows = TextMap.objects.filter(old__in={old.pk for old, _ in pairs}, version=VERSION)
    kept = {(row.old_id, row.new_id): row for row in rows.filter(new__in={new.pk for _, new in pairs})}
    found, made = [], []
    for old, new in pairs:
        row = kept.get((old.pk, new.pk))
        if row is not None:
            found.append(restore(old.text, new.text, row.runs))
            continue
        found.append(align(old.text, new.text))
        if old.pk != new.pk:
            made.append((old.pk, new.pk, found[-1]))
    if made:
        keep(made)
    return found


def unmapped(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of these pairs of texts, by their ids, whose map is not kept."""
    wanted = {pair for pair in pairs if pair[0] != pair[1]}
    rows = TextMap.objects.filter(old__in={old for old, _ in wanted}, version=VERSION)
    kept = set(rows.values_list("old", "new")) if wanted else set()
    return sorted(wanted - kept)


def keep(maps: Iterable[tuple[int, int, Alignment]]) -> None:
    """Stores maps by the ids of their texts, over older ones of the same pair."""
    rows = [
        TextMap(old_id=old, new_id=new, version=VERSION, runs=each.runs() if each.complete else None)
        for old, new, each in maps
    ]
    TextMap.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["old", "new"], update_fields=["version", "runs"], batch_size=50
    )
