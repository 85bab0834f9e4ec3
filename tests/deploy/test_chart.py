"""The Helm chart: what it renders, and what it refuses."""

from __future__ import annotations

import json
from typing import Any, Iterator

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from advisor.settings import Settings
from tests.deploy.deployment import (
    CHART,
    FINAL_ENVIRONMENT,
    KNOWN,
    ROOT,
    SECRETS,
    containers,
    notes,
    of_kind,
    pods,
    render,
)

KUBERNETES = "1.28"
"""The newest whose schemas can be had beside Rasa's jsonschema."""
INGRESS = {"ingress": {"enabled": True, "host": "advisor.example.com", "tlsSecret": "advisor-tls"}}
VARIANTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "with an ingress": INGRESS,
    "without what can be left out": {
        "autoscaling": {"enabled": False},
        "podDisruptionBudget": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "migrations": {"enabled": False},
        "topologyKeys": [],
    },
    "with everything set": {
        **INGRESS,
        "image": {"repository": "registry.example.com/advisor", "digest": "sha256:" + "0" * 64},
        "imagePullSecrets": [{"name": "registry"}],
        "settings": {"ADVISOR_WORKERS": 2, "ADVISOR_TIMEZONE": "Asia/Shanghai", "ADVISOR_RETURN_AFTER_HOURS": 0.5},
        "nodeSelector": {"pool": "general"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "podAnnotations": {"note": "x"},
        "networkPolicy": {"redis": {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}]}},
    },
}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"replicas": "two"}, "/replicas"),
    ({"replicas": 0}, "/replicas"),
    ({"replcias": 2}, "replcias"),
    ({"image": {"tag": "latest"}}, "/image/tag"),
    ({"image": {"digest": "sha256:short"}}, "/image/digest"),
    ({"image": {"repository": ""}}, "/image/repository"),
    ({"existingSecret": ""}, "/existingSecret"),
    ({"settings": {"ADVISOR_API_TOKEN": "plain"}}, "/settings"),
    ({"settings": {"ADVISOR_DATABASE_URL": "postgresql://u:p@h/d"}}, "/settings"),
    ({"settings": {"ADVISOR_WORKERS": 0}}, "/settings/ADVISOR_WORKERS"),
    ({"settings": {"ADVISOR_PUBLIC_URL": "http://plain.example.com"}}, "/settings/ADVISOR_PUBLIC_URL"),
    ({"settings": {"ADVISOR_RETURN_AFTER_HOURS": "soon"}}, "/settings/ADVISOR_RETURN_AFTER_HOURS"),
    ({"autoscaling": {"targetCPUUtilizationPercentage": 120}}, "/autoscaling/targetCPUUtilizationPercentage"),
    ({"autoscaling": {"minReplicas": 5, "maxReplicas": 2}}, "autoscaling.minReplicas"),
    ({"podDisruptionBudget": {"maxUnavailable": 0}}, "/podDisruptionBudget/maxUnavailable"),
    ({"resources": {"limits": {"memory": ""}}}, "/resources/limits/memory"),
    ({"ingress": {"enabled": True}}, "/ingress/host"),
    ({"ingress": {"enabled": True, "host": "advisor.example.com"}}, "/ingress/tlsSecret"),
    ({"networkPolicy": {"ingressFrom": []}}, "/networkPolicy/ingressFrom"),
    ({"networkPolicy": {"postgresql": {"to": []}}}, "/networkPolicy/postgresql/to"),
    ({"networkPolicy": {"redis": {"port": 0}}}, "/networkPolicy/redis/port"),
    ({"networkPolicy": {"channels": {"to": [{}]}}}, "/networkPolicy/channels/to/0"),
    ({"terminationGracePeriodSeconds": 10, "preStopSeconds": 10}, "terminationGracePeriodSeconds"),
    ({"service": {"port": 70000}}, "/service/port"),
]


