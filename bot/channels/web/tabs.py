"""The tabs beside the chat, in the order in which they stand on the page.

A tab is a module with `TAB = Tab(key, title, build)`; to add one, import its module here and put it into `TABS`.
`build(bench)` makes Gradio components inside the open tab and wires their events. It computes nothing: it calls
`bench.tools` and shows what comes back.
"""

from __future__ import annotations

from bot.channels.web import changes_tab, claim_tab, code_tab, documents_tab, library_tab, price_tab, time_tab
from bot.channels.web.bench import Bench, Tab

__all__ = ["TABS", "Bench", "Tab"]

TABS: tuple[Tab, ...] = (
    code_tab.TAB,
    claim_tab.TAB,
    time_tab.TAB,
    price_tab.TAB,
    changes_tab.TAB,
    library_tab.TAB,
    documents_tab.TAB,
)
