# Keeps a copy of an address book. Run it, kill it, run it again: python3 consumer.py http://localhost:8888 copy.json
import json, os, sys, time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

base, file = (sys.argv[1:] + ["http://localhost:8888", "copy.json"][len(sys.argv) - 1:])[:2]
headers = {"Authorization": "Bearer " + os.environ.get("API_KEY", "")}

def get(path):
    with urlopen(Request(base + path, headers=headers), timeout=60) as answer:
        return answer.headers, json.load(answer)

def read_all():
    people, after, cursor = {}, None, ""
    while cursor is not None:
        head, page = get("/contacts?limit=1000" + (cursor and "&cursor=" + cursor))
        after = after or int(head["Changes-Next"])  # of the first page: what comes later comes again
        people.update((contact["id"], contact) for contact in page["items"])
        cursor = page["next_cursor"]
    return {"after": after, "people": people}

def follow(copy):
    try:
        _, page = get(f"/changes?after={copy['after']}&wait=30&limit=1000")
    except HTTPError as error:
        if error.code == 410:  # too old a number: the whole list is to be read once more
            return read_all()
        raise
    if any(change["kind"] == "sync.completed" for change in page["items"]):
        return read_all()
    for change in page["items"]:
        if change["contact"]:
            copy["people"][change["id"]] = change["contact"]
        elif change["id"]:
            copy["people"].pop(change["id"], None)
    return {**copy, "after": page["next"]}

copy = json.load(open(file)) if os.path.exists(file) else None
while True:
    try:
        copy = follow(copy) if copy else read_all()
        with open(file + ".new", "w") as out:
            json.dump(copy, out)
        os.replace(file + ".new", file)  # the copy and its number, both or neither
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        time.sleep(1)
