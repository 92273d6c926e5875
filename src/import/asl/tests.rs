//! Machines in, outlines of workflows out.

mod outline;

use super::{import, looks_like_one};
use crate::finding::{Finding, Severity};
use crate::source::FileId;
use outline::outline;

fn json(text: &str) -> (String, Vec<Finding>) {
    let imported = import(FileId(0), "order.asl.json", text);
    (outline(&imported.ast), imported.findings)
}

/// The workflow's lines without its services.
fn body(text: &str) -> Vec<String> {
    let (outline, findings) = json(text);
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    outline.lines().skip_while(|line| !line.starts_with("workflow")).map(str::to_owned).collect()
}

fn messages(text: &str) -> Vec<String> {
    let (_, findings) = json(text);
    findings.iter().map(|finding| format!("{}: {}", finding.rule.name, finding.message)).collect()
}

#[test]
fn tasks_fall_through_and_end() {
    let lines = body(
        r#"{"StartAt": "B", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:ship", "End": true},
            "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                  "Parameters": {"FunctionName": "${ChargeArn}", "Payload.$": "$.card"}, "Next": "A"}}}"#,
    );
    assert_eq!(
        lines,
        [
            "workflow order",
            "  orchestrated by OrderMachine",
            "  success Succeeded",
            "  step B = Lambda.Charge(input.card)",
            "  step A = Lambda.ship(input)",
            "  end Succeeded",
        ]
    );
}

#[test]
fn caught_names_are_failures_and_the_rest_is_an_outage() {
    let text = r#"{"StartAt": "Charge", "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:charge",
            "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Rejected"},
                      {"ErrorEquals": ["States.ALL"], "Next": "Broken"}], "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Rejected": {"Type": "Fail", "Error": "Rejected"},
        "Broken": {"Type": "Fail"}}}"#;
    let (outline, _) = json(text);
    assert!(outline.contains("command charge -> any fails CardDeclined"), "{outline}");
    assert_eq!(
        body(text)[2..],
        [
            "  success Done",
            "  failure Rejected",
            "  failure Broken",
            "  step Charge = Lambda.charge(input)",
            "    retry 2 times backoff 1s..2s",
            "    on CardDeclined",
            "      end Rejected",
            "    on any",
            "      end Broken",
            "  end Done",
        ]
    );
}

#[test]
fn choices_are_conditions() {
    let lines = body(
        r#"{"StartAt": "Enough?", "States": {
            "Enough?": {"Type": "Choice", "Choices": [
                {"And": [{"Variable": "$.stock", "NumericGreaterThan": 3},
                         {"Variable": "$.state", "StringEquals": "OPEN"}], "Next": "Ship"},
                {"Variable": "$.items[0]", "IsPresent": true, "Next": "Order"}], "Default": "Stop"},
            "Ship": {"Type": "Pass", "End": true},
            "Order": {"Type": "Wait", "Seconds": 90, "Next": "Enough?"},
            "Stop": {"Type": "Fail"}}}"#,
    );
    assert_eq!(
        lines[4..],
        [
            "  scope Enough?",
            "    if (input.stock > 3) and (input.state == \"OPEN\")",
            "      then Ship",
            "    if foreign asl",
            "      then Order",
            "    end Stop",
            "  scope Ship",
            "  end Succeeded",
            "  scope Order",
            "    wait 90s",
            "  then Enough?",
        ]
    );
}

#[test]
fn branches_and_rounds_fail_to_who_catches_them() {
    let lines = body(
        r#"{"StartAt": "Both", "States": {
            "Both": {"Type": "Parallel", "Branches": [
                {"StartAt": "Book", "States": {
                    "Book": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:book", "Next": "Full"},
                    "Full": {"Type": "Fail", "Error": "Full"}}},
                {"StartAt": "Look", "States": {"Look": {"Type": "Pass", "End": true}}}],
              "Catch": [{"ErrorEquals": ["Full"], "Next": "Sorry"}], "Next": "Each"},
            "Each": {"Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 5, "ItemProcessor": {
                "StartAt": "Pick", "States": {"Pick": {"Type": "Task",
                  "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "Lines"},
                  "End": true}}}, "End": true},
            "Sorry": {"Type": "Succeed"}}}"#,
    );
    assert_eq!(
        lines[4..],
        [
            "  scope Both",
            "    parallel",
            "      scope Both branch 1",
            "        step Book = Lambda.book(input)",
            "        end Sorry",
            "      scope Look",
            "    on outage",
            "      end Sorry",
            "  step Each = parallel for each item in input.lines",
            "    at most 5 at once",
            "    step Pick = DynamoDB.getItem Lines(foreign asl)",
            "  end Succeeded",
        ]
    );
}

#[test]
fn a_callback_answers_later_and_an_event_is_published() {
    let text = r#"{"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "https://q/1/asks", "MessageBody": {"token.$": "$$.Task.Token"}},
            "TimeoutSeconds": 7200, "Next": "Tell"},
        "Tell": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
            "Parameters": {"Entries": [{"DetailType": "OrderAsked", "Source": "shop", "Detail": {}}]},
            "End": true}}}"#;
    let (outline, _) = json(text);
    assert!(outline.contains("command sendMessage asks -> any answers Later"), "{outline}");
    assert!(outline.contains("service OrderMachine\n  event OrderAsked"), "{outline}");
    let lines = body(text);
    assert!(lines.contains(&"    within 2h".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"    publish OrderAsked".to_owned()), "{lines:#?}");
}

