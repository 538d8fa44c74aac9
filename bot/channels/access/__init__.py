"""Who may use the page and the API: users with passwords, a trusted proxy, API keys, or nobody asked (localhost).

book = AccessBook(settings.database_url)      people and keys, in the database
Gate(app, Policy.of(settings, book), metrics)  in front of everything that is served
"""
