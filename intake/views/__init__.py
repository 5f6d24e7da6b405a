"""One blueprint per file, named as its URL: guard, fetch, form, one verb, redirect."""
