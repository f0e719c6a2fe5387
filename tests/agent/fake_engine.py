"""The Docker Engine as the agent drives it, on a unix socket: containers that are records, started and ended by a test.
Only a pause container has a process: a sleeper in a network namespace of its own, so that the opener has one to work on.
Answers have the words of Docker 20.10 (tests/agent/exchanges has them as recorded)."""
import hashlib
import http.server
import json
import os
import re
import socketserver
import subprocess
import threading
import time
import urllib.parse
import uuid

ZERO = "0001-01-01T00:00:00Z"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".5Z"


class Problem(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class FakeEngine:
    def __init__(self, path):
        self.path = path
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.containers = {}  # id: record
        self.images = {}  # name: {"Id", "RepoDigests", "Config"}
        self.volumes = {}
        self.requests = []  # "METHOD /path"
        self.started = []  # names, each time one starts
        self.pulls = []  # (name, decoded X-Registry-Auth or None)
        self.pull_problem = None  # Problem, or text for an error inside a 200
        self.start_problem = {}  # container's name in its task: Problem
        self.behave = {}  # container's name in its task: "ignore-term" or exit code at start
        self.events = []
        self.on_request = None  # called with (number, request, "before" | "after")
        self.down = False
        self.add_image("local:1", made_here=True)
        self.open()

    # ---- for tests
    def open(self):
        engine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                engine.serve(self)
            do_GET = do_POST = do_DELETE = serve

            def log_message(self, *_):
                pass

            def address_string(self):
                return "unix"

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True
            request_queue_size = 64

        if os.path.exists(self.path):
            os.unlink(self.path)
        self.server = Server(self.path, Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            for c in self.containers.values():
                self.end_process(c)

    def add_image(self, name, made_here=False, env=()):
        digest = hashlib.sha256(name.encode()).hexdigest()
        self.images[name] = {"Id": "sha256:" + digest, "RepoTags": [name],
                             "RepoDigests": [] if made_here else [f"{name.rsplit(':', 1)[0]}@sha256:{digest}"],
                             "Config": {"Env": list(env), "Cmd": ["/bin/true"]}}

    def find(self, arn, name):
        """A task's container by its name in the task; None when it is not there."""
        with self.lock:
            for c in self.containers.values():
                labels = c["Config"]["Labels"]
                if labels.get("com.remit.task-arn") == arn and labels.get("com.remit.container") == name:
                    return c
        return None

    def exit(self, arn, name, code, oom=False):
        with self.lock:
            c = self.find(arn, name)
            c["State"].update(Status="exited", Running=False, ExitCode=code, FinishedAt=now(), OOMKilled=oom, Pid=0)
            self.event(c, "die")

    def health(self, arn, name, word):
        with self.lock:
            c = self.find(arn, name)
            c["State"]["Health"] = {"Status": word, "Log": [{"End": now(), "ExitCode": 0, "Output": "said"}]}
            self.event(c, "health_status: " + word)

    def env(self, arn, name):
        return dict(e.split("=", 1) for e in self.find(arn, name)["Config"]["Env"])

    # ---- inside
    def event(self, c, action):
        self.events.append({"Type": "container", "Action": action, "status": action, "id": c["Id"], "time": int(time.time()),
                            "Actor": {"ID": c["Id"], "Attributes": {**c["Config"]["Labels"], "name": c["Name"][1:]}}})
        self.changed.notify_all()

    def end_process(self, c):
        process = c.pop("process", None)
        if process:
            process.kill()
            process.wait()

    def get(self, ref):
        for c in self.containers.values():
            if c["Id"] == ref or c["Name"] == "/" + ref:
                return c
        raise Problem(404, f"No such container: {ref}")

    def serve(self, request):
        length = int(request.headers.get("Content-Length", 0))
        body = request.rfile.read(length)
        url = urllib.parse.urlsplit(request.path)
        path = re.sub(r"^/v1\.41", "", url.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query, keep_blank_values=True).items()}
        with self.lock:
            self.requests.append(f"{request.command} {path}")
            number = len(self.requests)
        try:
            if self.on_request:
                self.on_request(number, f"{request.command} {path}", "before")
            if self.down:
                raise ConnectionError
            if path == "/events":
                self.stream_events(request, json.loads(query["filters"]), int(query["since"]))
                return
            if path == "/images/create" and "fromImage" in query:
                self.pull(request, query)
                return
            with self.lock:
                status, answer = self.answer(request.command, path, query, body)
            if self.on_request:
                self.on_request(number, f"{request.command} {path}", "after")
        except Problem as problem:
            status, answer = problem.status, {"message": problem.message}
        except (ConnectionError, OSError):
            request.close_connection = True
            return
        self.reply(request, status, answer)

    def reply(self, request, status, answer):
        text = b"" if answer is None else json.dumps(answer).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            if status != 204:
                request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            pass

    def chunk(self, request, value):
        text = json.dumps(value).encode() + b"\r\n"
        request.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        request.wfile.flush()

    def start_stream(self, request):
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()

    def stream_events(self, request, filters, since):
        label = filters["label"][0].split("=", 1)
        at = 0
        self.start_stream(request)
        while not self.down:
            with self.changed:
                new = self.events[at:]
                at = len(self.events)
                if not new:
                    self.changed.wait(0.2)
            for event in new:
                action = event["Action"].split(":")[0]
                if event["time"] >= since and action in filters["event"] and \
                        event["Actor"]["Attributes"].get(label[0]) == label[1]:
                    self.chunk(request, event)

    def pull(self, request, query):
        import base64
        auth = request.headers.get("X-Registry-Auth")
        name = f"{query['fromImage']}:{query['tag']}"
        self.pulls.append((name, json.loads(base64.urlsafe_b64decode(auth)) if auth else None))
        problem = self.pull_problem
        if isinstance(problem, Problem):
            raise problem
        self.start_stream(request)
        self.chunk(request, {"status": "Pulling from x", "id": query["tag"]})
        if problem:
            self.chunk(request, {"errorDetail": {"message": problem}, "error": problem})
        else:
            with self.lock:
                self.add_image(name)
            self.chunk(request, {"status": "Status: Downloaded newer image"})
        request.wfile.write(b"0\r\n\r\n")

    def answer(self, method, path, query, body):
        parts = path.strip("/").split("/")
        if path == "/version":
            return 200, {"Version": "20.10.24-fake", "ApiVersion": "1.41"}
        if path == "/images/create":
            self.add_image(f"{query['repo']}:{query['tag']}", made_here=True)
            return 200, {"status": "imported"}
        if parts[0] == "images":
            name = "/".join(parts[1:-1])
            if name not in self.images:
                raise Problem(404, f"No such image: {name}")
            return 200, self.images[name]
        if parts[0] == "volumes":
            return self.volume(method, parts, body)
        if path == "/containers/create":
            return self.create(query["name"], json.loads(body))
        if path == "/containers/json":
            wanted = json.loads(query["filters"])["label"][0].split("=", 1)
            return 200, [{"Id": c["Id"], "Names": [c["Name"]], "Labels": c["Config"]["Labels"]}
                         for c in self.containers.values() if c["Config"]["Labels"].get(wanted[0]) == wanted[1]]
        return self.container(method, self.get(parts[1]), parts[2:], query)

    def volume(self, method, parts, body):
        if method == "POST":
            made = json.loads(body)
            self.volumes.setdefault(made["Name"], made)
            return 201, made
        if parts[1] not in self.volumes:
            raise Problem(404, f"get {parts[1]}: no such volume")
        del self.volumes[parts[1]]
        return 204, None

    def create(self, name, spec):
        if any(c["Name"] == "/" + name for c in self.containers.values()):
            raise Problem(409, f'Conflict. The container name "/{name}" is already in use')
        if spec["Image"] not in [i["Id"] for i in self.images.values()] and spec["Image"] not in self.images:
            raise Problem(404, f"No such image: {spec['Image']}")
        mode = spec["HostConfig"]["NetworkMode"]
        if mode.startswith("container:"):
            self.get(mode.split(":", 1)[1])
        cid = uuid.uuid4().hex * 2
        self.containers[cid] = {
            "Id": cid, "Name": "/" + name, "Created": now(), "Image": spec["Image"], "HostConfig": spec["HostConfig"],
            "Config": {"Env": spec.get("Env", []), "Labels": spec["Labels"], "Cmd": spec.get("Cmd")}, "Spec": spec,
            "Mounts": [{"Type": m["Type"], "Source": m["Source"], "Destination": m["Target"]}
                       for m in spec["HostConfig"].get("Mounts", [])],
            "State": {"Status": "created", "Running": False, "Pid": 0, "ExitCode": 0, "Error": "", "OOMKilled": False,
                      "StartedAt": ZERO, "FinishedAt": ZERO},
            "NetworkSettings": {"IPAddress": "172.17.0.2" if mode == "bridge" else "", "Ports": {
                port: [{"HostIp": "0.0.0.0", "HostPort": b[0]["HostPort"] or "32768"}]
                for port, b in spec["HostConfig"].get("PortBindings", {}).items()}}}
        return 201, {"Id": cid, "Warnings": []}

    def container(self, method, c, rest, query):
        name = c["Config"]["Labels"]["com.remit.container"]
        if method == "DELETE":
            self.end_process(c)
            del self.containers[c["Id"]]
            self.event(c, "destroy")
            return 204, None
        if rest == ["json"]:
            return 200, {k: v for k, v in c.items() if k not in ("process", "Spec")}
        if rest == ["start"]:
            return self.start(c, name)
        if rest == ["kill"]:
            if not c["State"]["Running"]:
                raise Problem(409, f"Cannot kill container: {c['Id']}: Container {c['Id']} is not running")
            if query["signal"] != "SIGKILL" and self.behave.get(name) == "ignore-term":
                return 204, None
            self.end_process(c)
            c["State"].update(Status="exited", Running=False, FinishedAt=now(), Pid=0,
                              ExitCode=137 if query["signal"] == "SIGKILL" else 143)
            self.event(c, "die")
            return 204, None
        raise Problem(404, "page not found")

    def start(self, c, name):
        if c["State"]["Running"]:
            return 304, None
        if name in self.start_problem:
            raise self.start_problem[name]
        c["State"].update(Status="running", Running=True, StartedAt=now(), Pid=1)
        self.started.append(c["Name"][1:])
        if name == "~internal~ecs~pause":
            c["process"] = subprocess.Popen(["unshare", "-n", "sleep", "600"])
            time.sleep(0.05)  # until it is in its namespace
            c["State"]["Pid"] = c["process"].pid
        if isinstance(self.behave.get(name), int):
            c["State"].update(Status="exited", Running=False, ExitCode=self.behave[name], FinishedAt=now(), Pid=0)
            self.event(c, "die")
        return 204, None
