"""Documents of the user's own: taken in, searched, compared with the tables, and cited below everything official."""
