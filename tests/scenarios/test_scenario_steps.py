"""What each step of a scenario does and what each expectation asks."""

import pytest

from bpmn.scenarios import acting

STATUS = (
    "<bpmn:extensionElements><camunda:inputOutput>"
    '<camunda:inputParameter name="status">Done</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
TASKS = (
    '<bpmn:userTask id="ask" name="Ask&#10;the client" camunda:assignee="manager"/>'
    '<bpmn:userTask id="plain"/>'
)


@pytest.fixture
def two_tasks(kit):
    kit.process(
        kit.START + TASKS + kit.END + kit.chain("start", "ask", "plain", "end"),
    )
    return kit


def test_tasks_are_expected_by_name_by_id_and_by_number(two_tasks):
    two_tasks.passes(
        """
        start: {variables: {amount: 90000}}
        expect: {tasks: [Ask the client], task_ids: [ask], assignees: {Ask the client: manager}, state: active}
        expect: {tasks: 1, task_ids: 1, assignees: [manager]}
        complete: {task: Ask the client, as: manager}
        expect: {tasks: [plain], assignees: [], visited: {ask: 1, Ask the client: 1, plain: 0}}
        complete: {task: plain}
        expect: {tasks: [], state: completed}
        """
    )


def test_a_failed_expectation_says_what_there_is_and_the_next_step_is_played(two_tasks):
    result = two_tasks.run(
        """
        start:
        expect: {tasks: [Something else], state: active}
        complete: {task: ask}
        """
    )

    step = result.steps[1]
    assert not result.passed
    assert (step.passed, step.expected, step.actual) == (
        False,
        {"tasks": ["Something else"], "state": "active"},
        {"tasks": ["Ask the client"], "state": "active"},
    )
    assert step.message("en") == "not as expected: tasks"
    assert result.steps[2].passed


def test_a_step_that_cannot_be_done_ends_the_scenario_and_names_what_is_open(two_tasks):
    result = two_tasks.run("start:\ncomplete: {task: Nobody}\ncomplete: {task: ask}")

    assert "Ask the client" in result.failure.message("ru")
    assert result.steps[2].message("en").startswith("not run")


def test_anybody_may_do_anything_unless_the_scenario_lists_groups(kit):
    kit.process(
        kit.START
        + '<bpmn:userTask id="vote" camunda:candidateGroups="heads"/>'
        + kit.END
        + kit.chain("start", "vote", "end")
    )

    kit.passes("start:\ncomplete: {task: vote, as: stranger}\nexpect: {state: completed}")
    groups = "groups: {heads: [ann]}"
    kit.passes("start:\ncomplete: {task: vote, as: ann}\nexpect: {state: completed}", groups)
    failed = kit.fails("start:\ncomplete: {task: vote, as: stranger}", groups)
    assert failed.index == 1


def test_any_completes_as_many_tasks_as_asked(kit):
    body = '<bpmn:userTask id="vote" name="Vote"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    kit.process(kit.START + body + kit.END + kit.chain("start", "vote", "end"))

    kit.passes(
        """
        start:
        expect: {tasks: [Vote, Vote, Vote]}
        complete: {any: 2, task: Vote}
        expect: {tasks: 1}
        complete: {any: 1}
        expect: {state: completed}
        """
    )
    assert "3" in kit.fails("start:\ncomplete: {any: 4}").message("en")


@pytest.fixture
def job(kit):
    bad = '<bpmn:boundaryEvent id="bad" attachedToRef="charge"><bpmn:errorEventDefinition id="ed" errorRef="e_bad"/></bpmn:boundaryEvent>'
    kit.process(
        kit.START + kit.service("charge") + kit.service("tell", STATUS, topic="requests.set_status") + bad
        + '<bpmn:userTask id="fix"/>' + kit.END
        + kit.chain("start", "charge", "tell", "end") + kit.chain("bad", "fix", "end")
    )  # fmt: skip
    return kit


def test_a_job_that_nobody_names_completes_by_itself(job):
    job.passes("start:\nexpect: {state: completed, visited: {charge: 1, tell: 1}, jobs: []}")


def test_a_named_job_waits_and_returns_what_the_scenario_says(job):
    job.passes(
        """
        start:
        expect: {jobs: [charge], variables: {paid: null}}
        job: {element: charge, result: {paid: true}}
        expect: {state: completed, variables: {paid: true}}
        """
    )


def test_a_service_task_whose_handler_is_not_chosen_yet_is_a_job_too(kit):
    kit.process(kit.START + '<bpmn:serviceTask id="pay"/>' + kit.END + kit.chain("start", "pay", "end"))

    kit.passes("start:\njob: {element: pay, result: {a: 1}}\nexpect: {state: completed, variables: {a: 1}}")


def test_with_manual_jobs_transactional_handlers_wait_too(job):
    job.passes(
        """
        start:
        job: {element: charge}
        expect: {jobs: [tell], state: active}
        job: {element: tell, result: {}}
        expect: {state: completed}
        """,
        "jobs: manual",
    )


def test_an_error_of_a_job_is_caught_by_the_diagram(job):
    job.passes(
        """
        start:
        job: {element: charge, error: BAD, message: no money}
        expect: {task_ids: [fix], incident: null, visited: {charge: 0, bad: 1}}
        """
    )
    job.passes("start:\njob: {element: charge, error: OTHER}\nexpect: {incident: OTHER, tasks: []}")


def test_a_failed_job_is_an_incident_until_it_is_done(job):
    job.passes(
        """
        start:
        job: {element: charge, fail: the server is down}
        expect: {incident: server, jobs: [charge], state: active}
        expect: {incident: true}
        job: {element: charge, result: {}}
        expect: {incident: null, state: completed}
        """
    )


def test_a_failed_job_is_repeated_as_drawn(kit):
    retry = "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PT5M</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>"
    kit.process(kit.START + kit.service("charge", retry) + kit.END + kit.chain("start", "charge", "end"))

    kit.passes(
        """
        start:
        job: {element: charge, fail: down}
        expect: {incident: null, jobs: [charge]}
        advance: PT5M
        job: {element: charge, fail: down}
        expect: {incident: down}
        """
    )


@pytest.fixture
def waits(kit):
    body = (
        '<bpmn:parallelGateway id="fork"/><bpmn:receiveTask id="goods" messageRef="m_goods"/>'
        '<bpmn:intermediateCatchEvent id="stop"><bpmn:signalEventDefinition id="sd" signalRef="s_stop"/></bpmn:intermediateCatchEvent>'
        '<bpmn:intermediateCatchEvent id="later" name="In two days"><bpmn:timerEventDefinition id="td"><bpmn:timeDuration>PT48H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
        '<bpmn:parallelGateway id="join"/>'
    )
    kit.process(
        kit.START + body + kit.END + kit.chain("start", "fork", "goods", "join", "end")
        + kit.chain("fork", "stop", "join") + kit.chain("fork", "later", "join")
    )  # fmt: skip
    return kit


def test_waits_are_expected_as_subsets(waits):
    waits.passes(
        """
        start:
        expect: {waiting_for: [goods, stop]}
        expect: {waiting_for: {messages: [goods], signals: [stop], timers: [later], elements: [goods, stop, later]}}
        expect: {waiting_for: {timers: [In two days], elements: [later]}}
        """
    )
    failed = waits.fails("start:\nexpect: {waiting_for: {messages: [other]}}")
    assert failed.actual == {"waiting_for": {"messages": ["goods"]}}


def test_messages_signals_and_time_move_the_process(waits):
    waits.passes(
        """
        start:
        message: {name: goods, payload: {boxes: 3}}
        signal: {name: stop, payload: {why: rain}}
        advance: PT47H59M
        expect: {state: active, variables: {boxes: 3, why: rain}}
        advance: PT1M
        expect: {state: completed, visited: {later: 1}}
        """
    )


def test_a_trigger_stands_for_whatever_an_element_waits_for(waits):
    waits.passes(
        """
        start:
        trigger: {element: In two days}
        trigger: {element: goods, payload: {boxes: 3}}
        trigger: {element: stop}
        expect: {state: completed, variables: {boxes: 3}, waiting_for: {timers: []}}
        """
    )
    assert "goods" in waits.fails("start:\ntrigger: {element: join}").message("en")
    assert "no element" in waits.fails("start:\ntrigger: {element: nonsense}").message("en")


def test_a_message_and_a_signal_start_processes(kit):
    body = (
        '<bpmn:startEvent id="by_message"><bpmn:messageEventDefinition id="md" messageRef="m_order"/></bpmn:startEvent>'
        '<bpmn:startEvent id="by_signal"><bpmn:signalEventDefinition id="sd" signalRef="s_stop"/></bpmn:startEvent>'
        '<bpmn:userTask id="work"/>'
    )
    kit.process(body + kit.END + kit.chain("by_message", "work", "end") + kit.chain("by_signal", "work"))

    kit.passes(
        "start: {message: order, payload: {n: 1}}\nexpect: {visited: {by_message: 1}, variables: {n: 1}}"
    )
    kit.passes("start: {signal: stop, payload: {n: 2}}\nexpect: {visited: {by_signal: 1}, variables: {n: 2}}")
    assert "other" in kit.fails("start: {message: other}").message("en")


def test_timers_fire_in_the_order_in_which_they_are_due_also_those_that_timers_open(kit):
    late = '<bpmn:boundaryEvent id="tick" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition id="td"><bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    kit.process(
        kit.START + '<bpmn:userTask id="work"/>' + late + kit.service("remind") + kit.END
        + '<bpmn:endEvent id="told"/>' + kit.chain("start", "work", "end") + kit.chain("tick", "remind", "told")
    )  # fmt: skip

    kit.passes(
        """
        start:
        advance: PT2H30M
        expect: {visited: {remind: 2}}
        advance: P1D
        expect: {visited: {remind: 3, tick: 3}, tasks: 1}
        """
    )


