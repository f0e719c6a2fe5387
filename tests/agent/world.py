"""One container instance in a folder: the real agent, opener, remit-metadata and workers between a fake Engine and a fake
control. `world()` gives one and takes all of it away again."""
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from fake_control import JOIN_TOKEN, REGION, FakeControl
from fake_engine import FakeEngine

BUILD = os.environ.get("REMIT_BUILD", os.path.join(os.path.dirname(__file__), "../../build"))


class World:
    def __init__(self, more=()):
        self.folder = tempfile.mkdtemp(prefix="rmt-agt-")
        self.more = list(more)
        self.state = self.folder + "/a"
        self.log_path = self.folder + "/log"
        self.log = open(self.log_path, "ab")
        self.control = FakeControl()
        self.engine = FakeEngine(self.folder + "/e.sock")
        self.agent = self.metadata = None
        os.mkdir(self.folder + "/m", 0o700)
        with open(self.folder + "/jt", "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(":".join(JOIN_TOKEN) + "\n")

    def start_metadata(self):
        self.metadata = subprocess.Popen(
            [BUILD + "/metadata/remit-metadata", "--dir", self.folder + "/m", "--control", self.control.url[7:]],
            stderr=self.log)
        until = time.monotonic() + 10
        while not os.path.exists(self.folder + "/m/metadata.sock") and time.monotonic() < until:
            time.sleep(0.01)

    def start_agent(self, *more):
        self.agent = subprocess.Popen(
            [BUILD + "/agent/remit-agent", "--state", self.state, "--control", self.control.url, "--region", REGION,
             "--engine", self.engine.path, "--metadata", self.folder + "/m", "--join-token-file", self.folder + "/jt",
             "--log-level", "debug", *self.more, *more], stderr=self.log)

    def kill_agent(self):
        self.agent.send_signal(signal.SIGKILL)
        self.agent.wait()

    def stop_agent(self):
        self.agent.send_signal(signal.SIGTERM)
        return self.agent.wait(30)

    def said(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def tasks_on_disk(self):
        return sorted(os.listdir(self.state + "/tasks")) if os.path.isdir(self.state + "/tasks") else []

    def workers(self):
        """The names of living workers: sockets that somebody listens on."""
        below = f"{self.folder}/m/workers/"
        with open("/proc/net/unix") as table:
            rows = [line.split() for line in table]
        return sorted({r[-1][len(below):-len(".sock")] for r in rows if r[-1].startswith(below) and r[3] == "00010000"})

    def in_namespace(self, arn, *command):
        """Runs a command where the task's containers are: in its pause container's network namespace."""
        pid = self.engine.find(arn, "~internal~ecs~pause")["State"]["Pid"]
        return subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", *command], capture_output=True, text=True,
                              timeout=20)

    def fetch(self, arn, name, token=None, uri=None, more=()):
        """What a container of the task is answered by the credentials endpoint: (status, body)."""
        env = self.engine.env(arn, name)
        if token is None:
            token = self.token(arn, name)
        headers = ["-H", f"Authorization: {token}"] if token else []
        run = self.in_namespace(arn, "curl", "-s", "-m", "5", "-w", "\n%{http_code}", *headers, *more,
                                "http://169.254.170.2" + (uri or env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]))
        body, _, status = run.stdout.rpartition("\n")
        return int(status or 0), body

    def token(self, arn, name):
        for mount in self.engine.find(arn, name)["Mounts"]:
            if mount["Destination"] == "/run/remit/token":
                with open(mount["Source"]) as file:
                    return file.read()
        return None

    def sockets(self):
        folder = self.folder + "/m/workers"
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def leaks(self):
        """Role secrets that were handed out and stand in a log or in a task's state."""
        text = self.said()
        for folder, _, files in os.walk(self.state + "/tasks"):
            for name in files:
                with open(os.path.join(folder, name), errors="replace") as file:
                    text += file.read()
        return [s for s in self.control.secrets_out + list(self.control.parameters.values()) +
                list(self.control.secrets.values()) if s in text]

    def wait(self, what, seconds=20, why="it"):
        until = time.monotonic() + seconds
        while not what():
            if time.monotonic() > until:
                raise AssertionError(f"{why}: not within {seconds} s")
            time.sleep(0.02)

    def close(self):
        for process in (self.agent, self.metadata):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.engine.close()
        self.control.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def world(*more, start=True):
    w = World(more)
    try:
        w.start_metadata()
        if start:
            w.start_agent()
        yield w
        assert not w.leaks(), f"secrets in a log or a state: {w.leaks()}"
    except BaseException:
        sys.stderr.write(w.said()[-6000:])
        raise
    finally:
        if w.agent and w.agent.poll() is None:
            w.kill_agent()  # first: it would replace a worker that ends
        end_workers(w)
        w.close()


def end_workers(w):
    """A worker outlives everybody on purpose: adopt each and end it."""
    import socket
    import struct
    for name in w.sockets():
        with contextlib.suppress(OSError):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.settimeout(2)
            s.connect(f"{w.folder}/m/workers/{name}")
            s.send(frame(0x0215, b"\x01"))
            s.recv(65536)
            s.send(frame(0x0214, struct.pack("<I", 0) + b"\x01"))
            s.recv(65536)
            s.close()


def frame(kind, body):
    import struct
    return b"RMF1" + struct.pack("<HHI", kind, 0, len(body)) + body
