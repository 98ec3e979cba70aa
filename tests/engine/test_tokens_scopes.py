"""Subprocesses, call activities, loops, compensation, transactions: scopes inside the instance."""

import pytest

from bpmn import journal
from bpmn.spiff import Binding, compile_bundle
from bpmn.spiff.errors import TokenGone
from tests.engine.kit import (
    COMPENSATE,
    END,
    ERROR,
    HOUR,
    START,
    TERMINATE,
    PlainServices,
    Run,
    boundary,
    chain,
    compiled,
    document,
    el,
    end,
    event_sub,
    flow,
    gateway,
    job,
    many,
    process,
    run,
    script,
    sub,
    throw,
    user,
)

CALLED = process(el("startEvent", "qs") + user("q1") + end("qe") + chain("qs", "q1", "qe"), id="q")


def extension(inner):
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


def inputs(**values):
    return "".join(
        f'<camunda:inputParameter name="{k}">{v}</camunda:inputParameter>' for k, v in values.items()
    )


def outputs(**values):
    return "".join(
        f'<camunda:outputParameter name="{k}">{v}</camunda:outputParameter>' for k, v in values.items()
    )


def mapping(*parts):
    return extension(f"<camunda:inputOutput>{''.join(parts)}</camunda:inputOutput>")


def test_a_subprocess_ends_when_its_last_token_ends():
    inner = (
        gateway("parallel", "g") + user("p1", "p2") + chain("s.s", "g", "p1", "s.e") + chain("g", "p2", "s.e")
    )
    r = run(START + sub("s", inner) + user("z") + chain("start", "s", "z"))
    assert r.task("p1").tasks == ["p2"]
    assert r.task("p2").tasks == ["z"]


def test_a_terminate_end_inside_a_subprocess_ends_only_that():
    inner = gateway("parallel", "g") + user("p1", "p2") + end("stop", TERMINATE)
    inner += chain("s.s", "g", "p1", "stop") + chain("g", "p2", "s.e")
    r = run(START + sub("s", inner) + user("z") + chain("start", "s", "z"))
    assert r.task("p1").tasks == ["z"]
    assert r.visited("cancelled") == ["p2"]


def test_a_boundary_timer_of_a_subprocess_cancels_what_is_nested_in_it():
    inner = sub("s2", user("deep") + chain("s2.s", "deep", "s2.e")) + chain("s.s", "s2", "s.e")
    r = run(
        START
        + sub("s", inner)
        + boundary("t", "s", HOUR)
        + user("late", "z")
        + chain("start", "s", "z")
        + chain("t", "late")
    )
    r.fire("t")
    assert r.tasks == ["late"]
    assert r.visited("cancelled") == ["deep", "s2", "s"]


def test_an_event_subprocess_inside_a_subprocess_lives_with_it():
    inner = (
        user("p1") + chain("s.s", "p1", "s.e") + event_sub("es", HOUR, user("h") + chain("es.s", "h", "es.e"))
    )
    r = run(START + sub("s", inner) + user("z") + chain("start", "s", "z"))
    r.fire("es.s")
    assert r.tasks == ["h"]
    assert r.task("h").tasks == ["z"]


# ---------------------------------------------------------------- variables
def test_input_parameters_are_local_and_outputs_go_out():
    io = mapping(inputs(draft="=n + 1"), outputs(final="=draft * 10"))
    r = run(START + el("userTask", "a", io) + END + chain("start", "a", "end"), n=1)
    r.task("a", draft=5, other=3)
    assert r.variables == {"n": 1, "final": 50}


def test_the_parameters_of_a_job_are_evaluated_when_it_runs():
    listed = '<camunda:inputParameter name="to"><camunda:list><camunda:value>=n</camunda:value><camunda:value>x</camunda:value></camunda:list></camunda:inputParameter>'
    mapped = '<camunda:inputParameter name="data"><camunda:map><camunda:entry key="k">${n + 1}</camunda:entry></camunda:map></camunda:inputParameter>'
    io = mapping(listed, mapped, inputs(text="Hello ${name}", empty=""))
    r = run(START + job("j", io) + END + chain("start", "j", "end"), n=1, name="Ann")
    token = r.token("j")
    workflow = r.restore()
    assert workflow.parameters(token) == {"to": [1, "x"], "data": {"k": 2}, "text": "Hello Ann", "empty": ""}


