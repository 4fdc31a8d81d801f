"""How wide words are and where lines break: a drawing has no browser to ask, and text must stay in its box.

Widths are those of Arial, Helvetica and Liberation Sans, rounded up, in parts of the type's size.
"""

_WIDTHS = {
    char: share
    for chars, share in (
        ("mM%", 0.86),
        ("W@—…", 1.02),
        ("w", 0.74),
        ("OQGCDHNRU", 0.78),
        ("cksvxyzJ", 0.51),
        ("r-()", 0.34),
        ("ft.,:; !/[]I", 0.29),
        ("ijl|'’‘", 0.23),
    )
    for char in chars
}
_FULL = 0x2E80  # from here on signs are as wide as high: Chinese, Japanese, Korean
_CAPITAL, _OTHER, _BOLD = 0.68, 0.56, 1.09


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is at most, in the unit of `size`."""
    return sum(_width(char) for char in text) * size * (_BOLD if bold else 1.0)


def wrapped(text: str, room: float, size: float, *, bold: bool = False, most: int = 99) -> list[str]:
    """The text in lines that fit the room, `most` at most; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_cut(line, room, size, bold=bold) for line in lines]


def _cut(line: str, room: float, size: float, *, bold: bool) -> str:
    """The line, or as much of it as fits with an ellipsis: a word may be longer than the room."""
    if width(line, size, bold=bold) <= room:
        return line
    kept = line
    while kept and width(f"{kept}…", size, bold=bold) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _width(char: str) -> float:
    return _WIDTHS.get(char) or (_CAPITAL if char.isupper() else _OTHER if ord(char) < _FULL else 1.0)
