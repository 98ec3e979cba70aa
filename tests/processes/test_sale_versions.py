"""Earlier sales replayed through another version: what it would have done with them."""

from bpmn.actors import Actor

SYSTEM = Actor.system()


def replay(company, definition_id, last=1000):
    """Replay the last requests and return the findings by request number."""
    run_id = company.engine.replays.start(to_id=definition_id, by=SYSTEM, last=last)
    for _ in range(300):
        if company.engine.replays.progress(run_id).state == "done":
            break
        company.engine.jobs.run_due()
    return {item.number: (item.state, dict(item.data)) for item in company.engine.replays.items(run_id)}


def active_id(company):
    return company.engine.deployments.active("equipment_sale").definition.id


def test_sales_replayed_through_their_own_version_go_the_same_way(company, helpers):
    helpers.lead(company, "approval", discount=14)
    helpers.lead(company, "payment")

    found = replay(company, active_id(company))

    assert [state for state, _ in found.values()] == ["same", "same"], found


STEP = (
    '<bpmn:userTask id="stock" name="Проверить наличие" camunda:candidateGroups="sales"/>'
    '<bpmn:sequenceFlow id="from_stock" sourceRef="stock" targetRef="quote"/>'
).encode()


def with_one_more_step(files):
    """The sale with a task before the quotation."""
    diagram = files["equipment_sale.bpmn"].replace(b'targetRef="quote"', b'targetRef="stock"')
    begin, close, end = diagram.partition(b"</bpmn:process>")
    return {**files, "equipment_sale.bpmn": begin + STEP + close + end}


def test_a_version_with_one_more_question_names_it_for_every_sale_that_would_meet_it(company, helpers):
    sooner = helpers.lead(company, "qualify")
    later = helpers.lead(company, "quote")
    files = company.engine.deployments.active("equipment_sale").deployment.files
    deployed = company.engine.deployments.deploy(with_one_more_step(files), by=SYSTEM)
    wanted = next(ref.id for ref in deployed.definitions if ref.key == "equipment_sale")

    found = replay(company, wanted)

    assert found[sooner.number] == ("same", {})
    state, data = found[later.number]
    assert (state, data["questions"]) == ("question", [["stock", ""]])