def test_a_jobs_result_goes_through_its_output_parameters_or_result_variable():
    r = run(START + job("j", mapping(outputs(got="=status + 1"))) + END + chain("start", "j", "end"))
    assert r.job("j", status=200).variables == {"got": 201}
    task = el("serviceTask", "j", camunda_type="external", camunda_topic="t", camunda_resultVariable="answer")
    r = run(START + task + END + chain("start", "j", "end"))
    assert r.job("j", status=200).variables == {"answer": {"status": 200}}


def test_a_transactional_handler_runs_inside_the_step():
    services = PlainServices()
    services.inline["work"] = lambda n: {"double": n * 2}
    r = run(
        START + job("j", mapping(inputs(n="=n"))) + user("a") + chain("start", "j", "a"),
        services=services,
        n=4,
    )
    assert r.tasks == ["a"]
    assert r.variables == {"n": 4, "double": 8}
    assert not r.entries(journal.JobOpened)


def test_a_decision_stores_its_result_and_explains_itself():
    services = PlainServices()
    services.decisions["limit"] = lambda variables: {"limit": variables["n"] * 10}
    task = el(
        "businessRuleTask",
        "d",
        camunda_decisionRef="limit",
        camunda_resultVariable="r",
        camunda_mapDecisionResult="singleEntry",
    )
    r = run(START + task + END + chain("start", "d", "end"), services=services, n=4)
    assert r.variables == {"n": 4, "r": 40}
    explanation = r.entries(journal.Decided)[0].explanation
    assert (explanation["decision"], explanation["value"]) == ("limit", {"limit": 40})


def test_feel_scripts_write_their_result_variable():
    task = el(
        "scriptTask", "s", "<bpmn:script>n * 2</bpmn:script>", scriptFormat="feel", camunda_resultVariable="m"
    )
    assert run(START + task + END + chain("start", "s", "end"), n=4).variables == {"n": 4, "m": 8}


# ---------------------------------------------------------------- call activities
def test_a_called_process_has_variables_of_its_own_and_gives_back_what_it_wrote():
    body = START + gateway("parallel", "g") + el("callActivity", "c", calledElement="q") + user("side", "z")
    r = run(body + chain("start", "g", "c", "z") + chain("g", "side"), CALLED, n=1, m=1)
    r.task("side", m=2)
    r.task("q1", n=5, new=1)
    assert r.tasks == ["z"]
    assert r.variables == {"n": 5, "m": 2, "new": 1}


def test_the_mappings_of_a_call_activity_decide_what_passes():
    io = extension(
        '<camunda:in source="n" target="input"/><camunda:in sourceExpression="${n + 1}" target="next"/>'
        '<camunda:out source="result" target="answer"/>'
    )
    r = run(
        START + el("callActivity", "c", io, calledElement="q") + END + chain("start", "c", "end"),
        CALLED,
        n=1,
        hidden=1,
    )
    token = r.token("q1")
    assert dict(r.restore().variables_of(token)) == {"input": 1, "next": 2}
    assert r.task("q1", result=9, noise=1).variables == {"n": 1, "hidden": 1, "answer": 9}


def test_a_process_outside_the_bundle_is_bound_by_the_services_and_found_again_by_reference():
    services = PlainServices()
    other = compile_bundle({"q.bpmn": document(CALLED)}).processes["q"]
    other.reference = "q:17"
    services.processes = {"q": other, "q:17": other}

    def called_process(key, binding):
        services.bindings.append((key, binding))
        return other

    services.called_process = called_process
    call = el(
        "callActivity",
        "c",
        calledElement="${which}",
        camunda_calledElementBinding="version",
        camunda_calledElementVersion="3",
    )
    r = run(START + call + user("z") + chain("start", "c", "z"), services=services, which="q")
    assert services.bindings[0] == ("q", Binding("version", "3"))
    r.task("q1")
    assert services.bindings[-1] == ("q", Binding("reference", "q:17"))
    assert r.tasks == ["z"]


def test_an_error_end_of_a_called_process_reaches_the_call_activity():
    failing = process(el("startEvent", "qs") + end("bad", ERROR) + chain("qs", "bad"), id="q")
    body = START + el("callActivity", "c", calledElement="q") + boundary("b", "c", ERROR) + user("fix", "z")
    assert run(body + chain("start", "c", "z") + chain("b", "fix"), failing).tasks == ["fix"]


