"""The time line of a service as a picture: what each span of minutes bills, and where the session lies.

An inline SVG of our own numbers and escaped words. Colors come from the page's style sheet, so it follows dark mode;
every span also stands in a table below it, so the picture carries no meaning alone.
"""

from __future__ import annotations

from html import escape

from bot.toolbox.models import Rung, TimeReport

WIDTH, HEIGHT, BAR_TOP, BAR = 720, 118, 40, 38
_ROOM = 8
"""Width of one sign of a label in the picture's units, so that labels that do not fit are left out."""


def timeline(report: TimeReport) -> str:
    """The picture for a report; empty when there is no span to show."""
    rungs = report.rungs
    if not rungs:
        return ""
    start, end = rungs[0].first, _end(report)
    scale = WIDTH / max(1, end - start + 1)
    parts = [_span(rung, start, end, scale, report.minutes) for rung in rungs]
    at = (min(max(report.minutes, start), end) - start + 0.5) * scale
    marker = (
        f'<path class="cc-tl-mark" d="M{at - 7:.1f} 22 L{at + 7:.1f} 22 L{at:.1f} 36 Z"/>'
        f'<line class="cc-tl-pin" x1="{at:.1f}" x2="{at:.1f}" y1="34" y2="{BAR_TOP + BAR}"/>'
        f'<text class="cc-tl-now" x="{min(max(at, 40), WIDTH - 40):.1f}" y="15" text-anchor="middle">'
        f"{report.minutes} {escape(report.measure)}</text>"
    )
    told = "; ".join(f"{_words(rung)}: {rung.bills or 'nothing'}" for rung in rungs)
    label = escape(f"Time line. {report.minutes} {report.measure}: {report.bills}. {told}.")
    return (
        f'<div class="cc-timeline"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}{marker}</svg></div>"
    )


def _end(report: TimeReport) -> int:
    """The last minute drawn: an open end gets as much room as the span before it."""
    last = report.rungs[-1]
    if last.last is not None:
        return max(last.last, report.minutes) if len(report.rungs) < 2 else last.last
    before = report.rungs[-2] if len(report.rungs) > 1 else last
    room = max(10, (before.last or before.first) - before.first + 1)
    return max(last.first + room, report.minutes + 5)


def _span(rung: Rung, start: int, end: int, scale: float, minutes: int) -> str:
    left = (rung.first - start) * scale
    right = ((rung.last if rung.last is not None else end) - start + 1) * scale
    width = max(1.0, right - left)
    hit = rung.first <= minutes and (rung.last is None or minutes <= rung.last)
    look = "cc-tl-hit" if hit else "cc-tl-span" if rung.bills else "cc-tl-none"
    words = (rung.bills or "nothing").replace(" x 1", "").replace(" x ", " × ")
    text = ""
    if width > len(words) * _ROOM:
        text = f'<text class="cc-tl-text" x="{left + width / 2:.1f}" y="{BAR_TOP + 24}" text-anchor="middle">'
        text += f"{escape(words)}</text>"
    edge = ""
    if width > _ROOM * 2.6:
        edge = f'<text class="cc-tl-edge" x="{left + 1:.1f}" y="{BAR_TOP + BAR + 17}">{rung.first}</text>'
    return (
        f'<rect class="{look}" x="{left:.1f}" y="{BAR_TOP}" width="{width - 1.5:.1f}" height="{BAR}" rx="3"/>'
        f"{text}{edge}"
    )


def _words(rung: Rung) -> str:
    return f"{rung.first} to {rung.last}" if rung.last is not None else f"{rung.first} or more"