def test_people_choose_the_activities_of_an_ad_hoc_subprocess(kit):
    inner = '<bpmn:adHocSubProcess id="sub"><bpmn:userTask id="call" name="Call"/><bpmn:userTask id="visit"/></bpmn:adHocSubProcess>'
    kit.process(kit.START + inner + kit.END + kit.chain("start", "sub", "end"))

    kit.passes(
        """
        start:
        expect: {adhoc: [call, visit], tasks: []}
        adhoc: {activity: call}
        expect: {tasks: [Call]}
        complete: {task: Call}
        expect: {adhoc: [Call, visit], state: active}
        adhoc: {complete: sub}
        expect: {adhoc: [], state: completed}
        """
    )


def test_values_compare_as_in_feel(two_tasks):
    two_tasks.passes(
        """
        start: {variables: {n: 1.10, on: 2026-06-10, wait: '@"P2D"', list: [1, {a: 2}], text: "1"}}
        expect: {variables: {n: 1.1, on: '@"2026-06-10"', wait: P2D, list: [1.0, {a: 2}], absent: null}}
        """
    )
    for wrong in ("{text: 1}", "{n: 1.2}", "{list: [1]}", '{on: "2026-06-11"}', "{absent: 0}"):
        failed = two_tasks.fails(
            f'start: {{variables: {{n: 1.10, on: 2026-06-10, list: [1, 2], text: "1"}}}}\nexpect: {{variables: {wrong}}}'
        )
        assert failed.index == 1


