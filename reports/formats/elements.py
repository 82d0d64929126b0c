"""Paragraphs, tables and the package of a Word file, as XML. Pure.

Styles are Word's own by name, so that its navigation, table of contents and screen readers know them. Everybody's
words go through `run`: as typed, line by line, with what XML cannot hold made visible.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from reports.formats.office import DECLARATION, OFFICE, closed, visible, xml

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SPACES = f'xmlns:w="{WORD}" xmlns:r="{OFFICE}/relationships"'
RIGHT_TO_LEFT = re.compile("^[\\W\\d_]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
TEXT_WIDTH = 10_206  # twentieths of a point between the margins, as are those of a page and its margins
PAPERS = {"a4": (11_906, 16_838), "letter": (12_240, 15_840)}

KEPT, STYLED = "<w:keepNext/>", re.compile("<w:pStyle [^>]*/>")

INK, QUIET, RULE, ACCENT, MARKED = "191C22", "434A56", "D3D9E0", "2541B2", "FFF0B3"


def run(text: object, bold: bool = False, italic: bool = False, marked: bool = False, color: str = "") -> str:
    """Words as typed, in one look; lines and tabs stay. `marked` as with a pen, for words a note is about."""
    typed = closed(visible(text))
    if not typed:
        return ""
    look = "<w:b/><w:bCs/>" if bold else ""
    look += "<w:i/><w:iCs/>" if italic else ""
    look += f'<w:color w:val="{color}"/>' if color else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{MARKED}"/>' if marked else ""
    look += "<w:rtl/>" if RIGHT_TO_LEFT.match(typed) else ""
    pieces = re.split("([\n\t])", typed)
    marks = {"\n": "<w:br/>", "\t": "<w:tab/>"}
    words = "".join(marks.get(p) or f'<w:t xml:space="preserve">{xml(p)}</w:t>' for p in pieces if p)
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{words}</w:r>"


def paragraph(*runs: str, style: str = "", first: object = "", more: str = "") -> str:
    """A paragraph of runs; one whose words `first` begin from the right runs that way. `more`: further properties."""
    look = f'<w:pStyle w:val="{style}"/>' if style else ""
    look += more
    look += "<w:bidi/>" if RIGHT_TO_LEFT.match(str(first)) else ""
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def text(words: object, style: str = "", bold: bool = False) -> str:
    """A paragraph of nothing but these words."""
    return paragraph(run(words, bold=bold), style=style, first=words)


def listed(items: Iterable[str], numbered: bool = False) -> str:
    """A list; each item holds the runs of one paragraph."""
    style = "ListNumber" if numbered else "ListBullet"
    return "".join(paragraph(item, style=style) for item in items)


def cell(content: str, width: int, fill: str = "") -> str:
    """A cell of a table from whole paragraphs; `width` in twentieths of a point."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{content or "<w:p/>"}</w:tc>'


def table(
    title: str,
    widths: Sequence[int],
    head: Sequence[str],
    rows: Iterable[Sequence[str | tuple[str, str]]],
    head_style: str = "TableHead",
) -> str:
    """A table whose head stands again on each page and whose rows stay whole; its title is for screen readers.

    `widths` are parts of the width of the text. Cells are paragraphs, or paragraphs and a colour behind them.
    """
    whole = sum(widths)
    wide = [width * TEXT_WIDTH // whole for width in widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in wide)
    heads = "".join(
        cell(paragraph(run(name, bold=True), style=head_style, more=KEPT), width)
        for name, width in zip(head, wide, strict=True)
    )
    made = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"]
    for at, row in enumerate(rows):
        cells = [c if isinstance(c, tuple) else (c, "") for c in row]
        inside = "".join(cell(content, width, fill) for (content, fill), width in zip(cells, wide, strict=True))
        if not at:  # the head never stands with one row alone at the foot of a page
            inside = STYLED.sub(rf"\g<0>{KEPT}", inside)
        made.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inside}</w:tr>")
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(wide)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
        f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val="{xml(title)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(made)}</w:tbl>{paragraph(style='AfterTable')}"
    )


