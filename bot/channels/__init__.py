"""The faces of the product: each takes a message in and renders the one `Answer` that the engine returns.

Channels decide nothing. What every channel needs to say in words is in `render`; `render_html` writes it for the web.
"""