@pytest.fixture(params=list(VARIANTS.values()), ids=list(VARIANTS), scope="module")
def manifests(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return render(request.param)


@pytest.fixture(scope="module")
def standard() -> list[dict[str, Any]]:
    return render()


def environment(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in container["env"]}


def told(container: dict[str, Any]) -> dict[str, str]:
    """What a container gets; a secret has some value."""
    values = {name: entry.get("value", "some-secret") for name, entry in environment(container).items()}
    return {**FINAL_ENVIRONMENT, **values, "ADVISOR_DATABASE_URL": "postgresql://u:p@h/d", **redis_of(values)}


def redis_of(values: dict[str, str]) -> dict[str, str]:
    return {"ADVISOR_REDIS_URL": "redis://:p@h:6379/0"} if "ADVISOR_REDIS_URL" in values else {}


def selected(labels: dict[str, str], wanted: dict[str, str]) -> bool:
    return wanted.items() <= labels.items()


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS.keys())
def test_helm_finds_nothing_to_complain_of(values: dict[str, Any]) -> None:
    report = helm.lint(CHART, values, strict=True)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


def test_kubernetes_would_accept_every_manifest(manifests: list[dict[str, Any]]) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_part_of_a_release_has_a_name_of_its_own(manifests: list[dict[str, Any]]) -> None:
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("values", "path"), REFUSED, ids=[f"{json.dumps(values)[:60]}" for values, _ in REFUSED])
def test_wrong_values_are_refused_and_the_path_is_named(values: dict[str, Any], path: str) -> None:
    with pytest.raises(helm.HelmError) as refused:
        render(values)
    assert path in str(refused.value)


