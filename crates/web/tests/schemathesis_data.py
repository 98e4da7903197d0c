"""Creates objects in a fresh Mamori, and writes their ids for schemathesis.

    python schemathesis_data.py ADDRESS ADMIN_KEY OTHER_KEY SERVICE_KEY CONFIG FOLDER LINK

Through the API: a bank, an entry, an import, a match, a key, an endpoint, a delivery, what may be
deleted, and changes that wait for a second actor, requested with OTHER_KEY and with ADMIN_KEY.
Through the console's forms, after signing in with LINK: decisions on cases, with actions for the
service. Writes into FOLDER the dictionaries that CONFIG (schemathesis.toml) names, and beside them
`admin.toml` and `service.toml`: CONFIG, and that nothing is missing where the document's `x-who`
lets the role find nothing. Python's standard library only.
"""

import html
import http.server
import json
import pathlib
import re
import sqlite3
import sys
import threading
import time
import urllib.parse
import urllib.request

# Number of objects that a run may delete; more than it does.
SPARE = 100

# Number of changes of each use that wait for a second actor. One key may request a hundred.
WAITING = 40

# How long a delivery may take.
DELIVERY_S_MAX = 60

BANK = {
    "purpose": "rehearsal", "source": "drawn by code", "legal_basis": "a rehearsal needs none",
    "owner": "the tests", "jurisdictions": ["*"], "action": "hold",
}


class Caller:
    """A client with a key."""

    def __init__(self, address, key):
        self.address, self.key = address, key

    def call(self, method, path, body=None, media_type="application/json"):
        """Returns the answer; fails unless it is a success."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=body, method=method, headers={
            "authorization": f"Bearer {self.key}", "content-type": media_type})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def post(self, path, body=None, **more):
        """Sends a POST."""
        return self.call("POST", path, body, **more)


class Reviewer:
    """A reviewer with a browser that runs no script."""

    def __init__(self, link):
        self.origin = link.split("/console")[0]
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.send(link.removeprefix(self.origin), {})

    def open(self, path, form=None):
        """Returns the page, after sending `form` if there is one."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self.origin + path, data, {"origin": self.origin})
        with self.browser.open(request, timeout=30) as page:
            return page.read().decode()

    def send(self, path, form):
        """Sends a form, and keeps the page that follows."""
        self.page = self.open(path, form)

    def decide(self, answer):
        """Claims the next case, unless one is claimed already, and decides it."""
        queue = self.open("/console/queue")
        if 'action="/console/queue/next"' in queue:
            self.send("/console/queue/next", hidden(queue, "/console/queue/next"))
        case = re.search(r'action="(/console/cases/case_[0-9a-f]{32}/decide)"', self.page)[1]
        self.send(case, hidden(self.page, case) | answer | {"reason": "It is what it is."})