def document_xml(body: Iterable[str], paper: str) -> Iterator[str]:
    """The main part piece by piece, with the footer of every page, on one of PAPERS."""
    width, height = PAPERS[paper]
    side = (width - TEXT_WIDTH) // 2
    yield f"{DECLARATION}<w:document {SPACES}><w:body>"
    yield from body
    yield (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId1"/><w:pgSz '
        f'w:w="{width}" w:h="{height}"/><w:pgMar w:top="1020" w:right="{side}" w:bottom="1134" w:left="{side}" '
        'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def field(code: str) -> str:
    """What Word works out itself, such as the number of the page."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {code} </w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def footer_xml(said: str) -> str:
    """What stands at the foot of each page, and its number at the outer end."""
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH}"/></w:tabs>'
    numbers = f"<w:r><w:tab/></w:r>{run('Page ')}{field('PAGE')}{run(' of ')}{field('NUMPAGES')}"
    return f"{DECLARATION}<w:ftr {SPACES}>{paragraph(run(said), numbers, style='Footer', more=tab)}</w:ftr>"


def numbering_xml() -> str:
    """The two lists: 1 with bullets, 2 with numbers."""
    kinds = (("bullet", "•"), ("decimal", "%1."))
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{at}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{mark}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="397" w:hanging="397"/></w:pPr></w:lvl></w:abstractNum>'
        for at, (kind, mark) in enumerate(kinds)
    )
    used = "".join(f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>' for at in range(2))
    return f"{DECLARATION}<w:numbering {SPACES}>{lists}{used}</w:numbering>"


def settings_xml() -> str:
    """Word's present layout rules, and none of its old ones."""
    return (
        f'{DECLARATION}<w:settings {SPACES}><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
    )


def style(
    name: str, shown: str, place: str, size: int = 0, color: str = "", look: str = "", following: str = ""
) -> str:
    """A style of paragraphs: `place` its properties, `look` those of its letters, `size` in half points."""
    fonts = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    color = f'<w:color w:val="{color}"/>' if color else ""
    after = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>{after}'
        f"<w:qFormat/><w:pPr>{place}</w:pPr><w:rPr>{look}{color}{fonts}</w:rPr></w:style>"
    )


def styles_xml() -> str:
    """The styles the report uses."""
    serif = '<w:rFonts w:ascii="Georgia" w:hAnsi="Georgia" w:cs="Times New Roman"/>'

    def spaced(before: int, after: int, rest: str = "", keep: bool = False, left: int = 0) -> str:
        kept = "<w:keepNext/><w:keepLines/>" if keep else ""
        indent = f'<w:ind w:left="{left}"/>' if left else ""
        return f'{kept}{rest}<w:spacing w:before="{before}" w:after="{after}"/>{indent}'

    def level(at: int) -> str:
        return f'<w:outlineLvl w:val="{at}"/>'

    bar = f'<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="{RULE}"/></w:pBdr>'
    ruled = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="{INK}"/></w:pBdr>'
    point, count = (f'<w:numPr><w:numId w:val="{n}"/></w:numPr>' for n in (1, 2))
    title = serif + "<w:b/><w:bCs/>"
    made = [
        style("Title", "Title", spaced(0, 120), 44, look=serif, following="Normal"),
        style("Subtitle", "Subtitle", spaced(0, 40), 22, QUIET, serif + "<w:i/><w:iCs/>"),
        style("Heading1", "heading 1", spaced(400, 120, keep=True) + level(0), 30, look=title, following="Normal"),
        style("Heading2", "heading 2", spaced(280, 80, keep=True) + level(1), 24, look=title, following="Normal"),
        style("Heading3", "heading 3", spaced(220, 60, keep=True) + level(2), 21, look=title, following="Normal"),
        style("Quote", "Quote", spaced(160, 60, bar, keep=True, left=227), color=QUIET, look=serif),
        style("Cover", "Covering Note", spaced(0, 120, bar, left=227), 0, QUIET, serif + "<w:i/><w:iCs/>"),
        style("Facts", "Facts", spaced(0, 240, ruled), color=QUIET),
        style("Lede", "Introduction", spaced(0, 120, keep=True), color=QUIET),
        style("Voice", "Voice", spaced(120, 20, keep=True)),
        style("Words", "Words", spaced(0, 80)),
        style("ReplyVoice", "Reply Voice", spaced(80, 20, keep=True, left=454)),
        style("ReplyWords", "Reply Words", spaced(0, 80, left=454)),
        style("ListBullet", "List Bullet", spaced(0, 60, point)),
        style("ListNumber", "List Number", spaced(0, 100, count)),
        style("TableHead", "Table Head", spaced(30, 30, keep=True), 16, QUIET),
        style("TableText", "Table Text", spaced(30, 30), 17),
        style("TableFigure", "Table Figure", spaced(30, 30) + '<w:jc w:val="center"/>', 16),
        style("AfterTable", "After Table", spaced(0, 0), 8),
        style("Small", "Small Print", spaced(80, 80), 17, QUIET),
        style("Footer", "footer", spaced(0, 0), 17, QUIET),
    ]
    return (
        f"{DECLARATION}<w:styles {SPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Calibri" w:cs="Arial"/>'
        f'<w:color w:val="{INK}"/><w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/></w:style>{''.join(made)}"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>'
        '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="table" w:styleId="ReportTable"><w:name w:val="Report Table"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:bottom w:val="single" w:sz="4" w:space="0" '
        f'w:color="{RULE}"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/></w:tblBorders>'
        "</w:tblPr></w:style></w:styles>"
    )