# ---------------------------------------------------------------- multi-instance
def test_parallel_instances_have_their_item_and_collect_outputs_in_order():
    r = run(
        START + el("userTask", "t", many(output=True)) + user("z") + chain("start", "t", "z"),
        items=["x", "y", "w"],
    )
    assert r.tasks == ["t", "t", "t"]
    assert [dict(r.restore().variables_of(r.token("t", nth=k)))["item"] for k in range(3)] == ["x", "y", "w"]
    r.task("t", 2, result=3).task("t", 0, result=1)
    counters = r.restore().variables_of(r.token("t"))
    assert (
        counters["nrOfInstances"],
        counters["nrOfActiveInstances"],
        counters["nrOfCompletedInstances"],
    ) == (3, 1, 2)
    r.task("t", result=2)
    assert r.tasks == ["z"]
    assert r.variables == {"items": ["x", "y", "w"], "results": [1, 2, 3]}


def test_history_tells_the_loop_from_its_instances():
    r = (
        run(START + el("userTask", "t", many()) + user("z") + chain("start", "t", "z"), items=[1, 2])
        .task("t")
        .task("t")
    )
    closed = [e.element_type for e in r.entries(journal.Closed) if e.element_id == "t"]
    assert closed == ["userTask", "userTask", "loopBody"]


def test_sequential_instances_run_one_after_the_other():
    r = run(
        START
        + el("userTask", "t", many(sequential=True, output=True))
        + user("z")
        + chain("start", "t", "z"),
        items=[5, 6],
    )
    for index in range(2):
        assert r.tasks == ["t"]
        token = r.token("t")
        assert r.restore().variables_of(token)["loopCounter"] == index
        r.task("t", result=index)
    assert (r.tasks, r.variables["results"]) == (["z"], [0, 1])


def test_a_completion_condition_ends_the_rest():
    r = run(
        START
        + el("userTask", "t", many(condition="nrOfCompletedInstances &gt;= 2"))
        + user("z")
        + chain("start", "t", "z"),
        items=[1, 2, 3],
    )
    assert r.task("t").task("t").tasks == ["z"]
    assert r.visited("cancelled") == ["t"]


def test_an_empty_collection_passes():
    for sequential in (False, True):
        body = (
            START
            + el("userTask", "t", many(sequential=sequential, output=True))
            + END
            + chain("start", "t", "end")
        )
        r = run(body, items=[])
        assert (r.state, r.variables["results"]) == ("completed", [])


def test_a_number_of_instances_may_be_given():
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>=n + 1</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    assert run(START + el("userTask", "t", loop) + END + chain("start", "t", "end"), n=1).tasks == ["t", "t"]


def test_a_boundary_event_belongs_to_the_whole_loop():
    task = el("serviceTask", "t", many(), camunda_type="external", camunda_topic="x")
    r = run(
        START
        + task
        + boundary("b", "t", ERROR)
        + user("fix", "z")
        + chain("start", "t", "z")
        + chain("b", "fix"),
        items=[1, 2],
    )
    assert r.error("t", "E1", nth=1)
    assert r.tasks == ["fix"]


def test_a_multi_instance_subprocess_keeps_locals_apart():
    inner = user("p1") + script("add", "result = item * k") + chain("s.s", "p1", "add", "s.e")
    body = START + el(
        "subProcess", "s", el("startEvent", "s.s") + inner + el("endEvent", "s.e") + many(output=True)
    )
    r = run(body + user("z") + chain("start", "s", "z"), items=[1, 2, 3], k=10)
    r.task("p1", 1).task("p1", 1).task("p1")
    assert r.variables["results"] == [10, 20, 30]


def test_a_standard_loop_tests_before_or_after_and_has_a_maximum():
    def looped(attributes, condition):
        loop = f"<bpmn:standardLoopCharacteristics {attributes}><bpmn:loopCondition>{condition}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
        task = el("scriptTask", "t", "<bpmn:script>n = n + 1</bpmn:script>" + loop, scriptFormat="python")
        return run(START + task + END + chain("start", "t", "end"), n=0).variables["n"]

    assert looped("", "n &lt; 3") == 3
    assert looped("", "n &lt; 0") == 1
    assert looped('testBefore="true"', "n &lt; 0") == 0
    assert looped('loopMaximum="2"', "n &lt; 9") == 2


