"""What other processes of a machine see of a daemon: its arguments, its environment, and the core that it would leave."""
import os


def read(pid, name):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read()


def family(*roots):
    """These processes and all that come from them: {pid: name}."""
    parents, names = {}, {}
    for entry in os.listdir("/proc"):
        try:
            name, _, rest = read(entry, "stat").decode().partition("(")[2].rpartition(")") if entry.isdigit() else ("", "", "")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if rest:
            parents[int(entry)], names[int(entry)] = int(rest.split()[1]), name

    def comes_from(pid):
        while pid not in roots and pid in parents:
            pid = parents[pid]
        return pid in roots
    return {pid: name for pid, name in names.items() if comes_from(pid)}


def check(processes, secrets):
    """None of the secrets in arguments or environment; no core, and none to be had by changing whom it belongs to."""
    assert all(len(secret) >= 8 for secret in secrets), "too short to be looked for"
    for pid, name in processes.items():
        for place in ("cmdline", "environ"):
            text = read(pid, place)
            for secret in secrets:
                assert secret.encode() not in text, f"a secret stands in {name}'s {place}"
        core = [line.split()[4:6] for line in read(pid, "limits").decode().splitlines() if line.startswith("Max core file size")]
        assert core == [["0", "0"]], f"{name}: a core of up to {core}"
        uid = [line.split()[2] for line in read(pid, "status").decode().splitlines() if line.startswith("Uid:")][0]
        owner = os.stat(f"/proc/{pid}/environ").st_uid  # root's when the process is not dumpable
        assert owner == 0, f"{name}, of uid {uid}, is dumpable"