def test_scenarios_know_nothing_of_each_other(two_tasks):
    for _ in range(2):
        two_tasks.passes("start:\nexpect: {tasks: 1, visited: {start: 1}}")


def test_coverage_counts_the_visits_of_every_element(job):
    result = job.run("start:\njob: {element: charge, error: BAD}")

    assert dict(result.visits) == {"start": 1, "charge": 1, "tell": 0, "bad": 1, "fix": 1, "end": 0}


def test_a_process_that_never_rests_is_stopped(kit, monkeypatch):
    monkeypatch.setattr(acting, "MAX_FIRINGS", 50)
    late = '<bpmn:boundaryEvent id="tick" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition id="td"><bpmn:timeCycle>R/PT1S</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    kit.process(
        kit.START + '<bpmn:userTask id="work"/>' + late + '<bpmn:endEvent id="e"/>' + kit.END
        + kit.chain("start", "work", "end") + kit.chain("tick", "e")
    )  # fmt: skip

    assert "come to rest" in kit.fails("start:\nadvance: P1000D").message("en")


def test_a_timer_starts_a_process_when_its_time_has_come(kit):
    start = '<bpmn:startEvent id="daily"><bpmn:timerEventDefinition id="td"><bpmn:timeCycle>R2/P1D</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>'
    kit.process(start + '<bpmn:userTask id="work"/>' + kit.END + kit.chain("daily", "work", "end"))

    for _ in range(2):
        kit.passes(
            """
            advance: PT23H
            expect: {tasks: []}
            advance: PT1H
            expect: {tasks: [work], state: active}
            advance: P5D
            expect: {tasks: 2, visited: {daily: 2}}
            """
        )


def test_processes_of_a_folder_talk_by_messages_and_each_is_seen(kit):
    throw = '<bpmn:endEvent id="thrown"><bpmn:messageEventDefinition id="md" messageRef="m_order"/></bpmn:endEvent>'
    kit.process(kit.START + throw + kit.chain("start", "thrown"), "a.bpmn", key="buyer")
    begun = '<bpmn:startEvent id="ordered"><bpmn:messageEventDefinition id="md" messageRef="m_order"/></bpmn:startEvent>'
    kit.process(
        begun + '<bpmn:userTask id="pack"/>' + kit.END + kit.chain("ordered", "pack", "end"),
        "b.bpmn",
        key="seller",
    )

    kit.passes(
        "start:\nexpect: {task_ids: [pack], state: completed, visited: {ordered: 1, thrown: 1}}",
        "process: buyer",
    )
    kit.passes("start: {process: buyer}\nexpect: {task_ids: [pack], state: active}", "process: seller")


def test_a_message_that_nobody_waits_for_is_kept_and_the_report_says_so(waits):
    result = waits.run("message: {name: goods, payload: {n: 1}}\nstart:\nexpect: {visited: {goods: 1}}")

    assert result.passed
    assert "kept" in result.steps[0].message("en")
