#!/usr/bin/env python3
"""Records what a real cluster tells about a rollout: ./record.py corpus/NAME.yaml ... writes corpus/NAME.jsonl beside each.

Needs KUBECONFIG and DOCKER_HOST of a one-node cluster that may be written to, its registry at localhost:5000, kubectl, docker and PyYAML. Every situation has a namespace of its own, removed at its end.
A situation's `record` says what the rollout is (`pod`, `deployment`), what stands before it (`objects`, `before`), what happens in the
middle (`then`: seconds and arguments of kubectl), and for how many seconds it is watched (`seconds`).
"""
import http.server
import json
import subprocess
import sys
import threading
import time

import yaml

KINDS = {"deployments": "apis/apps/v1", "replicasets": "apis/apps/v1", "pods": "api/v1", "events": "api/v1"}
REGISTRY = 5055
# The engine asks twice a pull where the first answer is an error.
BUSY = 4
PATIENCE = 90
BASE = "debian:bookworm-slim"
KEPT = {
    "metadata": ("name", "uid", "generation", "resourceVersion", "labels", "creationTimestamp", "deletionTimestamp"),
    "container": ("name", "image", "startupProbe", "readinessProbe", "livenessProbe"),
    "status": ("containerID", "imageID", "hostIP", "podIP", "podIPs", "qosClass"),
    "event": ("type", "reason", "message", "count", "firstTimestamp", "lastTimestamp"),
}
# What names the machine that recorded.
NAMES = (("127.0.0.1:%d" % REGISTRY, "registry.example"), ("localhost:%d" % REGISTRY, "registry.example"), ("localhost:5000", "registry.example"), ("testbed", "node-1"))


