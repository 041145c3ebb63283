"""All pages of a search."""


def every(search, *arguments, **options):
    token = None
    while True:
        page = search(*arguments, page_token=token, **options)
        yield from page
        if not (token := page.token):
            return


def parts(entries, most: int):
    """Lists of at most so many."""
    entries = list(entries)
    return (entries[start : start + most] for start in range(0, len(entries), most))
