"""The same seven human steps in django-viewflow, as its documentation says."""
