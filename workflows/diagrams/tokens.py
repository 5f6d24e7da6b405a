"""Every way the tokens of a process can go, as BPMN says they stand on flows and in activities.

All ways are walked breadth first, bounded by counts, so the first fault found has the shortest path
that shows it.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from workflows.diagrams.budget import Left
from workflows.diagrams.graph import Graph, Node

MOST_STATES = 20_000
MOST_TOKENS = 40
#: Times that a token is looked at; many tokens at once make many ways and long states.
MOST_LOOKS = 3_000_000

_EXCLUSIVE = ("exclusiveGateway", "eventBasedGateway")

#: Where tokens stand: flows, and activities written as "@id"; sorted, a token a place.
State = tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """Something that can go wrong with the tokens: a code, the node, the shortest way to it."""

    code: str
    node: str
    path: tuple[str, ...]


def soundness(graph: Graph, looks: Left) -> tuple[list[Fault], bool]:
    """The faults of the tokens' ways, each once, shortest first; and whether all were walked."""
    if len(graph.starts) != 1:
        return [], True
    aside = graph.side_branches()
    ids = frozenset(event.id for event in aside)
    faults: list[Fault] = []
    complete = True
    for first in (graph.starts[0], *aside):
        walk = Tokens(graph, first, ids, min(MOST_LOOKS, looks.left))
        faults += walk.faults()
        looks.take(min(walk.looks, looks.left))
        complete = complete and walk.complete
    return faults, complete


