"""Control as an agent meets it: JSON 1.1 on a loopback port, scripted by a test. It checks nothing but that calls are
signed with the credentials that it handed out itself: real signatures are for the real control."""
import http.server
import json
import re
import threading
import time
import uuid

REGION = "eu-test-1"
ACCOUNT = "111122223333"
INSTANCE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/default/{'a' * 32}"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default"
JOIN_TOKEN = ("AJOITESTTOKEN", "join-secret")


class Refusal(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class FakeControl:
    def __init__(self):
        self.changed = threading.Condition()
        self.revision = 1
        self.tasks = {}  # arn: {payload, desired, task role?, execution role?}
        self.states = []  # SubmitTaskStateChange bodies, as they came
        self.events = []
        self.polls = []
        self.calls = []  # (operation, access key id)
        self.minted = 0
        self.life_s = 3600
        self.keys = {JOIN_TOKEN[0]}
        self.secrets_out = []  # every secret that was handed out: must be found nowhere else
        self.joined = None
        self.boot_id = None
        self.away = False
        self.parameters = {}
        self.secrets = {}
        self.registry = None  # host:port
        self.refuse = {}  # operation: Refusal
        self.on_call = None  # called with (number, operation, "before" | "after")
        self.server = None
        self.start()

    # ---- for tests
    def start(self, port=0):
        control = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                control.serve(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def touch(self):
        with self.changed:
            self.revision += 1
            self.changed.notify_all()

    def run(self, definition, task_role=None, execution_role=None, overrides=None, **more):
        task_id = uuid.uuid4().hex
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/default/{task_id}"
        definition = {"family": "fam", "revision": 3, **definition}
        if task_role:
            definition["taskRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{task_role}"
        if execution_role:
            definition["executionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{execution_role}"
        payload = {
            "taskArn": arn, "taskId": task_id, "clusterName": "default", "clusterArn": CLUSTER, "family": "fam",
            "revision": 3, "launchType": "EC2", "createdAt": time.time(), "taskDefinition": definition,
            "overrides": overrides or {}, "containers": [
                {"name": c["name"], "containerArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:container/default/{task_id}/{i}"}
                for i, c in enumerate(definition["containerDefinitions"])], **more}
        with self.changed:
            self.tasks[arn] = {"payload": payload, "desired": "RUNNING", "version": 1}
        self.touch()
        return arn

    def stop_task(self, arn):
        self.tasks[arn]["desired"] = "STOPPED"
        self.touch()

    def last(self, arn):
        with self.changed:
            mine = [s for s in self.states if s["task"] == arn]
        return mine[-1] if mine else None

    def wait(self, what, seconds=20):
        """Until what() is true, looking whenever something came in."""
        until = time.monotonic() + seconds
        with self.changed:
            while True:
                found = what()
                if found:
                    return found
                left = until - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {seconds} s")
                self.changed.wait(min(left, 0.1))

    def wait_status(self, arn, status, seconds=20):
        def reached():
            state = self.last(arn)
            if state and state["status"] == "STOPPED" and status != "STOPPED":
                raise AssertionError(f"it stopped: {json.dumps(state)}")
            return state if state and state["status"] == status else None
        return self.wait(reached, seconds)

    def credentials(self, role=None):
        self.minted += 1
        key, secret, token = f"ASIATEST{self.minted:08d}", f"SeCrEt{uuid.uuid4().hex}", f"ToKeN{uuid.uuid4().hex}"
        self.keys.add(key)
        self.secrets_out += [secret, token]
        made = {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token,
                "expiresAt": int(time.time()) + self.life_s}
        if role:
            made["roleArn"] = role
        return made

    # ---- serving
    def serve(self, request):
        length = int(request.headers.get("Content-Length", 0))
        body = json.loads(request.rfile.read(length) or b"{}")
        operation = request.headers.get("X-Amz-Target", "").split(".")[-1]
        key = re.search(r"Credential=([^/]+)/", request.headers.get("Authorization", ""))
        try:
            if self.away:
                raise Refusal("ServiceUnavailable", "away", 503)
            if not key or key.group(1) not in self.keys:
                raise Refusal("UnrecognizedClientException", "who is this?", 403)
            with self.changed:
                self.calls.append((operation, key.group(1)))
                number = len(self.calls)
            if operation in self.refuse:
                raise self.refuse[operation]
            if self.on_call:
                self.on_call(number, operation, "before")
            status, answer = 200, getattr(self, "op_" + operation)(body, key.group(1))
            if self.on_call:
                self.on_call(number, operation, "after")
        except Refusal as refusal:
            status, answer = refusal.status, {"__type": refusal.code, "message": refusal.message}
        text = json.dumps(answer).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/x-amz-json-1.1")
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            pass

    def op_Join(self, body, key):
        if key != JOIN_TOKEN[0] or self.joined:
            raise Refusal("InvalidClientTokenId", "the token is gone", 403)
        self.joined = body
        return {"containerInstanceArn": INSTANCE, "clusterArn": CLUSTER, "accountId": ACCOUNT, "region": REGION,
                "credentials": self.credentials()}

    def op_RenewInstance(self, body, key):
        return {"credentials": self.credentials()}

    def op_Poll(self, body, key):
        until = time.monotonic() + min(body["waitSeconds"], 25)
        known = {k["taskArn"]: k["renew"] for k in body["known"]}
        with self.changed:
            if self.boot_id is None or body["seenRevision"] == 0:
                self.boot_id = body["bootId"]
            self.polls.append(body)
            self.changed.notify_all()
            while True:
                if self.boot_id != body["bootId"]:
                    raise Refusal("SessionReplacedException", "another agent")
                new = [a for a in self.tasks if a not in known]
                if self.revision > body["seenRevision"] or new or any(known.values()) or time.monotonic() >= until:
                    break
                self.changed.wait(max(0, min(until - time.monotonic(), 1)))
            return {"revision": self.revision, "heartbeatSeconds": 60,
                    "tasks": [self.entry(a, t, known) for a, t in self.tasks.items()]}

    def entry(self, arn, task, known):
        out = {"taskArn": arn, "desiredStatus": task["desired"], "version": task["version"]}
        if arn not in known:
            out = {**task["payload"], **out}
        definition = task["payload"]["taskDefinition"]
        if task["desired"] == "RUNNING" and known.get(arn, True):
            for member, name in (("taskRoleArn", "taskCredentials"), ("executionRoleArn", "executionCredentials")):
                if definition.get(member):
                    out[name] = self.credentials(definition[member])
        return out

    def op_SubmitTaskStateChange(self, body, key):
        with self.changed:
            self.states.append(body)
            if body["status"] == "STOPPED":
                self.tasks.pop(body["task"], None)
            self.revision += 1
            self.changed.notify_all()
        return {"acknowledgment": "ok"}

    def op_SubmitCredentialEvents(self, body, key):
        with self.changed:
            self.events += body["events"]
            self.changed.notify_all()
        return {}

    def op_GetAuthorizationToken(self, body, key):
        import base64
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:registry-password").decode(),
                                       "expiresAt": time.time() + 3600, "proxyEndpoint": f"http://{self.registry}"}]}

    def op_GetParameters(self, body, key):
        found = [n for n in body["Names"] if n in self.parameters]
        return {"Parameters": [{"Name": n, "Type": "SecureString", "Value": self.parameters[n]} for n in found],
                "InvalidParameters": [n for n in body["Names"] if n not in self.parameters]}

    def op_GetSecretValue(self, body, key):
        if body["SecretId"] not in self.secrets:
            raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return {"ARN": body["SecretId"], "Name": "s", "SecretString": self.secrets[body["SecretId"]]}
