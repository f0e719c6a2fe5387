#!/usr/bin/python3
"""The agent as a process, between a fake Engine and a fake control: what it does when things go well, badly, and away.
Needs root: its tasks have network namespaces. Each function is a test; arguments choose some by name."""
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import traceback

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "../lib")]
from fake_control import JOIN_TOKEN, Refusal  # noqa: E402
import seen  # noqa: E402
from fake_engine import Problem  # noqa: E402
from world import BUILD, world  # noqa: E402

PAUSE = "~internal~ecs~pause"
SECRET = "arn:aws:secretsmanager:eu-test-1:111122223333:secret:s-AbCdEf"


def task(*containers, **more):
    made = [{"image": "local:1", "memory": 32, "essential": True, **c} for c in containers or ({"name": "app"},)]
    return {"networkMode": "none", "containerDefinitions": made, **more}


def names(w):
    return sorted(c["Config"]["Labels"]["com.remit.container"] for c in w.engine.containers.values())


def all_gone(w):
    return not w.engine.containers and not w.tasks_on_disk() and not w.workers() and not w.engine.volumes


def reason(state):
    return state.get("reason", "")


# ---- an ordinary life

def a_task_runs_and_stops_and_leaves_nothing():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        state = w.control.wait_status(arn, "RUNNING")
        assert names(w) == ["app", PAUSE]
        assert state["containers"][0]["runtimeId"] == w.engine.find(arn, "app")["Id"]
        assert w.engine.started[0].split("-")[3].startswith("pause."), w.engine.started
        status, body = w.fetch(arn, "app")
        assert status == 200 and json.loads(body)["RoleArn"].endswith("role/app"), body
        w.control.stop_task(arn)
        state = w.control.wait_status(arn, "STOPPED")
        assert state["stopCode"] == "UserInitiated" and state["containers"][0]["exitCode"] == 143, state
        w.wait(lambda: all_gone(w), why="all gone")


def it_joins_with_what_the_machine_has():
    with world() as w:
        w.control.wait(lambda: w.control.polls)
        joined = w.control.joined
        resources = {r["name"]: r for r in joined["totalResources"]}
        assert resources["CPU"]["integerValue"] == os.cpu_count() * 1024
        assert "22" in resources["PORTS"]["stringSetValue"]
        assert "20.10.24-fake" in joined["versionInfo"]["dockerVersion"]
        attributes = {a["name"] for a in joined["attributes"]}
        assert {"ecs.os-type", "com.amazonaws.ecs.capability.task-iam-role", "ecs.capability.container-ordering",
                "com.amazonaws.ecs.capability.docker-remote-api.1.21"} <= attributes
        assert os.stat(w.state).st_mode & 0o777 == 0o700
        assert os.stat(w.state + "/instance").st_mode & 0o777 == 0o600


def the_endpoint_answers_before_any_application_starts():
    with world() as w:
        answers = []

        def look(_, request, when):
            parts = request.split("/")
            if when == "before" and parts[-1] == "start" and parts[2] in w.engine.containers:
                c = w.engine.containers[parts[2]]
                labels = c["Config"]["Labels"]
                if labels["com.remit.container"] == "app":
                    answers.append(w.fetch(labels["com.remit.task-arn"], "app"))
        w.engine.on_request = look
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        assert [a[0] for a in answers] == [200], answers


def a_task_without_a_role_has_no_uri_and_metadata_all_the_same():
    with world() as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        env = w.engine.env(arn, "app")
        assert "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" not in env and not w.engine.find(arn, "app")["Mounts"]
        run = w.in_namespace(arn, "curl", "-s", "-m", "5", env["ECS_CONTAINER_METADATA_URI_V4"])
        assert json.loads(run.stdout)["KnownStatus"] == "RUNNING", run


def documents_follow_the_containers():
    with world() as w:
        arn = w.control.run(task({"name": "app"}, {"name": "side", "essential": False}))
        w.control.wait_status(arn, "RUNNING")
        uri = w.engine.env(arn, "app")["ECS_CONTAINER_METADATA_URI_V4"] + "/task"
        w.engine.exit(arn, "side", 7)

        def seen():
            found = json.loads(w.in_namespace(arn, "curl", "-s", "-m", "5", uri).stdout)["Containers"]
            return [(c["Name"], c["KnownStatus"], c.get("ExitCode")) for c in found] == [
                ("app", "RUNNING", None), ("side", "STOPPED", 7)]
        w.wait(seen, why="the exit in the document")


