# Keeps a copy of an address book: python3 consumer.py http://localhost:8888 copy.json
# It ends when the service is away. Start it again, as often as you like: it goes on where it was.
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
        copy["after"] = copy["after"] or headers["Changes-Next"]  # of the first page: later changes come with the feed
        copy["people"].update((contact["id"], contact) for contact in page["items"])
        cursor = page["next_cursor"]
    return copy

copy = json.load(open(file)) if os.path.exists(file) else read_list()
while True:
    with open(file + ".new", "w") as out:
        json.dump(copy, out)
    os.replace(file + ".new", file)  # people and number, both or neither
    try:
        page, _ = get(f"/changes?after={copy['after']}&wait=30")
    except HTTPError as error:
        if error.code != 410:
            raise
        page = None  # what was too long ago is gone
    if page is None or any(change["kind"] == "sync.completed" for change in page["items"]):
        copy = read_list()
    else:
        for change in page["items"]:
            copy["people"].pop(change["id"], None)
            if change["contact"]:
                copy["people"][change["id"]] = change["contact"]
        copy["after"] = page["next"]
