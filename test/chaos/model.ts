/** The names of a listed person, `""` where there is none. */
export interface ListedNames {
  /** Of a person with another name only. */
  username: string;
  push_name: string;
  full_name: string;
  first_name: string;
}

export interface SavedNames {
  fullName?: string;
  firstName?: string;
}

/** State of a number, of a LID, or of a contact with both. */
interface Known {
  number?: string;
  lid?: string;
  saved?: SavedNames;
  lidSaved?: SavedNames;
  push?: { name: string; order: number };
  /** Null if the contact has removed its username. */
  username?: { name: string | null; order: number };
}

/**
 * The expected address book, from a few rules: a saved name belongs to the address that it is saved under, a push name
 * to the contact, and a LID to one number at a time. Later changes win.
 */
export class AddressBookModel {
  private people: Known[] = [];
  private order = 0;
  /** Names from history are as old as the link that delivered them. */
  private linkOrder = 0;

  save(address: { number: string } | { lid: string }, names: SavedNames): void {
    if ('number' in address) this.of(address).saved = names;
    else this.of(address).lidSaved = names;
  }

  delete(address: { number: string } | { lid: string }): void {
    if ('number' in address) delete this.of(address).saved;
    else delete this.of(address).lidSaved;
  }

  isSaved(address: { number: string } | { lid: string }): boolean {
    return ('number' in address ? this.of(address).saved : this.of(address).lidSaved) !== undefined;
  }

  /** Sets the push name of a contact, with the current time. */
  heard(address: { number: string } | { lid: string }, name: string): void {
    this.order += 1;
    this.of(address).push = { name, order: this.order };
  }

  /** The person has this user name, or none, now. */
  named(address: { number: string } | { lid: string }, name: string | null): void {
    this.order += 1;
    this.of(address).username = { name, order: this.order };
  }

  /** A phone was linked, again or for the first time. */
  linked(): void {
    this.order += 1;
    this.linkOrder = this.order;
  }

  /** Sets a push name from the history of the phone. */
  toldByHistory(number: string, name: string): void {
    const known = this.of({ number });
    if ((known.push?.order ?? 0) <= this.linkOrder) known.push = { name, order: this.linkOrder };
  }

  /** Number and LID are one person's from now on. */
  pair(number: string, lid: string): void {
    const [byNumber, byLid] = [this.of({ number }), this.of({ lid })];
    if (byNumber === byLid) return;
    const numberAlone = this.withoutLid(byNumber);
    const lidAlone = this.withoutNumber(byLid);
    this.people = this.people.filter((each) => each !== numberAlone && each !== lidAlone);
    this.people.push({
      number,
      lid,
      saved: numberAlone.saved,
      lidSaved: lidAlone.lidSaved,
      push: latest(numberAlone.push, lidAlone.push),
      username: latest(numberAlone.username, lidAlone.username),
    });
  }

  /** A person has another LID from now on. */
  changeLid(old: string, lid: string): void {
    this.of({ lid: old }).lid = lid;
  }

  /** Like pair(), for mappings from history, which do not replace existing ones. */
  pairOfThePast(number: string, lid: string): void {
    if (this.of({ number }).lid === undefined && this.of({ lid }).number === undefined)
      this.pair(number, lid);
  }

  /** Returns the contacts with a number and a name, by number. */
  listed(): Map<string, ListedNames> {
    const all = this.people.flatMap(({ number, saved, lidSaved, push, username }) => {
      const names = saved ?? lidSaved;
      const listed = {
        push_name: push?.name ?? '',
        full_name: names?.fullName ?? '',
        first_name: names?.firstName ?? '',
      };
      const isListed = number && Object.values(listed).some(Boolean);
      return isListed ? [[number, { ...listed, username: username?.name ?? '' }] as const] : [];
    });
    return new Map(all);
  }

  /** Returns the state after the LID is removed together with the data that the contact sets. */
  private withoutLid(known: Known): Known {
    if (known.lid === undefined) return known;
    const alone: Known = { number: known.number, saved: known.saved };
    delete known.number;
    delete known.saved;
    this.people.push(alone);
    return alone;
  }

  private withoutNumber(known: Known): Known {
    if (known.number !== undefined) this.withoutLid(known);
    return known;
  }

  private of(address: { number: string } | { lid: string }): Known {
    const found = this.people.find((each) =>
      'number' in address ? each.number === address.number : each.lid === address.lid,
    );
    if (found) return found;
    const known: Known = { ...address };
    this.people.push(known);
    return known;
  }
}

function latest<T extends { order: number }>(a: T | undefined, b: T | undefined): T | undefined {
  return a && b ? (b.order > a.order ? b : a) : (a ?? b);
}