class Registry(http.server.BaseHTTPRequestHandler):
    """A registry that denies, that is busy, and that is busy twice before it sends on to the real one."""

    busy = 0

    def do_GET(self):
        if self.path == "/v2/":
            return self.answer(200, None)
        if self.path.startswith("/v2/denied/"):
            return self.answer(403, "DENIED")
        if self.path.startswith("/v2/limited/") or Registry.busy < BUSY:
            Registry.busy += self.path.startswith("/v2/twice/")
            return self.answer(429, "TOOMANYREQUESTS")
        self.send_response(307)
        self.send_header("Location", "http://localhost:5000" + self.path.replace("/v2/twice/", "/v2/"))
        self.end_headers()

    do_HEAD = do_GET

    def answer(self, status, code):
        body = json.dumps({"errors": [{"code": code, "message": "refused"}]} if code else {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Recording:
    def __init__(self, path):
        self.path = path
        with open(path) as text:
            plan = text.read()
        self.space = "verdict-" + path.rsplit("/", 1)[-1].removesuffix(".yaml")
        self.plan = yaml.safe_load(plan.replace("SPACE", self.space))["record"]
        self.lines, self.last, self.began = [], {}, None
        self.gate = threading.Lock()

    def run(self):
        self.kubectl("create", "namespace", self.space, inside=False)
        try:
            self.until(lambda: self.kubectl("get", "serviceaccount", "default", check=False).returncode == 0)
            self.kubectl("label", "namespace", self.space, f"checked={self.space}", inside=False)
            for item in self.plan.get("objects", []) + self.plan.get("cluster", []):
                self.kubectl("apply", "-f", "-", given=item)
            if "stuck" in self.plan:
                self.apply(self.plan["stuck"])
                self.kubectl("wait", "deployment/api", "--for=condition=Progressing=False", f"--timeout={PATIENCE}s")
            if "before" in self.plan:
                self.apply(self.plan["before"])
                self.kubectl("rollout", "status", "deployment/api", f"--timeout={PATIENCE}s")
            watches = [self.watch(kind) for kind in KINDS]
            time.sleep(1)
            self.began = time.monotonic()
            applied = self.apply(self.plan["pod"])
            self.put({"at": 0, "applied": slim("deployments", applied)})
            for step in sorted(self.plan.get("then", []), key=lambda s: s["at"]):
                time.sleep(max(0, self.began + step["at"] - time.monotonic()))
                self.kubectl(*step["kubectl"], given=step.get("given"))
            time.sleep(max(0, self.began + self.plan["seconds"] - time.monotonic()))
            for process in watches:
                process.kill()
        finally:
            for item in self.plan.get("cluster", []):
                self.kubectl("delete", "-f", "-", given=item)
            self.kubectl("delete", "namespace", self.space, "--wait=false", inside=False)
        self.write()

    def apply(self, pod):
        extra = {"replicas": 2, **self.plan.get("deployment", {})}
        spec = {"terminationGracePeriodSeconds": 1, **pod}
        spec["containers"] = [{"name": "api", "image": BASE, "imagePullPolicy": "IfNotPresent", **c} for c in pod["containers"]]
        labels = {"app": "api"}
        deployment = {
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}, **extra},
        }
        done = self.kubectl("apply", "--server-side", "--field-manager=pipeline", "-o", "json", "-f", "-", given=deployment)
        return json.loads(done.stdout)

    def watch(self, kind):
        path = f"/{KINDS[kind]}/namespaces/{self.space}/{kind}?watch=true"
        process = subprocess.Popen(["kubectl", "get", "--raw", path], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.follow, args=(kind, process.stdout), daemon=True).start()
        return process

    def follow(self, kind, stream):
        for line in stream:
            seen = json.loads(line)
            if seen["type"] not in ("ADDED", "MODIFIED", "DELETED"):
                continue
            at = -1 if self.began is None else round(time.monotonic() - self.began, 3)
            self.put({"at": at, "kind": kind, "type": seen["type"], "object": slim(kind, seen["object"])})

    def put(self, line):
        with self.gate:
            what = {k: v for k, v in line.get("object", line).items()}
            key = (line.get("kind"), what.get("metadata", {}).get("name"))
            text = json.dumps([line.get("type"), {**what, "metadata": {**what.get("metadata", {}), "resourceVersion": ""}}], sort_keys=True)
            if self.last.get(key) != text:
                self.last[key] = text
                self.lines.append(line)

    def write(self):
        with open(self.path.removesuffix(".yaml") + ".jsonl", "w") as out:
            for line in sorted(self.lines, key=lambda l: l["at"]):
                text = json.dumps(line, separators=(",", ":"))
                for name, instead in NAMES:
                    text = text.replace(name, instead)
                out.write(text + "\n")
        print(f"{self.path}: {len(self.lines)} changes", flush=True)

    def kubectl(self, *arguments, given=None, inside=True, check=True):
        command = ["kubectl", *(["-n", self.space] if inside else []), *arguments]
        done = subprocess.run(command, input=None if given is None else json.dumps(given), capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        return done

    @staticmethod
    def until(is_so):
        limit = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > limit:
                raise RuntimeError("it never became so")
            time.sleep(0.2)


def slim(kind, item):
    """What a verdict may look at; the rest is the machine's own."""
    if kind == "events":
        whose = {k: item["involvedObject"].get(k) for k in ("kind", "name", "uid")}
        return {"metadata": {"name": item["metadata"]["name"]}, "involvedObject": whose, **pick(item, KEPT["event"])}
    kept = {"metadata": pick(item["metadata"], KEPT["metadata"])}
    notes = item["metadata"].get("annotations", {})
    kept["metadata"]["annotations"] = {k: v for k, v in notes.items() if k.startswith("deployment.kubernetes.io/")}
    kept["metadata"]["ownerReferences"] = [pick(o, ("kind", "name", "uid")) for o in item["metadata"].get("ownerReferences", [])]
    if kind == "deployments":
        # Of each manager only which parts it owns.
        kept["metadata"]["managedFields"] = [
            {**pick(f, ("manager", "operation", "time")), "fieldsV1": {part: {} for part in f.get("fieldsV1", {})}}
            for f in item["metadata"].get("managedFields", [])]
        kept["spec"] = pick(item["spec"], ("replicas", "paused", "strategy", "minReadySeconds", "progressDeadlineSeconds", "selector"))
        kept["spec"]["template"] = {"spec": containers(item["spec"]["template"]["spec"])}
    else:
        kept["spec"] = {**pick(item["spec"], ("nodeName", "replicas", "restartPolicy")), **(containers(item["spec"]) if kind == "pods" else {})}
        if kind == "replicasets":
            kept["spec"]["template"] = {"spec": containers(item["spec"]["template"]["spec"])}
    status = {k: v for k, v in item.get("status", {}).items() if k not in KEPT["status"]}
    for name in ("containerStatuses", "initContainerStatuses"):
        if name in status:
            status[name] = [without_ids(s) for s in status[name]]
    return {**kept, "status": status}


def without_ids(status):
    if isinstance(status, dict):
        return {k: without_ids(v) for k, v in status.items() if k not in KEPT["status"]}
    return status


def containers(spec):
    return {part: [pick(c, KEPT["container"]) for c in spec[part]] for part in ("initContainers", "containers") if part in spec}


def pick(item, names):
    return {n: item[n] for n in names if n in item}


def prepare():
    """Images that a registry of the cluster must have: one that can be pulled, and one that names no command."""
    subprocess.run(["docker", "tag", BASE, "localhost:5000/verdicts/base:1"], check=True)
    empty = subprocess.run(["docker", "create", BASE], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(f"docker export {empty} | docker import - localhost:5000/verdicts/no-command:1", shell=True, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["docker", "rm", empty], check=True, stdout=subprocess.DEVNULL)
    for image in ("base", "no-command"):
        subprocess.run(["docker", "push", "-q", f"localhost:5000/verdicts/{image}:1"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", REGISTRY), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    running = [threading.Thread(target=Recording(path).run) for path in sys.argv[1:]]
    for one in running:
        one.start()
    for one in running:
        one.join()