# ---------------------------------------------------------------- compensation
def undo(activity, handler, tag="userTask"):
    return (
        boundary("cb_" + activity, activity, COMPENSATE)
        + el(
            tag,
            handler,
            isForCompensation="true",
            **({"camunda_type": "external", "camunda_topic": "t"} if tag == "serviceTask" else {}),
        )
        + f'<bpmn:association id="as_{activity}" sourceRef="cb_{activity}" targetRef="{handler}"/>'
    )


def trip(event):
    inner = (
        job("b")
        + undo("b", "ub")
        + user("c")
        + undo("c", "uc", "serviceTask")
        + chain("s.s", "b", "c", "s.e")
    )
    body = START + user("a", "d", "n") + sub("s", inner) + undo("a", "ua") + undo("d", "ud") + event
    return body + chain("start", "a", "s", "d", "n", "ct")


def test_compensation_undoes_completed_activities_newest_first():
    r = run(trip(throw("ct", COMPENSATE) + user("z") + chain("ct", "z")))
    r.task("a").job("b").task("c").task("d").task("n")
    for expected in ("ud", "uc", "ub", "ua"):
        assert r.tasks == [expected]
        r.job("uc") if expected == "uc" else r.task(expected)
    assert r.tasks == ["z"]


def test_compensation_of_one_activity_leaves_the_others():
    one = '<bpmn:compensateEventDefinition activityRef="a"/>'
    r = run(trip(throw("ct", one) + user("z") + chain("ct", "z")))
    r.task("a").job("b").task("c").task("d").task("n")
    assert r.tasks == ["ua"]
    assert r.task("ua").tasks == ["z"]


def test_a_compensation_end_event_ends_after_its_handlers():
    r = run(trip(end("ct", COMPENSATE)))
    r.task("a").job("b").task("c").task("d").task("n")
    r.task("ud").job("uc").task("ub")
    assert r.state == "active"
    assert r.task("ua").state == "completed"


def test_an_error_event_subprocess_compensates_its_scope():
    body = START + user("a") + undo("a", "ua") + job("j") + END + chain("start", "a", "j", "end")
    r = run(body + event_sub("es", ERROR, throw("ct", COMPENSATE) + chain("es.s", "ct", "es.e")))
    r.task("a")
    assert r.error("j", "E1")
    assert r.tasks == ["ua"]
    assert r.task("ua").state == "completed"


def test_a_handler_in_a_multi_instance_sees_the_local_variables_of_its_instance():
    handler = el(
        "scriptTask",
        "ub",
        "<bpmn:script>undone = undone + [item]</bpmn:script>",
        scriptFormat="python",
        isForCompensation="true",
    )
    inner = (
        user("b")
        + boundary("cb", "b", COMPENSATE)
        + handler
        + '<bpmn:association id="as" sourceRef="cb" targetRef="ub"/>'
        + chain("s.s", "b", "s.e")
    )
    body = START + el("subProcess", "s", el("startEvent", "s.s") + inner + el("endEvent", "s.e") + many())
    r = run(
        body + throw("ct", COMPENSATE) + user("z") + chain("start", "s", "ct", "z"), items=[7, 8], undone=[]
    )
    r.task("b").task("b")
    assert (r.tasks, r.variables["undone"]) == (["z"], [8, 7])


def test_a_cancelled_transaction_is_undone_and_leaves_by_its_cancel_event():
    inner = (
        user("a")
        + undo("a", "ua")
        + end("no", "<bpmn:cancelEventDefinition/>")
        + gateway("exclusive", "g", default="g.t.e")
    )
    inner += chain("t.s", "a", "g", "t.e") + flow("g", "no", "cancel = true")
    body = START + sub("t", inner, tag="transaction") + boundary("cb", "t", "<bpmn:cancelEventDefinition/>")
    r = run(body + user("refund", "z") + chain("start", "t", "z") + chain("cb", "refund"))
    r.task("a", cancel=True)
    assert r.tasks == ["ua"]
    assert r.task("ua").tasks == ["refund"]


# ---------------------------------------------------------------- ad hoc, complex
def adhoc(ordering, completion="", **attributes):
    done = f"<bpmn:completionCondition>{completion}</bpmn:completionCondition>" if completion else ""
    return el("adHocSubProcess", "s", user("p1", "p2", "p3") + done, ordering=ordering, **attributes)


