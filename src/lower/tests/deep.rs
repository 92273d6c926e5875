//! Deep nesting ends in a finding, whoever made it: importers build trees that no parser has bounded.

use super::*;
use crate::source::Span;
use crate::syntax::ast::*;

fn span() -> Span {
    Span::new(FileId(0), 0, 1)
}

fn name(text: &str) -> Name {
    Name { text: text.into(), span: span() }
}

fn workflow(entries: Vec<Entry>, format: Format) -> Ast {
    let mut all = vec![Entry::Orchestrated(name("S"), span())];
    all.extend(entries);
    let service = Service { doc: "".into(), name: name("S"), entries: Vec::new(), span: span() };
    let workflow = Workflow {
        doc: "".into(),
        name: name("W"),
        parameters: None,
        block: Block { entries: all, span: span() },
        span: span(),
    };
    Ast { file: FileId(0), format, items: vec![Item::Service(service), Item::Workflow(workflow)] }
}

fn messages(ast: &Ast) -> Vec<String> {
    let findings = lower(std::slice::from_ref(ast), &Links::default()).findings;
    findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn blocks() {
    for (depth, is_told) in [(60, false), (100, true)] {
        let mut entries = Vec::new();
        for level in 0..depth {
            let block = Block { entries, span: span() };
            let name = name(&format!("s{level}"));
            entries = vec![Entry::Scope(Scope { doc: "".into(), name, block, span: span() })];
        }
        for format in [Format::Wfc, Format::AmazonStatesLanguage] {
            let told = messages(&workflow(entries.clone(), format));
            assert_eq!(told.iter().any(|told| told.contains("levels")), is_told, "{told:?}");
        }
    }
}

#[test]
fn handlers_of_steps() {
    for depth in [30, 60] {
        let mut entries = Vec::new();
        for level in 0..depth {
            let troubles = Troubles::Any(span());
            let on = On { troubles, block: Block { entries, span: span() }, span: span() };
            let call = Call { path: vec![name("S"), name("Do")], arguments: Vec::new(), span: span() };
            let block = Block { entries: vec![Entry::On(on)], span: span() };
            let source = StepSource::Call(call, Some(block));
            let name = name(&format!("s{level}"));
            entries = vec![Entry::Step(Box::new(Step { doc: "".into(), name, source, span: span() }))];
        }
        let told = messages(&workflow(entries, Format::Wfc));
        assert_eq!(told.iter().any(|told| told.contains("levels")), depth > 36, "{told:?}");
    }
}

#[test]
fn expressions() {
    let number = || Expr { kind: ExprKind::Number("1".into()), span: span() };
    let mut chain = number();
    let mut groups = number();
    for _ in 0..2000 {
        let kind = ExprKind::Binary(Box::new(chain), Operator::Add, Box::new(number()));
        chain = Expr { kind, span: span() };
        groups = Expr { kind: ExprKind::Group(Box::new(groups)), span: span() };
    }
    for (value, told) in [(chain, "operators"), (groups, "levels")] {
        let entry = Entry::Let(Let { name: name("a"), value, span: span() });
        let found = messages(&workflow(vec![entry], Format::Wfc));
        assert!(found.iter().any(|message| message.contains(told)), "{found:?}");
    }
}
