//! Calls of services and runs of other workflows, with their policies.

use super::{Body, escape};
use crate::generate::names::rust_constant;
use crate::generate::rust::layout::{Doc, call, record, text};
use crate::model::{
    Act, Answers, Argument, Block, Expr, Field, OperationId, Run, Trigger, Type, Undone, UndoneBy, WorkflowId,
};
use crate::source::Span;

impl Body<'_> {
    pub(super) fn act(&mut self, act: &Act) {
        let label = self.model.labels[act.label].name.text.to_string();
        self.out.comment(&act.doc);
        let constant =
            self.policy(&label, &act.block, Some(act.operation), self.patient.contains(&act.label));
        let answers = self.model.operations[act.operation].answers;
        let undone = self.model.undone(act).map(|undone| &undone.by);
        // A participant's run is never over for it: whatever comes is taken by the run itself.
        if !matches!(answers, Answers::OnTheLine)
            && !self.in_participant
            && matches!(undone, Some(UndoneBy::Operation { .. }))
        {
            let service = self.model.operations[act.operation].service;
            let (module, request) =
                (&self.names.service(service).module, &self.names.operation(act.operation).request);
            self.handed_over.push(format!("HandedOver::of::<{module}::{request}>(&{constant})"));
        }
        let request = self.request(act.operation, &act.arguments);
        let mut items = vec![text(format!("&{constant}"))];
        let method = match &act.instance {
            Some(instance) => {
                items.push(self.valued(instance));
                "cx.call_at"
            }
            None => "cx.call",
        };
        let is_unit = self.model.operations[act.operation].reply == Type::Nothing;
        let holds = self.holds(act.value, &act.block, is_unit);
        items.push(request.clone());
        let whole = call(method, items.clone());
        let simple =
            !Self::has_sides(&act.block) && self.out.fits("let name_of_value = ", &whole, ".await?;");
        if !simple {
            self.out.write("let asked = ", &request, ";");
            items.pop();
            items.push(text("asked"));
        }
        self.surrounded(&act.block, call(method, items), &holds);
    }

    pub(super) fn request(&mut self, operation: OperationId, arguments: &[Argument]) -> Doc {
        let item = &self.model.operations[operation];
        let module = self.names.service(item.service).module.clone();
        self.modules.insert(module.clone());
        let spelled = self.names.operation(operation).clone();
        let name = format!("{module}::{}", spelled.request);
        if item.fields.is_empty() {
            return text(format!("{name} {{}}"));
        }
        self.made(name, &item.fields, &spelled.fields, arguments)
    }

    /// The constant that says how a step is called.
    fn policy(
        &mut self,
        label: &str,
        block: &Block,
        operation: Option<OperationId>,
        patient: bool,
    ) -> String {
        let constant = self.constants.take(label, rust_constant);
        self.runtime.insert("Step");
        let mut links = Vec::new();
        if let Some((timeout, _)) = block.timeout {
            links.push(call(".timeout", vec![self.span(timeout)]));
        }
        if let Some(retry) = &block.retry {
            let (first, longest) = retry.backoff.unwrap_or((1000, 60_000));
            let pauses = [self.span(first), self.span(longest)];
            links.push(match retry.times.filter(|_| !patient) {
                Some(times) => call(".retry", [text(times.to_string())].into_iter().chain(pauses).collect()),
                None => call(".retry_forever", pauses.to_vec()),
            });
        }
        if patient && block.retry.is_none() {
            links.push(call(".retry_forever", vec![self.span(1000), self.span(60_000)]));
        }
        if let Some(breaker) = &block.breaker {
            let pause = self.span(breaker.pause);
            links.push(call(".breaker", vec![text(breaker.outages.to_string()), pause]));
        }
        if block.pivot.is_some() {
            links.push(text(".pivot()"));
        }
        if let (Some(undone), Some(operation)) = (&block.undone, operation) {
            let function = self.undo_function(label, undone, operation);
            links.push(call(".undone_by", vec![text(function)]));
        }
        let new = text(format!("Step::new({})", escape::rust(label)));
        let doc = if links.is_empty() { new } else { Doc::Chain(Box::new(new), links) };
        self.steps.write(&format!("const {constant}: Step = "), &doc, ";");
        constant
    }

    /// What takes a step back, where the step says it itself.
    fn undo_function(&mut self, label: &str, undone: &Undone, operation: OperationId) -> String {
        let name = self.fresh(&format!("undo {label}"));
        let item = &self.model.operations[operation];
        let module = self.names.service(item.service).module.clone();
        let request = self.names.operation(operation).request.clone();
        let root = "request".to_string();
        let undo =
            self.compensation(undone, item.fields.clone().as_slice(), operation, &root, &item.reply.clone());
        self.runtime.insert("Flow");
        self.runtime.insert("Undo");
        self.runtime.insert("undo_of");
        self.modules.insert(module.clone());
        let steps = &mut self.steps;
        steps.line("");
        steps.open(&format!(
            "fn {name}(request: &serde_json::Value, reply: &serde_json::Value) -> Flow<Undo> {{"
        ));
        let (request_name, reply_name) = (used(&undo, "request"), used(&undo, "reply"));
        steps
            .open(&format!("undo_of(request, reply, |{request_name}: {module}::{request}, {reply_name}| {{"));
        steps.write("Ok(", &undo, ")");
        steps.close("})");
        steps.close("}");
        steps.line("");
        name
    }

    /// `Undo::by(&Release { … })`
    pub(in super::super) fn compensation(
        &mut self,
        undone: &Undone,
        fields: &[Field],
        operation: OperationId,
        root: &str,
        reply: &Type,
    ) -> Doc {
        let spelled = self.names.operation(operation).fields.clone();
        self.request_root = root.to_string();
        self.reply_type = reply.clone();
        self.request_fields = fields
            .iter()
            .zip(spelled)
            .map(|(field, name)| (field.name.text.to_string(), name, field.ty.clone()))
            .collect();
        match &undone.by {
            UndoneBy::Nothing { .. } => text("Undo::Never"),
            UndoneBy::Operation { operation, arguments } => {
                let request = self.request(*operation, arguments);
                call("Undo::by", vec![Doc::Row(vec![text("&"), request])])
            }
        }
    }

    pub(super) fn run(&mut self, run: &Run) {
        let label = self.model.labels[run.label].name.text.to_string();
        let workflow = &self.model.workflows[run.workflow];
        if workflow.is_choreographed() || !matches!(workflow.trigger, Trigger::Called) {
            return self.cannot(run.call_span, "a run of a workflow that events begin");
        }
        if self.in_participant {
            return self
                .cannot(run.call_span, "a run of a conducted workflow, begun by a service that reacts");
        }
        let constant = self.policy(&label, &run.block, None, false);
        let input = self.input(run.workflow, &run.arguments);
        self.out.write("let asked = ", &input, ";");
        let holds = self.holds(run.value, &run.block, false);
        let core = call("cx.run_child", vec![text(format!("&{constant}")), text("asked")]);
        self.surrounded(&run.block, core, &holds);
    }

    /// The input of another workflow.
    fn input(&mut self, workflow: WorkflowId, arguments: &[Argument]) -> Doc {
        self.modules.insert("workflows".to_string());
        let parameters = self.model.workflows[workflow].parameters.clone();
        let spelled = self.names.workflow(workflow).clone();
        let name = format!("workflows::{}", spelled.input);
        if parameters.is_empty() {
            return record(format!("{name} {{}}"), Vec::new());
        }
        self.made(name, &parameters, &spelled.parameters, arguments)
    }

    pub(super) fn notify(&mut self, operation: OperationId, instance: Option<&Expr>, arguments: &[Argument]) {
        let request = self.request(operation, arguments);
        let name = format!("notify-{}", self.model.operations[operation].name.text);
        let instance = match instance {
            Some(instance) => {
                let value = self.valued(instance);
                call("Some", vec![value.then(".into()")])
            }
            None => text("None"),
        };
        let items = vec![text(escape::rust(&name)), instance, request.clone()];
        let told = call("cx.notify", items.clone());
        if self.out.fits("", &told, ".await?;") {
            return self.out.write("", &told, ".await?;");
        }
        self.out.write("let told = ", &request, ";");
        let items = items.into_iter().take(2).chain([text("told")]).collect();
        self.out.write("", &call("cx.notify", items), ".await?;");
    }

    pub(super) fn notify_workflow(&mut self, workflow: WorkflowId, arguments: &[Argument], at: Span) {
        let item = &self.model.workflows[workflow];
        if item.is_choreographed() || !matches!(item.trigger, Trigger::Called) {
            return self.cannot(at, "a run of a workflow that events begin");
        }
        if self.in_participant {
            return self.cannot(at, "a run of a conducted workflow, begun by a service that reacts");
        }
        let name = item.name.text.to_string();
        let input = self.input(workflow, arguments);
        self.out.write("let asked = ", &input, ";");
        let name = escape::rust(&format!("run-{name}"));
        self.out.write("", &call("cx.start", vec![text(name), text("asked")]), ".await?;");
    }
}

/// A name for a parameter of a closure, or none where nobody reads it.
fn used(doc: &Doc, name: &str) -> String {
    let flat = doc.flat();
    let found = flat.contains(&format!("{name}.")) || flat.contains(&format!("{name})"));
    if found { name.to_string() } else { "_".to_string() }
}