class Tokens:
    """Every way the tokens of a process can go."""

    def __init__(self, graph: Graph, first: Node, aside: frozenset[str], most: int) -> None:
        self._graph, self._first, self._aside = graph, first, aside
        self.looks, self._most = 0, most
        self._came: dict[State, tuple[State | None, str]] = {}
        self._next: dict[State, list[State]] = {}
        self._found: dict[tuple[str, str], Fault] = {}
        self.complete = True

    def faults(self) -> list[Fault]:
        """Walk all ways; then see from where no end can be reached."""
        start: State = tuple(sorted(self._first.outgoing))
        self._came[start] = (None, self._first.id)
        todo = deque([start])
        while todo:
            state = todo.popleft()
            followers = self._next[state] = []
            for node, after in self._moves(state):
                followers.append(after)
                self.looks += len(after)
                if after in self._came:
                    continue
                if len(self._came) >= MOST_STATES or self.looks > self._most:
                    self.complete = False
                    return list(self._found.values())
                self._came[after] = (state, node)
                if self._crowded(after):
                    continue  # a place with three tokens fills without end
                todo.append(after)
            if self.looks > self._most:
                self.complete = False
                return list(self._found.values())
            if state and not followers:
                self._stuck(state)
        self._no_way_out()
        return list(self._found.values())

    def _crowded(self, state: State) -> bool:
        """Note where tokens pile up; True where they do so without end."""
        counts = Counter(state)
        most = max(counts.values(), default=0)
        if most < 2:
            return False
        endless = most >= 3 or len(state) > MOST_TOKENS
        place = next(p for p in state if counts[p] == most)
        self._note("PILES_UP" if endless else "RUNS_TWICE", self._at(place), state)
        return endless

    def _stuck(self, state: State) -> None:
        for place in state:
            if place[0] != "@":
                self._note("DEADLOCK", self._at(place), state)

    def _at(self, place: str) -> str:
        """The node in which, or before which, a token stands."""
        return place[1:] if place[0] == "@" else self._graph.flows[place][1]

    def _no_way_out(self) -> None:
        """States from which the empty state, the end, cannot be reached any more."""
        before: dict[State, list[State]] = {}
        for state, followers in self._next.items():
            for after in followers:
                before.setdefault(after, []).append(state)
        good: set[State] = set()
        todo: list[State] = [()]
        while todo:
            state = todo.pop()
            if state not in good:
                good.add(state)
                todo.extend(before.get(state, ()))
        stuck = {fault.code for fault in self._found.values()}
        lost = next((s for s in self._came if s in self._next and s not in good), None)
        if lost is not None and not stuck:
            self._note("NEVER_ENDS", self._at(lost[0]), lost)

    def _note(self, code: str, node: str, state: State) -> None:
        if (code, node) not in self._found and node in self._graph.nodes:
            self._found[code, node] = Fault(code, node, self._path(state))

    def _path(self, state: State) -> tuple[str, ...]:
        names: list[str] = []
        at: State | None = state
        while at is not None:
            before, node = self._came[at]
            if node in self._graph.nodes:
                names.append(self._graph.nodes[node].words)
            at = before
        return tuple(dict.fromkeys(reversed(names)))

    def _moves(self, state: State) -> Iterator[tuple[str, State]]:
        """What can happen next: (node, state after it)."""
        for place in dict.fromkeys(state):
            self.looks += len(state)
            if self.looks > self._most:
                return
            if place[0] == "@":
                yield from self._leave_activity(place[1:], state)
            else:
                target = self._graph.nodes.get(self._graph.flows[place][1])
                if target is not None:
                    yield from self._enter_node(target, place, state)

    def _leave_activity(self, key: str, state: State) -> Iterator[tuple[str, State]]:
        node = self._graph.nodes[key]
        yield key, _put(_take(state, f"@{key}"), node.outgoing)
        for event in self._graph.watchers.get(key, ()):
            if event.interrupts:
                yield event.id, _put(_take(state, f"@{key}"), event.outgoing)
            elif event.id not in self._aside and not set(event.outgoing) & set(state):
                yield event.id, _put(state, event.outgoing)

    def _enter_node(self, node: Node, flow: str, state: State) -> Iterator[tuple[str, State]]:
        rest = _take(state, flow)
        if node.kind == "endEvent":
            yield node.id, () if node.terminates else rest
        elif node.kind == "parallelGateway":
            if set(node.incoming) <= set(state):
                yield node.id, _put(_take(state, *node.incoming), node.outgoing)
        elif node.kind == "inclusiveGateway":
            yield from self._inclusive(node, state)
        elif node.kind in _EXCLUSIVE:
            for outgoing in node.outgoing:
                yield node.id, _put(rest, [outgoing])
        elif node.id in self._graph.watchers:
            yield node.id, _put(rest, [f"@{node.id}"])
        else:
            yield node.id, _put(rest, node.outgoing)

    def _inclusive(self, node: Node, state: State) -> Iterator[tuple[str, State]]:
        """Fires when no token elsewhere can still come; then any of its ways, and all of them."""
        here = [flow for flow in node.incoming if flow in state]
        missing = set(node.incoming) - set(here)
        if missing and self._may_come(node, missing, state):
            return
        state = _take(state, *here)
        if len(node.outgoing) <= 1:
            yield node.id, _put(state, node.outgoing)
            return
        for outgoing in node.outgoing:
            yield node.id, _put(state, [outgoing])
        yield node.id, _put(state, node.outgoing)

    def _may_come(self, join: Node, missing: set[str], state: State) -> bool:
        seen: set[str] = set()
        todo = [self._at(place) for place in state if place not in join.incoming]
        while todo:
            key = todo.pop()
            if key == join.id or key in seen or key not in self._graph.nodes:
                continue
            seen.add(key)
            self.looks += 1
            node = self._graph.nodes[key]
            ways = [*node.outgoing]
            for event in self._graph.watchers.get(key, ()):
                ways += event.outgoing
            if missing & set(ways):
                return True
            todo.extend(self._graph.flows[way][1] for way in ways)
        return False


def _take(state: State, *places: str) -> State:
    left = Counter(state)
    left.subtract(places)
    return tuple(left.elements())


def _put(state: State, places: list[str]) -> State:
    return tuple(sorted([*state, *places]))
