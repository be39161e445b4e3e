# Copies an address book to a file and keeps it up to date: python3 consumer.py http://localhost:8888 copy.json
# Set API_KEY if the service requires a key. The program exits on errors and continues when you start it again.
import json, os, sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

base, file = sys.argv[1], sys.argv[2]

def get(path):
    request = Request(base + path, headers={"Authorization": "Bearer " + os.environ.get("API_KEY", "")})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer), answer.headers

def read_list():
    copy, cursor = {"after": None, "people": {}}, ""
    while cursor is not None:
        page, headers = get("/contacts?limit=1000" + (cursor and "&cursor=" + cursor))
        # Of the first page, because the feed contains all later changes.
        copy["after"] = copy["after"] or headers["Changes-Next"]
        copy["people"].update((contact["id"], contact) for contact in page["items"])
        cursor = page["next_cursor"]
    return copy

copy = json.load(open(file)) if os.path.exists(file) else read_list()
while True:
    with open(file + ".new", "w") as out:
        json.dump(copy, out)
    os.replace(file + ".new", file)  # contacts and position change atomically
    try:
        page, _ = get(f"/changes?after={copy['after']}&wait=30")
    except HTTPError as error:
        if error.code != 410:
            raise
        page = None  # the position is no longer in the feed
    if page is None or any(change["kind"] == "sync.completed" for change in page["items"]):
        copy = read_list()
    else:
        for change in page["items"]:
            copy["people"].pop(change["id"], None)
            if change["contact"]:
                copy["people"][change["id"]] = change["contact"]
        copy["after"] = page["next"]