#[test]
fn what_only_failures_reach_takes_back_what_it_is_named_after() {
    let text = r#"{"StartAt": "Reserve Flight", "States": {
        "Reserve Flight": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:reserveFlight",
            "Next": "Pay"},
        "Pay": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:pay",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Cancel Flight"}], "End": true},
        "Cancel Flight": {"Type": "Task", "Resource": "arn:aws:lambda:r:1:function:cancelFlight",
            "Next": "Failed"},
        "Failed": {"Type": "Fail"}}}"#;
    let (outline, _) = json(text);
    assert!(outline.contains("reserveFlight -> any undone by Lambda.cancelFlight"), "{outline}");
    assert!(!outline.contains("pay -> any undone"), "{outline}");
}

#[test]
fn one_action_of_a_service_is_taken_back_by_its_states() {
    let update = |name: &str, rest: &str| {
        format!(
            r#""{name}": {{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:updateItem",
                "Parameters": {{"TableName": "stock"}}, {rest}}}"#
        )
    };
    let text = format!(
        r#"{{"StartAt": "Reserve Stock", "States": {{{}, {}, {}, "Failed": {{"Type": "Fail"}}}}}}"#,
        update("Reserve Stock", r#""Next": "Mark Order""#),
        update(
            "Mark Order",
            r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Release Stock"}], "End": true"#
        ),
        update("Release Stock", r#""Next": "Failed""#),
    );
    let (outline, _) = json(&text);
    let reserve =
        "updateItem stock (Reserve Stock) -> any undone by DynamoDB.updateItem stock (Release Stock)";
    assert!(outline.contains(reserve), "{outline}");
    assert!(outline.contains("step Mark Order = DynamoDB.updateItem stock("), "{outline}");
}

#[test]
fn what_is_illegal_is_told_and_the_rest_is_read() {
    assert_eq!(
        messages(
            r#"{"StartAt": "A", "States": {"QueryLanguage": "JSONata",
                "A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Pas", "End": true}}}"#
        ),
        [
            "invalid-machine: `QueryLanguage` stands inside `States`, where it is read as a state",
            "invalid-machine: state `C` does not exist",
            "invalid-machine: `Pas` is not a type of state",
        ]
    );
    assert_eq!(messages("{\"States\": {}}").len(), 2);
    assert_eq!(messages("{"), ["invalid-document: unterminated object"]);
    assert_eq!(messages("[]"), ["invalid-machine: the file holds no state machine"]);
}

#[test]
fn machines_are_found_in_templates() {
    let text = "Resources:\n  Saga:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      \
                DefinitionString: !Sub |\n        {\"StartAt\": \"A\",\n         \"States\": {\"A\": {\"Type\": \
                \"Pass\", \"Next\": \"B\"}}}\n";
    assert!(looks_like_one("template.yaml", text));
    let imported = import(FileId(0), "template.yaml", text);
    assert!(outline(&imported.ast).contains("workflow Saga"));
    let span = imported.findings[0].span();
    assert_eq!(&text[span.range()], "\"B\"");
}

#[test]
fn other_files_are_left_alone() {
    assert!(!looks_like_one("package.json", "{\"name\": \"States\", \"Type\": \"module\"}"));
    assert!(!looks_like_one(
        "schema.json",
        r#"{"properties": {"StartAt": {}, "States": {"type": "object"}}}"#
    ));
    assert!(!looks_like_one("notes.md", "StartAt States"));
}

#[test]
fn what_is_caught_of_a_bus_or_an_answer_stays_reachable() {
    let lines = body(
        r#"{"StartAt": "Tell", "States": {
            "Tell": {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents",
                "Parameters": {"Entries": [{"DetailType": "OrderAsked"}]},
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], "Next": "Ask"},
            "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}},
                "Catch": [{"ErrorEquals": ["SQS.SdkClientException"], "Next": "Sorry"},
                          {"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], "End": true},
            "Sorry": {"Type": "Fail"}}}"#,
    );
    assert_eq!(
        lines[4..],
        [
            "  scope Tell",
            "    step Tell on the bus = EventBridge.putEvents(foreign asl)",
            "      on any",
            "        end Sorry",
            "    publish OrderAsked",
            "  step Ask = SQS.sendMessage(foreign asl)",
            "    on SQS.SdkClientException",
            "      end Sorry",
            "    on any",
            "      end Sorry",
            "  end Succeeded",
        ]
    );
}

#[test]
fn a_machine_runs_another_of_its_file() {
    let text = "stateMachines:\n  all:\n    definition:\n      StartAt: A\n      States:\n        A:\n          Type: \
                Task\n          Resource: arn:aws:states:::states:startExecution.sync:2\n          Parameters: \
                {StateMachineArn: !Ref one}\n          End: true\n  one:\n    definition: {StartAt: B, States: {B: \
                {Type: Pass, End: true}}}\n";
    let imported = import(FileId(0), "serverless.yml", text);
    assert!(imported.findings.is_empty(), "{:#?}", imported.findings);
    assert!(outline(&imported.ast).contains("step A = run one"), "{}", outline(&imported.ast));
}