def without_the_relay_its_port_is_closed():
    with world() as w:
        on = w.control.run(task())
        off = w.control.run(task({"name": "app", "dockerLabels": {"remit.relay": "off"}}))
        w.control.wait_status(on, "RUNNING")
        w.control.wait_status(off, "RUNNING")
        assert "AWS_ENDPOINT_URL_STS" in w.engine.env(on, "app")
        assert "AWS_ENDPOINT_URL_STS" not in w.engine.env(off, "app")
        ask = ("curl", "-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "http://169.254.170.2:8081/")
        assert w.in_namespace(on, *ask).stdout == "403", "control itself answered"
        assert w.in_namespace(off, *ask).returncode != 0


def instance_metadata_is_unreachable():
    with world() as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        run = w.in_namespace(arn, "ip", "route", "get", "169.254.169.254")
        assert run.returncode != 0, run.stdout


# ---- images, registries, secrets

def a_registry_sees_its_own_authorization_and_nobody_elses():
    with world() as w:
        w.control.registry = "r.example:5000"
        arn = w.control.run(task({"name": "a", "image": "r.example:5000/app:1"}, {"name": "b", "image": "other.example/x:1"},
                                 {"name": "c", "image": "hub/x:1"}), execution_role="exec")
        w.control.wait_status(arn, "RUNNING")
        sent = dict(w.engine.pulls)
        assert sent["r.example:5000/app:1"] == {"username": "AWS", "password": "registry-password",
                                                "serveraddress": "http://r.example:5000"}
        assert sent["other.example/x:1"] is None and sent["hub/x:1"] is None, sent


def a_private_registrys_login_comes_from_its_secret():
    with world() as w:
        w.control.registry = "r.example:5000"
        secret = "arn:aws:secretsmanager:eu-test-1:111122223333:secret:login-AbCdEf"
        w.control.secrets[secret] = '{"username":"joe","password":"pull-me"}'
        arn = w.control.run(task({"name": "a", "image": "other.example/x:1",
                                  "repositoryCredentials": {"credentialsParameter": secret}}), execution_role="exec")
        w.control.wait_status(arn, "RUNNING")
        assert dict(w.engine.pulls)["other.example/x:1"]["username"] == "joe"


def a_denied_pull_stops_the_task_and_names_role_and_action():
    with world() as w:
        w.control.registry = "r.example:5000"
        w.engine.pull_problem = Problem(500, 'Head "http://r": denied: User: x is not authorized to perform: ecr:BatchGetImage')
        arn = w.control.run(task({"name": "app", "image": "r.example:5000/app:1"}), execution_role="weak")
        state = w.control.wait_status(arn, "STOPPED")
        assert reason(state).startswith("CannotPullContainerError: "), state
        assert "role/weak" in reason(state) and "ecr:BatchGetImage" in reason(state), state
        assert state["stopCode"] == "TaskFailedToStart" and len(w.engine.pulls) == 1
        assert state["containers"][0]["reason"] == reason(state)
        w.wait(lambda: all_gone(w))


def a_role_that_may_not_ask_for_a_token_still_pulls_what_is_public():
    with world() as w:
        w.control.registry = "r.example:5000"
        w.control.refuse["GetAuthorizationToken"] = Refusal("AccessDeniedException", "not authorized: ecr:GetAuthorizationToken")
        arn = w.control.run(task({"name": "app", "image": "public.example/x:1"}), execution_role="secrets-only")
        w.control.wait_status(arn, "RUNNING")
        w.engine.pull_problem = Problem(500, "unauthorized: authentication required")
        arn = w.control.run(task({"name": "app", "image": "r.example:5000/x:1"}), execution_role="secrets-only")
        state = w.control.wait_status(arn, "STOPPED")
        assert reason(state).startswith("ResourceInitializationError: unable to pull secrets or registry auth"), state
        assert "ecr:GetAuthorizationToken" in reason(state)


def a_failed_pull_is_tried_again():
    with world() as w:
        w.engine.pull_problem = "filesystem layer verification failed"
        arn = w.control.run(task({"name": "app", "image": "r.example/app:1"}))
        w.wait(lambda: w.engine.pulls)
        w.engine.pull_problem = None
        w.control.wait_status(arn, "RUNNING", 30)
        assert len(w.engine.pulls) >= 2


def a_pulled_image_is_pulled_again_for_the_next_task():
    with world() as w:
        w.control.wait_status(w.control.run(task({"name": "app", "image": "r.example/app:1"})), "RUNNING")
        w.engine.pull_problem = Problem(500, "denied: no")
        state = w.control.wait_status(w.control.run(task({"name": "app", "image": "r.example/app:1"})), "STOPPED")
        assert "CannotPullContainerError" in reason(state), "another task's right is not this one's"


def secrets_reach_the_environment_and_nothing_else():
    with world() as w:
        secret = "arn:aws:secretsmanager:eu-test-1:111122223333:secret:db-AbCdEf"
        w.control.parameters["/app/key"] = "parameter-value-77"
        w.control.secrets[secret] = '{"password":"secret-value-88"}'
        arn = w.control.run(task({"name": "app", "secrets": [
            {"name": "KEY", "valueFrom": "/app/key"}, {"name": "PASSWORD", "valueFrom": secret + ":password::"}]}),
            execution_role="exec")
        w.control.wait_status(arn, "RUNNING")
        env = w.engine.env(arn, "app")
        assert env["KEY"] == "parameter-value-77" and env["PASSWORD"] == "secret-value-88"
        w.control.secrets[secret] = "secret-value-88"  # what leaks() looks for
        signed_by = {k for op, k in w.control.calls if op in ("GetParameters", "GetSecretValue")}
        assert len(signed_by) == 1 and signed_by.isdisjoint({JOIN_TOKEN[0]})


def no_secret_stands_where_other_processes_look():
    with world() as w:
        w.control.parameters["/app/key"] = "parameter-value-77"
        arn = w.control.run(task({"name": "app", "secrets": [{"name": "KEY", "valueFrom": "/app/key"}]}), task_role="app",
                            execution_role="exec")
        w.control.wait_status(arn, "RUNNING")
        assert w.fetch(arn, "app")[0] == 200
        processes = seen.family(w.agent.pid, w.metadata.pid)
        assert set(processes.values()) == {"remit-agent", "remit-opener", "remit-metadata", "remit-worker",
                                           "remit-relay"}, processes
        path = w.engine.env(arn, "app")["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].rpartition("/")[2]
        seen.check(processes, [JOIN_TOKEN[1], path, w.token(arn, "app"), "parameter-value-77", *w.control.secrets_out])
        for pid, name in processes.items():
            if name in ("remit-opener", "remit-worker", "remit-relay"):
                assert "\nSeccomp:\t2\n" in seen.read(pid, "status").decode(), name


def a_missing_secret_fails_the_task_before_anything_is_made():
    with world() as w:
        arn = w.control.run(task({"name": "app", "secrets": [{"name": "K", "valueFrom": "/no/such"}]}), execution_role="exec")
        state = w.control.wait_status(arn, "STOPPED")
        assert reason(state).startswith("ResourceInitializationError: ") and "/no/such" in reason(state), state
        assert not w.engine.started and "POST /containers/create" not in w.engine.requests


def memory_of(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(x, 16) for x in span.split("-"))
            if "r" in rights and "[v" not in line and last - first < 1 << 29:  # larger: a sanitizer's own
                memory.seek(first)
                with contextlib.suppress(OSError):
                    yield memory.read(last - first)


def what_a_task_was_given_is_not_left_in_the_agents_memory():
    with world() as w:
        w.control.parameters["/app/key"] = "parameter-value-77"
        w.control.registry = "r.example:5000"
        arn = w.control.run(task({"name": "app", "image": "r.example:5000/x:1",
                                  "secrets": [{"name": "K", "valueFrom": "/app/key"}]}),
                            task_role="app", execution_role="exec")
        w.control.wait_status(arn, "RUNNING")
        time.sleep(0.3)
        given = w.control.secrets_out[2:] + ["parameter-value-77", "registry-password"]
        assert len(given) == 6 and not w.control.secrets_out[0] in given
        memory = b"".join(memory_of(w.agent.pid))
        assert w.control.secrets_out[0].encode() in memory, "its own session's key, which it needs"
        assert not [s for s in given if s.encode() in memory]


# ---- order, ends, reasons

def containers_start_in_order_of_their_conditions():
    with world() as w:
        arn = w.control.run(task(
            {"name": "app", "dependsOn": [{"containerName": "db", "condition": "HEALTHY"},
                                          {"containerName": "init", "condition": "SUCCESS"}]},
            {"name": "db", "healthCheck": {"command": ["CMD", "true"]}}, {"name": "init", "essential": False}))
        w.wait(lambda: len(w.engine.started) == 3)
        time.sleep(0.2)
        assert not any("-app-" in n for n in w.engine.started)
        w.engine.exit(arn, "init", 0)
        time.sleep(0.3)
        assert not any("-app-" in n for n in w.engine.started)
        w.engine.health(arn, "db", "healthy")
        w.control.wait_status(arn, "RUNNING")
        assert "-app-" in w.engine.started[-1]


def a_condition_that_can_not_be_met_ends_the_task():
    with world() as w:
        w.engine.behave["init"] = 1
        arn = w.control.run(task({"name": "app", "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
                                 {"name": "init", "essential": False}))
        state = w.control.wait_status(arn, "STOPPED")
        app = {c["containerName"]: c for c in state["containers"]}["app"]
        assert app["exitCode"] == 143 and "depends on container init" in app["reason"], state
        assert state["stopCode"] == "TaskFailedToStart"


def an_essential_container_takes_the_others_with_it_in_reverse_order():
    with world() as w:
        arn = w.control.run(task({"name": "db"}, {"name": "app", "dependsOn": [{"containerName": "db", "condition": "START"}]},
                                 {"name": "side", "essential": False}))
        w.control.wait_status(arn, "RUNNING")
        ids = {n: w.engine.find(arn, n)["Id"] for n in ("db", "app")}
        w.engine.exit(arn, "side", 0)
        time.sleep(0.3)
        assert w.control.last(arn)["status"] == "RUNNING"
        w.engine.behave["app"] = "ignore-term"
        w.control.tasks[arn]["payload"]["taskDefinition"]["containerDefinitions"][1]["stopTimeout"] = 2
        w.engine.exit(arn, "db", 9)
        w.wait(lambda: f"POST /containers/{ids['app']}/kill" in w.engine.requests)
        w.engine.exit(arn, "app", 0)
        state = w.control.wait_status(arn, "STOPPED")
        assert state["stopCode"] == "EssentialContainerExited" and reason(state) == "Essential container in task exited"
        codes = {c["containerName"]: c.get("exitCode") for c in state["containers"]}
        assert codes == {"db": 9, "app": 0, "side": 0} and state["executionStoppedAt"] > 0, codes


def what_ignores_the_signal_is_killed_after_its_stop_timeout():
    with world() as w:
        w.engine.behave["app"] = "ignore-term"
        arn = w.control.run(task({"name": "app", "stopTimeout": 2}))
        w.control.wait_status(arn, "RUNNING")
        began = time.monotonic()
        w.control.stop_task(arn)
        state = w.control.wait_status(arn, "STOPPED")
        assert 1.8 < time.monotonic() - began < 5 and state["containers"][0]["exitCode"] == 137, state


def a_command_that_can_not_start_is_told():
    with world() as w:
        w.engine.start_problem["app"] = Problem(400, 'exec: "/nosuch": stat /nosuch: no such file or directory')
        state = w.control.wait_status(w.control.run(task()), "STOPPED")
        assert reason(state).startswith('CannotStartContainerError: exec: "/nosuch"'), state
        assert state["stopCode"] == "TaskFailedToStart"
        w.wait(lambda: all_gone(w))


def running_out_of_memory_is_told():
    with world() as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        w.engine.exit(arn, "app", 137, oom=True)
        state = w.control.wait_status(arn, "STOPPED")
        assert state["containers"][0]["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def what_is_beyond_a_tasks_remit_is_refused():
    with world() as w:
        for bad in ({"privileged": True}, {"mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}):
            arn = w.control.run(task({"name": "app", **bad}, volumes=[{"name": "v", "host": {"sourcePath": w.state}}]))
            state = w.control.wait_status(arn, "STOPPED")
            assert reason(state).split(":")[0] in ("HostConfigError", "InvalidVolumeError"), state
        w.wait(lambda: all_gone(w))


def an_unsupported_network_mode_is_told():
    with world() as w:
        state = w.control.wait_status(w.control.run(task(networkMode="awsvpc")), "STOPPED")
        assert "network mode 'awsvpc'" in reason(state), state


def volumes_of_a_task_go_with_it():
    with world() as w:
        arn = w.control.run(task({"name": "app", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]},
                                 volumes=[{"name": "data"}]))
        w.control.wait_status(arn, "RUNNING")
        assert list(w.engine.volumes) == [f"ecs-fam-3-data-{arn.split('/')[-1]}"]
        w.control.stop_task(arn)
        w.control.wait_status(arn, "STOPPED")
        w.wait(lambda: all_gone(w))


def a_container_that_vanishes_is_told():
    with world() as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        with w.engine.lock:
            c = w.engine.find(arn, "app")
            del w.engine.containers[c["Id"]]
            w.engine.event(c, "destroy")
        assert "ContainerVanishedError" in w.control.wait_status(arn, "STOPPED")["containers"][0]["reason"]


def without_its_pause_container_a_task_stops():
    with world() as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        w.engine.exit(arn, PAUSE, 137)
        assert "ContainerNetworkingError" in reason(w.control.wait_status(arn, "STOPPED"))
        w.wait(lambda: all_gone(w))


# ---- peers that go away

def an_engine_that_is_down_is_told_and_waited_for():
    with world() as w:
        w.control.wait(lambda: w.control.polls)
        w.engine.down = True
        arn = w.control.run(task())
        w.control.wait(lambda: w.control.last(arn) and "the Engine does not answer" in reason(w.control.last(arn)))
        assert w.control.last(arn)["status"] == "PENDING"
        w.engine.down = False
        state = w.control.wait_status(arn, "RUNNING", 40)
        assert not reason(state), state


def without_control_tasks_run_on_and_are_adopted():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        w.control.away = True
        w.kill_agent()
        w.start_agent()
        w.wait(lambda: w.said().count("goes on in ACTIVE") == 1)
        assert w.fetch(arn, "app")[0] == 200
        w.engine.exit(arn, "app", 5)  # seen while control is away
        w.wait(lambda: "Essential container in task exited" in w.said())
        w.control.away = False
        state = w.control.wait_status(arn, "STOPPED", 60)
        assert state["containers"][0]["exitCode"] == 5
        w.wait(lambda: all_gone(w))


def credentials_are_renewed_at_half_life():
    with world() as w:
        w.control.life_s = 64  # of which 60 are not stated
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        first = json.loads(w.fetch(arn, "app")[1])["AccessKeyId"]
        w.control.life_s = 3600
        w.wait(lambda: json.loads(w.fetch(arn, "app")[1]).get("AccessKeyId", first) != first, why="renewed")
        minted = w.control.minted
        time.sleep(1)
        assert w.control.minted == minted, "renewed once"


def a_role_that_is_gone_leaves_what_is_held():
    with world() as w:
        w.control.life_s = 66
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        del w.control.tasks[arn]["payload"]["taskDefinition"]["taskRoleArn"]  # control can mint no more
        w.control.wait(lambda: any(k["renew"] for p in w.control.polls for k in p["known"]))
        time.sleep(0.3)
        assert w.fetch(arn, "app")[0] == 200
        assert len([p for p in w.control.polls if any(k["renew"] for k in p["known"])]) < 5, "no storm"


def a_worker_that_died_is_replaced_with_credentials():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        before = w.fetch(arn, "app")
        kill_worker(w, arn)
        w.wait(lambda: w.fetch(arn, "app")[0] == 200, why="served again")
        assert before[0] == 200 and w.control.last(arn)["status"] == "RUNNING"


def kill_worker(w, arn):
    socket_path = f"{w.folder}/m/workers/{arn.split('/')[-1]}.sock"
    found = subprocess.run(["ss", "-xlp"], capture_output=True, text=True, check=True).stdout
    pid = next(line for line in found.splitlines() if socket_path in line).split("pid=")[1].split(",")[0]
    os.kill(int(pid), 9)


def a_worker_that_dies_again_at_once_is_fed_again_soon():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        for _ in range(3):
            kill_worker(w, arn)
            w.wait(lambda: w.fetch(arn, "app")[0] == 200, 15, "credentials")


def metadata_that_is_down_is_waited_for():
    with world() as w:
        w.control.wait(lambda: w.control.polls)
        w.metadata.kill()
        w.metadata.wait()
        arn = w.control.run(task(), task_role="app")
        w.control.wait(lambda: w.control.last(arn) and "remit-metadata" in reason(w.control.last(arn)))
        w.start_metadata()
        w.control.wait_status(arn, "RUNNING", 40)


# ---- this agent, another agent, none

def tasks_that_ask_at_once_do_not_cut_each_other_off():
    pulls = threading.Event()
    with world() as w:
        w.engine.on_request = lambda number, request, when: "POST /images/create" in request and when == "before" and pulls.wait(30)
        arns = [w.control.run(task({"name": "app", "image": "r.example/app:1"}), task_role="app") for _ in range(8)]
        w.wait(lambda: len(w.tasks_on_disk()) == 8 and any("/images/create" in r for r in w.engine.requests))
        w.kill_agent()  # they go on without credentials, all of them at the same moment
        pulls.set()
        w.control.on_call = lambda number, operation, when: operation == "Poll" and when == "before" and time.sleep(0.7)
        w.start_agent()
        asked = len(w.control.polls)
        for arn in arns:
            w.control.wait_status(arn, "RUNNING", 20)
        first = next(p for p in w.control.polls[asked:] if any(k["renew"] for k in p["known"]))
        assert first["waitSeconds"] == 0, "what asks does not wait"
        asks = sum(k["renew"] for p in w.control.polls[asked:] for k in p["known"])
        assert asks <= 16, f"{asks} asked for, 8 needed"


def a_restart_changes_nothing_for_a_running_task():
    with world() as w:
        arn = w.control.run(task({"name": "app"}, {"name": "side"}), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        before = (w.engine.env(arn, "app"), w.token(arn, "app"), w.fetch(arn, "app"), list(w.engine.started))
        for how in (w.kill_agent, w.stop_agent):
            how()
            assert w.fetch(arn, "app") == before[2], "while no agent runs"
            w.start_agent()
            polls = len(w.control.polls)
            w.control.wait(lambda: len(w.control.polls) > polls)
            time.sleep(0.3)
            assert (w.engine.env(arn, "app"), w.token(arn, "app"), w.fetch(arn, "app"), w.engine.started) == before
        w.engine.exit(arn, "side", 3)
        assert w.control.wait_status(arn, "STOPPED")["containers"][1]["exitCode"] == 3
        w.wait(lambda: all_gone(w))


def what_ends_while_no_agent_runs_is_told_by_the_next():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        w.kill_agent()
        w.engine.exit(arn, "app", 4)
        w.start_agent()
        assert w.control.wait_status(arn, "STOPPED")["containers"][0]["exitCode"] == 4
        w.wait(lambda: all_gone(w))


def it_ends_cleanly_and_leaves_tasks_running():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        began = time.monotonic()
        assert w.stop_agent() == 0 and time.monotonic() - began < 5
        assert names(w) == ["app", PAUSE] and w.workers()


def what_belongs_to_no_task_is_taken_back():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        w.kill_agent()
        subprocess.run(["rm", "-rf", w.state + "/tasks"], check=True)
        del w.control.tasks[arn]
        w.start_agent()
        w.wait(lambda: all_gone(w), why="orphans removed")


def a_task_that_control_knows_no_more_is_stopped_and_forgotten():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        del w.control.tasks[arn]
        w.control.touch()
        w.wait(lambda: all_gone(w))
        assert w.control.last(arn)["status"] == "RUNNING", "nothing is told of what control does not know"


def one_agent_per_state_folder():
    with world() as w:
        w.control.wait(lambda: w.control.polls)
        first = w.agent
        w.start_agent()
        assert w.agent.wait(10) == 1 and "another agent works with" in w.said()
        w.agent = first


def an_agent_that_was_replaced_ends_and_leaves_its_tasks_alone():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        w.control.boot_id = "another's"
        w.control.touch()
        assert w.agent.wait(15) == 1 and "taken this instance over" in w.said()
        assert names(w) == ["app", PAUSE]


def a_bad_argument_is_named():
    for arguments, words in ((["--nonsense"], "--nonsense"), (["--state", "/x"], "--control"),
                             (["--log-level", "loud"], "loud")):
        run = subprocess.run([BUILD + "/agent/remit-agent", *arguments], capture_output=True, text=True, timeout=10)
        assert run.returncode == 2 and words in run.stderr, run


def without_a_join_token_it_says_so():
    with world(start=False) as w:
        os.unlink(w.folder + "/jt")
        w.start_agent()
        assert w.agent.wait(10) == 1 and "/jt" in w.said()


def its_own_session_is_renewed_at_half_life():
    with world(start=False) as w:
        w.control.life_s = 6
        w.start_agent()
        w.control.wait(lambda: [c for c in w.control.calls if c[0] == "RenewInstance"])
        w.control.life_s = 3600
        w.control.wait(lambda: w.control.calls[-1][0] == "Poll" and w.control.calls[-1][1] == f"ASIATEST{w.control.minted:08d}")


def an_instance_whose_session_is_over_joins_anew_and_stops_what_is_not_its():
    with world(start=False) as w:
        w.control.life_s = 4
        w.start_agent()
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        w.kill_agent()
        time.sleep(4.5)
        w.control.joined = None  # a new token
        del w.control.tasks[arn]  # of the instance that was
        w.control.life_s = 3600
        w.start_agent()
        w.wait(lambda: all_gone(w), why="the old instance's task")
        assert w.control.joined


def a_full_disk_is_told_and_waited_for():
    with world(start=False) as w:
        os.mkdir(w.state, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", w.state], check=True)
        try:
            w.start_agent()
            w.control.wait(lambda: w.control.polls)
            running = w.control.run(task())
            w.control.wait_status(running, "RUNNING")
            with contextlib.suppress(OSError), open(w.state + "/filler", "wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            waiting = w.control.run(task())
            w.control.wait(lambda: w.control.last(waiting) and "No space left on device" in reason(w.control.last(waiting)))
            w.engine.exit(running, "app", 3)
            assert w.control.wait_status(running, "STOPPED")["containers"][0]["exitCode"] == 3, "it can stop all the same"
            os.unlink(w.state + "/filler")
            w.control.wait_status(waiting, "RUNNING", 40)
            w.control.stop_task(waiting)
            w.control.wait_status(waiting, "STOPPED")
            w.wait(lambda: all_gone(w))
        finally:
            w.kill_agent()
            subprocess.run(["umount", "-l", w.state], check=True)


def stopped_containers_stay_for_people_to_look_at():
    with world("--keep-stopped", "2") as w:
        arn = w.control.run(task())
        w.control.wait_status(arn, "RUNNING")
        w.engine.exit(arn, "app", 1)
        w.control.wait_status(arn, "STOPPED")
        assert names(w) == ["app"], "without its namespace"
        w.wait(lambda: all_gone(w), 10)


# ---- who asked for whose credentials

def vends_and_refusals_reach_control():
    with world() as w:
        a = w.control.run(task(), task_role="app")
        b = w.control.run(task(), task_role="app")
        w.control.wait_status(a, "RUNNING")
        w.control.wait_status(b, "RUNNING")
        assert w.fetch(a, "app")[0] == 200
        uri = w.engine.env(a, "app")["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
        assert w.fetch(b, "app", token=w.token(a, "app"), uri=uri)[0] == 403
        leak = w.control.wait(lambda: [e for e in w.control.events if e.get("presentedTaskArn")])[0]
        assert leak["presentedTaskArn"] == a and leak["taskArn"] == b and leak["status"] == 403, leak
        vend = [e for e in w.control.events if e["status"] == 200][0]
        assert vend["taskArn"] == a and vend["containerName"] == "app" and vend["accessKeyId"].startswith("ASIATEST"), vend
        assert uri.split("/")[-1] not in json.dumps(w.control.events)


def events_wait_for_control():
    with world() as w:
        arn = w.control.run(task(), task_role="app")
        w.control.wait_status(arn, "RUNNING")
        w.control.away = True
        assert w.fetch(arn, "app")[0] == 200
        time.sleep(0.5)
        assert not w.control.events
        w.control.away = False
        w.control.wait(lambda: w.control.events, 40)


# ---- kill -9 at any moment

def killed_at(peer, step, when):
    """One task, start to end; the agent dies at one of a peer's requests and is started again."""
    with world(start=False) as w:
        died = []

        def on_request(number, request, at):
            if number == step and at == when and not died and request != "Join":
                died.append(request)
                w.kill_agent()
        if peer == "engine":
            w.engine.on_request = on_request
        else:
            w.control.on_call = on_request
        w.control.secrets[SECRET] = "kept-secret-value"
        w.start_agent()
        arn = w.control.run(task({"name": "app", "mountPoints": [{"sourceVolume": "d", "containerPath": "/d"}],
                                  "secrets": [{"name": "S", "valueFrom": SECRET}]},
                                 {"name": "late", "dependsOn": [{"containerName": "app", "condition": "START"}]},
                                 volumes=[{"name": "d"}]), task_role="app", execution_role="exec")
        note = f"killed {when} {peer}'s {step}"

        def revive():
            if w.agent.poll() is not None:
                w.start_agent()
            return True

        def reached(status):
            revive()
            state = w.control.last(arn)
            assert not (state and state["status"] == "STOPPED" and status != "STOPPED"), state
            return state and state["status"] == status
        w.wait(lambda: reached("RUNNING"), 40, f"RUNNING, {note}")
        assert names(w) == ["app", "late", PAUSE], names(w)
        starts = [n for n in w.engine.started if "-app-" in n or "-late-" in n]
        assert len(starts) == 2, f"each once: {starts}, {note}"
        w.wait(lambda: revive() and w.fetch(arn, "app")[0] == 200, 10, f"credentials, {note}")
        w.control.stop_task(arn)
        w.wait(lambda: reached("STOPPED"), 40, f"STOPPED, {note}")
        w.wait(lambda: revive() and all_gone(w), 20, f"all gone, {note}")
        return died


def no_kill_loses_a_task_or_leaves_an_orphan():
    every = int(os.environ.get("REMIT_KILL_EVERY", "5"))
    kills = 0
    for peer, when, first in (("engine", "before", 1), ("engine", "after", 3), ("control", "before", 2),
                              ("control", "after", 4)):
        for step in range(first, 200, every if peer == "engine" else max(1, every // 2)):
            if not killed_at(peer, step, when):
                break
            kills += 1
    assert kills > 8, kills
    print(f"  {kills} kills")


TESTS = [f for n, f in list(globals().items()) if callable(f) and getattr(f, "__module__", "") == "__main__" and
         n not in ("task", "names", "all_gone", "reason", "kill_worker", "killed_at", "memory_of", "Problem", "Refusal", "world", "main")]


def main(chosen):
    if os.geteuid() != 0:
        print("skipped: needs root to make network namespaces")
        return 77
    failed = 0
    tests = [t for t in TESTS if not chosen or t.__name__ in chosen]
    for test in tests:
        began = time.monotonic()
        try:
            test()
            print(f"[PASS] {test.__name__} ({time.monotonic() - began:.1f}s)", flush=True)
        except BaseException:  # noqa: B902
            failed += 1
            print(f"[FAIL] {test.__name__} ({time.monotonic() - began:.1f}s)", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"Tested: {len(tests)} | Passing: {len(tests) - failed} | Failing: {failed} | Crashing: 0")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
