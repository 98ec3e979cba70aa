"""What tests of pages share: a browser that carries form tokens."""

import re

PASSWORD = "correct horse battery"


class Browser:
    """A test client that carries the form token of the last page into its posts."""

    def __init__(self, app):
        self.http = app.test_client()
        self.page = ""

    def get(self, path, **options):
        return self._keep(self.http.get(path, **options))

    def post(self, path, data=None, **options):
        fields = {"csrf_token": self.token(), **(data or {})}
        response = self._keep(self.http.post(path, data=fields, **options))
        if path.startswith("/sign-") and response.status_code == 303:
            self.page = ""  # another session, another token
        return response

    def token(self):
        for place in ("", "/sign-in", "/notifications"):
            if place:
                self.get(place)
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
            if found is not None:
                return found.group(1)
        return ""

    def _keep(self, response):
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            self.page = page if "csrf_token" in page else ""
        return response
