"""The web chat, its tools and the API in one application; `bot.channels.serve` runs it."""
