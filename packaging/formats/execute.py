"""Runs generated state machines on an engine that is not ours, with functions that are played here.

usage: execute.py FOLDER, which holds ApplyForLoan.asl.json, Assess.asl.json and BuyHome.asl.json
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

os.environ.update(
    AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-west-1"
)

import boto3  # noqa: E402
import moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils as functions  # noqa: E402
from moto import mock_aws  # noqa: E402

CLIENT = None

SFN = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn"


def nest():
    """moto cannot start a machine from a machine; this starts it as the service would."""
    import importlib

    module = importlib.import_module(SFN)
    service = module.StateTaskServiceSfn

    def start(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        given = normalised_parameters
        document = given.get("Input", given.get("input", {}))
        document = document if isinstance(document, str) else json.dumps(document)
        arn = given.get("StateMachineArn", given.get("stateMachineArn"))
        env.stack.append(CLIENT.start_execution(stateMachineArn=arn, input=document))

    def resolver(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        arn = env.stack.pop()["executionArn"]

        def ask():
            told = CLIENT.describe_execution(executionArn=arn)
            if told["status"] == "RUNNING":
                return None
            answer = {"Status": told["status"], "ExecutionArn": arn}
            if told["status"] == "SUCCEEDED":
                return answer | {"Output": json.loads(told["output"])}
            answer |= {"Error": told.get("error"), "Cause": told.get("cause")}
            name = module.StatesErrorName(typ=module.StatesErrorNameType.StatesTaskFailed)
            details = module.TaskFailedEventDetails(
                resource=self._get_sfn_resource(),
                resourceType=self._get_sfn_resource_type(),
                error="States.TaskFailed",
                cause=json.dumps(answer),
            )
            raise module.FailureEventException(
                module.FailureEvent(
                    env=env,
                    error_name=name,
                    event_type=module.HistoryEventType.TaskFailed,
                    event_details=module.EventDetails(taskFailedEventDetails=details),
                )
            )

        return ask

    service._normalise_parameters = lambda self, parameters, **_: None
    service._eval_service_task = start
    service._build_sync2_resolver = resolver


class Failure(Exception):
    """A business failure, as a function reports it."""

    def __init__(self, name, **fields):
        self.name, self.fields = name, fields


class Outage(Exception):
    """The other side is not there."""


class World:
    """What the functions answer, and who was called."""

    def __init__(self, answers):
        self.answers = answers
        self.calls = []

    def invoke(self, parameters, region, state_credentials):
        name = parameters["FunctionName"]
        payload = parameters.get("Payload") or b"{}"
        payload = payload if isinstance(payload, dict) else json.loads(payload)
        self.calls.append((name, payload))
        answer = self.answers.get(name, {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(payload)
        token = payload.get("taskToken")
        if isinstance(answer, Outage):
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": {"errorType": "Lambda.Unknown"}}
        if isinstance(answer, Failure):
            cause = {"errorType": answer.name, "errorMessage": json.dumps(answer.fields)}
            if token:
                later(lambda: CLIENT.send_task_failure(taskToken=token, error=answer.name, cause=json.dumps(cause)))
                return {"StatusCode": 200, "Payload": {}}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": cause}
        if token:
            if answer is not None:
                later(lambda: CLIENT.send_task_success(taskToken=token, output=json.dumps(answer)))
            return {"StatusCode": 200, "Payload": {}}
        return {"StatusCode": 200, "Payload": answer}

    def called(self, *names):
        return [name for name, _ in self.calls if name in names]


def later(act):
    threading.Timer(0.3, act).start()


def run(folder, machine, world, document, children=()):
    functions._invoke_lambda_function = world.invoke
    for name in (*children, machine):
        definition = json.loads((Path(folder) / f"{name}.asl.json").read_text())
        quicken(definition)
        arn = CLIENT.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/none"
        )["stateMachineArn"]
    execution = CLIENT.start_execution(stateMachineArn=arn, input=json.dumps(document))["executionArn"]
    deadline = time.time() + 60
    while time.time() < deadline:
        told = CLIENT.describe_execution(executionArn=execution)
        if told["status"] != "RUNNING":
            break
        time.sleep(0.05)
    for arn in [it["stateMachineArn"] for it in CLIENT.list_state_machines()["stateMachines"]]:
        CLIENT.delete_state_machine(stateMachineArn=arn)
    return told


def quicken(value):
    """Pauses between attempts are what they are; nobody here waits for them."""
    if isinstance(value, dict):
        if "IntervalSeconds" in value:
            value["IntervalSeconds"] = 1
            value["BackoffRate"] = 1.0
            value.pop("MaxDelaySeconds", None)
            value.pop("JitterStrategy", None)
        for inner in value.values():
            quicken(inner)
    elif isinstance(value, list):
        for inner in value:
            quicken(inner)


N_PASSED = 0


def expect(what, found, wanted):
    global N_PASSED
    if found != wanted:
        sys.exit(f"{what}: {found!r}, and {wanted!r} is wanted")
    N_PASSED += 1


LOAN = {
    "application": "a1",
    "request": {"applicant": "p1", "amount": {"amount": 10, "currency": "EUR"}, "banks": ["North", "South"]},
}


def loan(**changed):
    def offer(bank):
        return {"id": f"q-{bank}", "bank": bank, "rate": 2, "validTo": "2030-01-01T00:00:00Z"}

    answers = {
        "CreditBureau-Rate": "Good",
        "North-Offer": offer("North"),
        "South-Offer": offer("South"),
        "LoanBroker-Rank": lambda payload: payload["quotes"][0],
        "North-Reserve": "r1",
        "Notary-Sign": "c1",
        "Billing-CreateDirectDebit": "m1",
    }
    return World(answers | {name.replace("_", "-"): answer for name, answer in changed.items()})


def loan_broker(folder):
    world = loan()
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a loan", told["status"], "SUCCEEDED")
    expect("its contract", json.loads(told["output"]), {"contract": "c1", "wfc_end": "Granted"})
    expect("what is undone then", world.called("North-Release"), [])
    keys = [payload["idempotencyKey"] for name, payload in world.calls if name == "North-Reserve"]
    expect("the key of a command ends in", [key.split("/", 1)[1] for key in keys], ["q-North/reserved"])

    world = loan(CreditBureau_Rate=[Outage(), Outage(), "Good"])
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a bureau that comes back", told["status"], "SUCCEEDED")
    expect("attempts", len(world.called("CreditBureau-Rate")), 3)

    world = loan(CreditBureau_Rate=Outage())
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a bureau that stays down", told["status"], "SUCCEEDED")
    expect("attempts at most", len(world.called("CreditBureau-Rate")), 4)

    world = loan(CreditBureau_Rate="Poor")
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a poor rating", (told["status"], told.get("error")), ("FAILED", "Rejected"))
    expect("why", json.loads(told["cause"]), {"reason": "credit", "wfc_end": "Rejected"})
    expect("who is asked then", world.called("North-Offer", "North-Reserve"), [])

    world = loan(CreditBureau_Rate=Failure("UnknownApplicant"))
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("an unknown applicant", json.loads(told["cause"])["reason"], "unknown applicant")
    expect("a refusal is not tried again", len(world.called("CreditBureau-Rate")), 1)

    world = loan(Notary_Sign=Failure("SignatureRefused"))
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a refused signature", json.loads(told["cause"])["reason"], "not signed")
    expect("what is undone", [it[1]["reservation"] for it in world.calls if it[0] == "North-Release"], ["r1"])

    world = loan(North_Reserve=[Outage()] * 6 + ["r1"])
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("a bank that nobody reaches", json.loads(told["cause"])["reason"], "the bank cannot be reached")
    expect("it is asked again, and released", world.called("North-Reserve", "North-Release"), ["North-Reserve"] * 7 + ["North-Release"])

    world = loan(Billing_CreateDirectDebit=[Outage(), Outage(), "m1"])
    told = run(folder, "ApplyForLoan", world, LOAN)
    expect("behind the pivot it is tried until it works", told["status"], "SUCCEEDED")
    expect("and nothing is undone", world.called("North-Release"), [])


HOME = {"application": "a1", "request": {"applicant": "p", "property": "h1", "amount": {"amount": 1, "currency": "EUR"}, "iban": "x"}}


def mortgage_world(**changed):
    answers = {
        "Background-Open": None,
        "Valuation-Value": {"amount": 5, "currency": "EUR"},
        "Underwriting-Decide": "Approve",
        "Mortgages-Price": {"rate": 2, "validTo": "2030-01-01T00:00:00Z"},
        "await-event": lambda payload: {"application": "a1", "event": payload["event"]},
        "Contracts-Sign": "c1",
        "Ledger-ProvideInterest": "p1",
        "Billing-CreateDirectDebit": "m1",
    }
    return World(answers | {name.replace("_", "-"): answer for name, answer in changed.items()})


def mortgage(folder):
    children = ("Assess",)
    world = mortgage_world()
    told = run(folder, "BuyHome", world, HOME, children)
    expect("a home", (told["status"], told.get("cause")), ("SUCCEEDED", None))
    expect("its contract", json.loads(told["output"]), {"contract": "c1", "wfc_end": "Paid"})
    expect("events that were waited for", len(world.called("await-event")), 3)

    world = mortgage_world(Ledger_PayOut=[Outage(), {}])
    told = run(folder, "BuyHome", world, HOME, children)
    expect("a payment that is tried again", (told["status"], len(world.called("Ledger-PayOut"))), ("SUCCEEDED", 2))

    world = mortgage_world(Underwriting_Decide="Refuse")
    told = run(folder, "BuyHome", world, HOME, children)
    expect("a refusal of a child", (told["status"], told.get("error")), ("FAILED", "Refused"))
    expect("its reason comes from the child", json.loads(told["cause"])["reason"], "underwriting")
    expect("the check is closed", world.called("Background-Close"), ["Background-Close"])

    world = mortgage_world(Valuation_Value=Failure("NotFound"))
    told = run(folder, "BuyHome", world, HOME, children)
    expect("a failure in a branch", json.loads(told["cause"])["reason"], "no valuation")

    world = mortgage_world(Contracts_Sign=Failure("OfferRefused"))
    told = run(folder, "BuyHome", world, HOME, children)
    expect("a refused offer", json.loads(told["cause"])["reason"], "offer refused")
    undone = world.called("Background-Close", "Contracts-Rescind", "Billing-RevokeDirectDebit")
    expect("only what was done is undone", undone, ["Background-Close"])


@mock_aws(config={"stepfunctions": {"execute_state_machine": True}})
def main(folder):
    global CLIENT
    CLIENT = boto3.client("stepfunctions")
    nest()
    loan_broker(folder)
    mortgage(folder)
    print(f"executed: {N_PASSED} passed, 0 failed")


main(sys.argv[1])