def adhoc_of_scripts(ordering):
    note = "".join(
        el("scriptTask", key, f"<bpmn:script>log = log + ['{key}']</bpmn:script>", scriptFormat="python")
        for key in ("p1", "p2")
    )
    return el("adHocSubProcess", "s", note, ordering=ordering)


@pytest.mark.parametrize("ordering", ["Parallel", "Sequential"])
def test_an_ad_hoc_subprocess_that_needs_nobody_runs_by_itself(ordering):
    r = run(START + adhoc_of_scripts(ordering) + user("z") + chain("start", "s", "z"), log=[])
    assert (r.tasks, r.variables["log"]) == (["z"], ["p1", "p2"])


def begin(r, activity):
    ((token, _),) = r.workflow.open_adhoc()
    return r.act(lambda workflow: workflow.start_activity(token, activity))


def startable(r):
    return [activity for _, activity in r.workflow.startable()]


def test_people_pick_the_activities_of_an_ad_hoc_subprocess_and_say_when_it_is_enough():
    r = run(START + adhoc("Parallel") + user("z") + chain("start", "s", "z"))
    assert (r.tasks, startable(r)) == ([], ["p1", "p2", "p3"])
    begin(begin(r, "p2"), "p2")
    assert (r.tasks, startable(r)) == (["p2", "p2"], ["p1", "p2", "p3"])
    r.task("p2").task("p2")
    assert (r.tasks, r.state) == ([], "active")
    begin(r, "p1")
    ((token, element),) = r.workflow.open_adhoc()
    assert element == "s"
    r.act(lambda workflow: workflow.complete_adhoc(token))
    assert (r.tasks, startable(r)) == (["z"], [])


def test_in_a_sequential_ad_hoc_subprocess_one_thing_is_done_at_a_time():
    r = run(START + adhoc("Sequential") + user("z") + chain("start", "s", "z"))
    begin(r, "p2")
    assert (r.tasks, startable(r)) == (["p2"], [])
    with pytest.raises(TokenGone):
        begin(r, "p1")
    r.task("p2")
    assert startable(r) == ["p1", "p2", "p3"]


@pytest.mark.parametrize(("cancel", "left"), [("true", ["z"]), ("false", ["p2"])])
def test_an_ad_hoc_subprocess_ends_when_enough_is_done(cancel, left):
    r = run(
        START
        + adhoc("Parallel", "n = 1", cancelRemainingInstances=cancel)
        + user("z")
        + chain("start", "s", "z")
    )
    begin(begin(r, "p1"), "p2")
    assert r.task("p1", n=1).tasks == left


def test_a_complex_join_fires_once_enough_tokens_came_and_absorbs_the_rest():
    condition = "<bpmn:activationCondition>activationCount &gt;= 2</bpmn:activationCondition>"
    body = START + gateway("parallel", "g") + user("a", "b", "c", "z") + el("complexGateway", "j", condition)
    r = run(body + chain("start", "g", "a", "j", "z") + chain("g", "b", "j") + chain("g", "c", "j"))
    assert r.task("a").tasks == ["b", "c"]
    assert r.task("b").tasks == ["c", "z"]
    r.task("c")
    assert r.tasks == ["z"]
    assert r.task("z").state == "completed"


def test_a_model_describes_its_elements():
    io = mapping(inputs(to="=mail", subject="Hello"))
    props = '<camunda:properties><camunda:property name="stage" value="Приём"/></camunda:properties><camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>'
    lanes = '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Clerk"><bpmn:flowNodeRef>j</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    task = job(
        "j", io.replace("</bpmn:extensionElements>", props + "</bpmn:extensionElements>"), topic="send-mail"
    )
    form = el("startEvent", "start", camunda_formKey="request")
    bundle = compiled(lanes + form + task + END + chain("start", "j", "end"))
    model = bundle.processes["proc"]
    element = model.elements["j"]
    assert (element.type, element.handler, element.retry, element.lane) == (
        "serviceTask",
        "send-mail",
        "R3/PT1M",
        "Clerk",
    )
    assert element.properties == {"stage": "Приём"}
    assert element.parameters["subject"].literal == "Hello"
    assert not element.parameters["to"].constant
    assert model.starts[0].form == "request"
    assert isinstance(Run(model), Run)