def closed_parts(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of the schema that lists its properties."""
    if "properties" in schema and schema.get("type") == "object":
        yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from closed_parts(part, f"{path}/{name}")
    for name, part in schema.get("definitions", {}).items():
        yield from closed_parts(part, f"{path}#{name}")


def test_the_schema_lets_no_unknown_value_through() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    parts = dict(closed_parts(schema))
    assert len(parts) > 10
    assert [path for path, part in parts.items() if part.get("additionalProperties") is not False] == []


def leaves(values: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        here = f"{path}.{name}" if path else name
        if isinstance(value, dict) and value and here not in ("settings", "resources"):
            yield from leaves(value, here)
        else:
            yield here


def test_every_value_is_documented() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert [name for name in leaves(values) if f"`{name}`" not in page] == []


def test_every_container_runs_as_a_user_that_is_not_root_and_writes_to_no_image(manifests: list[dict[str, Any]]) -> None:
    assert containers(manifests)
    for container in containers(manifests):
        security = container["securityContext"]
        assert security["runAsNonRoot"] is True and security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False and security["capabilities"] == {"drop": ["ALL"]}
    for pod in pods(manifests):
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod["spec"])


def test_what_can_be_written_is_exactly_what_the_image_expects(manifests: list[dict[str, Any]]) -> None:
    for container in containers(manifests):
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/tmp", "/app/var"}


def test_the_replicas_share_nothing_but_postgresql_and_redis(manifests: list[dict[str, Any]]) -> None:
    assert not of_kind(manifests, "PersistentVolumeClaim") and not of_kind(manifests, "StatefulSet")
    for pod in pods(manifests):
        assert [volume for volume in pod["spec"]["volumes"] if set(volume) != {"name", "emptyDir"}] == []
    [deployment] = of_kind(manifests, "Deployment")
    given = environment(deployment["spec"]["template"]["spec"]["containers"][0])
    assert {"ADVISOR_DATABASE_URL", "ADVISOR_REDIS_URL"} <= set(given)


def test_nobody_gets_a_token_of_the_cluster(manifests: list[dict[str, Any]]) -> None:
    assert all(pod["spec"]["automountServiceAccountToken"] is False for pod in pods(manifests))
    assert all(account["automountServiceAccountToken"] is False for account in of_kind(manifests, "ServiceAccount"))


def test_secrets_come_by_reference_and_never_stand_in_a_manifest(manifests: list[dict[str, Any]]) -> None:
    assert not of_kind(manifests, "Secret") and not of_kind(manifests, "ConfigMap")
    for container in containers(manifests):
        assert "envFrom" not in container
        for name, entry in environment(container).items():
            assert ("valueFrom" in entry) is (name in SECRETS), name
            if name in SECRETS:
                assert entry["valueFrom"] == {"secretKeyRef": {"name": "customer-budget-advisor", "key": name}}
    assert "://" not in json.dumps([container["env"] for container in containers(manifests)])


def test_the_migration_gets_no_secret_but_the_databases_address(standard: list[dict[str, Any]]) -> None:
    [job] = of_kind(standard, "Job")
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert set(environment(container)) & SECRETS == {"ADVISOR_DATABASE_URL"}


def test_every_variable_in_a_manifest_is_known_to_the_advisor(manifests: list[dict[str, Any]]) -> None:
    assert {name for container in containers(manifests) for name in environment(container)} <= KNOWN


def test_every_variable_that_the_advisor_knows_can_be_set() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    [deployment] = of_kind(render(), "Deployment")
    always = set(environment(deployment["spec"]["template"]["spec"]["containers"][0]))
    assert set(schema["properties"]["settings"]["properties"]) | always >= KNOWN


def test_the_advisor_accepts_what_it_is_given(manifests: list[dict[str, Any]]) -> None:
    for container in containers(manifests):
        settings = Settings.from_environment(told(container))
        assert settings.is_loopback is (container["name"] == "migrate")


def test_a_setting_reaches_the_server() -> None:
    [deployment] = of_kind(render({"settings": {"ADVISOR_RETURN_AFTER_HOURS": 0.5}}), "Deployment")
    server = deployment["spec"]["template"]["spec"]["containers"][0]
    assert environment(server)["ADVISOR_RETURN_AFTER_HOURS"]["value"] == "0.5"


def test_the_probes_ask_what_they_are_meant_to(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    server = deployment["spec"]["template"]["spec"]["containers"][0]
    asked = {probe: server[probe]["httpGet"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert {probe: get["path"] for probe, get in asked.items()} == {
        "startupProbe": "/readyz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }
    [port] = server["ports"]
    assert all(get["port"] == port["name"] for get in asked.values())
    assert str(port["containerPort"]) == environment(server)["ADVISOR_PORT"]["value"]
    start = server["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] >= 180


def test_a_pod_that_goes_has_time_to_finish(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    spec = deployment["spec"]["template"]["spec"]
    command, seconds = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep" and spec["terminationGracePeriodSeconds"] >= int(seconds) + 30


def test_an_upgrade_takes_no_replica_away_before_another_is_ready(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_a_wrong_installation_is_found_before_the_server_starts(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    spec = deployment["spec"]["template"]["spec"]
    [doctor], [server] = spec["initContainers"], spec["containers"]
    assert doctor["args"] == ["doctor"] and server["args"] == ["run"]
    assert doctor["env"] == server["env"] and doctor["image"] == server["image"]


def test_the_migration_runs_before_anything_else_and_leans_on_nothing_of_the_release(standard: list[dict[str, Any]]) -> None:
    [job] = of_kind(standard, "Job")
    spec = job["spec"]["template"]["spec"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert spec["containers"][0]["args"] == ["migrate"]
    assert "serviceAccountName" not in spec
    hooks = [manifest for manifest in standard if "helm.sh/hook" in manifest["metadata"].get("annotations", {})]
    before = [hook for hook in hooks if weight(hook) < weight(job)]
    assert [hook["kind"] for hook in before] == ["NetworkPolicy"]


def weight(hook: dict[str, Any]) -> int:
    return int(hook["metadata"]["annotations"]["helm.sh/hook-weight"])


def policies_of(manifests: list[dict[str, Any]], labels: dict[str, str]) -> list[dict[str, Any]]:
    policies = of_kind(manifests, "NetworkPolicy")
    return [policy["spec"] for policy in policies if selected(labels, policy["spec"]["podSelector"].get("matchLabels", {}))]


def reached(policies: list[dict[str, Any]]) -> set[int]:
    return {port["port"] for policy in policies for rule in policy.get("egress", []) for port in rule["ports"]}


@pytest.mark.parametrize(
    ("kind", "ports", "callers"), [("Deployment", {53, 5432, 6379, 443}, 1), ("Job", {53, 5432}, 0)], ids=["the server", "the migration"]
)
def test_a_pod_is_reached_by_and_reaches_only_what_it_needs(standard: list[dict[str, Any]], kind: str, ports: set[int], callers: int) -> None:
    [workload] = of_kind(standard, kind)
    labels = workload["spec"]["template"]["metadata"]["labels"]
    policies = policies_of(standard, labels)
    # One denies all, one lets through; a rule without "to" or "from" would mean everybody.
    assert len(policies) == 2 and all(policy["policyTypes"] == ["Ingress", "Egress"] for policy in policies)
    assert {"ingress", "egress"} & set(policies[0]) == set() or {"ingress", "egress"} & set(policies[1]) == set()
    assert reached(policies) == ports
    assert all(rule["to"] and all(rule["to"]) for policy in policies for rule in policy.get("egress", []))
    inward = [rule for policy in policies for rule in policy.get("ingress", [])]
    assert len(inward) == callers and all(rule["from"] and all(rule["from"]) for rule in inward)


def test_https_reaches_no_private_network(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    policies = policies_of(standard, deployment["spec"]["template"]["metadata"]["labels"])
    [rule] = [rule for policy in policies for rule in policy.get("egress", []) if rule["ports"][0]["port"] == 443]
    [peer] = rule["to"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(peer["ipBlock"]["except"])


def test_without_channels_nothing_is_reached_over_https() -> None:
    rendered = render({"networkPolicy": {"channels": {"enabled": False}}})
    [deployment] = of_kind(rendered, "Deployment")
    assert 443 not in reached(policies_of(rendered, deployment["spec"]["template"]["metadata"]["labels"]))


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget"])
def test_requests_and_budgets_mean_the_servers_and_not_the_migration(standard: list[dict[str, Any]], kind: str) -> None:
    [manifest] = of_kind(standard, kind)
    selector = manifest["spec"]["selector"]
    wanted = selector.get("matchLabels", selector)
    labels = {workload["kind"]: workload["spec"]["template"]["metadata"]["labels"] for workload in standard if workload["kind"] in ("Deployment", "Job")}
    assert selected(labels["Deployment"], wanted) and not selected(labels["Job"], wanted)


def test_the_autoscaler_alone_decides_how_many_there_are() -> None:
    for scaled in (True, False):
        rendered = render({"autoscaling": {"enabled": scaled}})
        [deployment] = of_kind(rendered, "Deployment")
        assert ("replicas" in deployment["spec"]) is not scaled
        targets = [scaler["spec"]["scaleTargetRef"]["name"] for scaler in of_kind(rendered, "HorizontalPodAutoscaler")]
        assert targets == ([deployment["metadata"]["name"]] if scaled else [])


def test_replicas_are_spread_over_zones_and_machines(standard: list[dict[str, Any]]) -> None:
    [deployment] = of_kind(standard, "Deployment")
    template = deployment["spec"]["template"]
    spread = template["spec"]["topologySpreadConstraints"]
    assert [constraint["topologyKey"] for constraint in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert all(selected(template["metadata"]["labels"], constraint["labelSelector"]["matchLabels"]) for constraint in spread)


def test_the_notes_say_what_to_do_next() -> None:
    assert "rollout status deployment/demo-customer-budget-advisor" in notes() and "port-forward" in notes()
    assert "https://advisor.example.com/" in notes(INGRESS)
    assert "Migrations are off" in notes({"migrations": {"enabled": False}})


def test_chart_and_image_carry_the_version_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert f'version = "{chart["appVersion"]}"' in project
    assert f"ADVISOR_VERSION:-{chart['appVersion']}" in (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