def hidden(page, action):
    """Returns the hidden fields of a form."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields}


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def delivered(service, endpoints):
    """Returns a finished delivery for each endpoint: a waiting one cannot be sent again."""
    wanted = {service.post(f"/v1/webhooks/{one}/test")["delivery_id"] for one in endpoints}
    until = time.monotonic() + DELIVERY_S_MAX
    while time.monotonic() < until:
        page = service.call("GET", "/v1/deliveries?state=delivered&limit=1000")["data"]
        if wanted <= {delivery["id"] for delivery in page}:
            return sorted(wanted)
        time.sleep(0.2)
    raise SystemExit(f"only {len(page)} of {len(wanted)} webhooks came")


def decided(service, reviewer, hashes):
    """Creates open and decided cases, with decisions and actions; returns their ids."""
    for nth, text in enumerate(hashes):
        service.post("/v1/check", {
            "item_id": f"held-{nth}", "account_id": f"account-{nth}", "surface": "public",
            "md5": text})
    reviewer.decide({"outcome": "violates", "items": "remove"})
    reviewer.decide({"outcome": "not_a_match", "items": "leave"})
    ids = lambda path: [row["id"] for row in service.call("GET", path)["data"]]
    return {name: ids(f"/v1/{name}?limit=1000") for name in ("cases", "decisions", "actions")}


def make(admin, service, reviewer, receiver):
    """Creates everything, and returns the ids by the name of their dictionary."""
    key = next(key for key in admin.call("GET", "/v1/keys")["data"] if key["role"] == "service")
    owner = key["service_id"]
    make_bank = lambda name: admin.post("/v1/banks", BANK | {"name": name})["id"]
    make_key = lambda name: admin.post(
        "/v1/keys", {"role": "service", "service_id": owner, "name": name})["id"]
    make_service = lambda name: admin.post("/v1/services", {"name": name})["id"]
    make_endpoint = lambda _: service.post("/v1/webhooks", {"url": receiver})["id"]
    spare = [f"spare-{nth}" for nth in range(SPARE)]

    bank, endpoint = make_bank("kept"), make_endpoint("kept")
    hashes = [f"{nth:032x}" for nth in range(SPARE)]
    entries = admin.post(f"/v1/banks/{bank}/entries", {
        "entries": [{"kind": "md5", "hash": text} for text in hashes]})["ids"]
    line = json.dumps({"hash": "0ff0" * 16}).encode()
    imported = admin.post(f"/v1/banks/{bank}/imports", line, media_type="application/x-ndjson")
    matched = service.post("/v1/check", {
        "item_id": "known", "surface": "public", "md5": hashes[0]})["match_id"]
    return decided(service, reviewer, hashes[1:5]) | {
        "banks": [bank], "spare-banks": map(make_bank, spare),
        "entries": entries[:1], "spare-entries": entries[1:],
        "imports": [imported["id"]], "matches": [matched], "services": [owner],
        "spare-services": map(make_service, spare),
        "spare-keys": map(make_key, spare),
        "endpoints": [endpoint], "spare-endpoints": map(make_endpoint, spare),
        "deliveries": delivered(service, [make_endpoint(name) for name in spare]),
    }


def pass_first_day(folder):
    """Makes the installation older than its first day, in which no change waits."""
    with sqlite3.connect(folder / "mamori.sqlite", timeout=30) as database:
        database.executescript(
            "DROP TRIGGER installation_update; UPDATE installation SET began_at = 0;")


def waiting(admin, other, folder):
    """Requests changes that wait for a second actor, and makes some that narrow; returns their ids.

    Those of `other` are for `admin` to approve or refuse, its own to cancel or, after the delay, to
    apply alone: the database is told that the delay is over.
    """
    request = lambda who, use: [who.post("/v1/keys", {"role": "admin", "name": f"{use}-{nth}"})["id"]
                                for nth in range(WAITING)]
    ids = {"approvals": request(other, "approve"), "refusable": request(other, "refuse"),
           "ripe": request(admin, "apply")}
    with sqlite3.connect(folder / "mamori.sqlite", timeout=30) as database:
        database.execute("UPDATE approval_request SET agree_until = requested_at,"
                         " alone_from = requested_at WHERE requester_id IN"
                         " (SELECT requester_id FROM approval_request ORDER BY id DESC LIMIT 1)")
    ids["own"] = request(admin, "cancel")
    for nth in range(WAITING):
        listed = BANK | {"name": f"listed-{nth}", "purpose": "child_sexual_abuse", "action": "none"}
        bank = other.post("/v1/banks", listed)["id"]
        other.call("PATCH", f"/v1/banks/{bank}", {"enabled": False})
    notices = [notice["id"] for notice in admin.call("GET", "/v1/notices")["data"]]
    return ids | {"notices": notices}


def not_for(role, document):
    """Yields the operations that answer 404 to `role`, as schemathesis names them."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["x-who"] in {"admin", "service"} - {role}:
                yield f"{method.upper()} {path}"


def main():
    address, admin_key, other_key, service_key, config, folder, link = sys.argv[1:]
    admin, service = Caller(address, admin_key), Caller(address, service_key)
    folder = pathlib.Path(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = make(admin, service, Reviewer(link), f"http://127.0.0.1:{server.server_port}/")
    pass_first_day(folder)
    made |= waiting(admin, Caller(address, other_key), folder)
    for name, ids in made.items():
        (folder / f"{name}.dict").write_text("".join(f'"{id}"\n' for id in ids))

    document = admin.call("GET", "/openapi.json")
    for role in ("admin", "service"):
        names = json.dumps(list(not_for(role, document)), indent=2)
        (folder / f"{role}.toml").write_text(pathlib.Path(config).read_text() + f"""
# Operations that answer 404 to this role in any case.
[[operations]]
include-name = {names}
warnings = false
""")


if __name__ == "__main__":
    main()
