"""What a hand does on the drawing board."""

CHECK = "check_referral.bpmn"


def board(page, address, draft_id, file=CHECK):
    page.goto(f"{address}/workbench/{draft_id}/board?file={file}")
    page.wait_for_selector("[data-board][data-ready]")


def pick(page, element):
    """Click an element as one would: a flow near its end."""
    middle = page.evaluate(
        """(id) => {
          const path = document.querySelector(`g.djs-connection[data-element-id='${id}'] > .djs-hit`);
          if (!path) return null;
          const at = path.getPointAtLength(path.getTotalLength() * 0.8).matrixTransform(path.getScreenCTM());
          return [at.x, at.y];
        }""",
        element,
    )
    if middle:
        page.mouse.click(*middle)
    else:
        page.click(f"g.djs-element[data-element-id='{element}'] .djs-hit", force=True)
    page.wait_for_selector("[data-panel] .field")


def saved(page, change):
    """Make a change and wait until the draft has it."""
    with page.expect_response(lambda r: r.request.method == "PUT" and r.status == 200):
        change()
