use super::*;

fn json(text: &str) -> Document {
    read(FileId(0), text, Dialect::Json)
}

fn yaml(text: &str) -> Document {
    read(FileId(0), text, Dialect::Yaml)
}

fn slice<'t>(text: &'t str, value: &Value) -> &'t str {
    &text[value.span.range()]
}

#[test]
fn every_value_and_key_knows_its_place() {
    for (text, read) in [("{\"ä\": [1, \"b\"]}", json as fn(&str) -> Document), ("ä: [1, \"b\"]\n", yaml)] {
        let root = &read(text).roots[0];
        let member = root.member("ä").unwrap();
        assert_eq!(text[member.key.span.range()].trim_matches('"'), "ä");
        assert_eq!(slice(text, &member.value.list().unwrap()[1]), "\"b\"");
        assert_eq!(member.value.list().unwrap()[0].number(), Some(1.0));
    }
}

#[test]
fn comments_only_where_the_name_says_so() {
    let text = "{ // why\n \"a\": 1, }";
    assert_eq!(json(text).troubles.len(), 1);
    assert!(read(FileId(0), text, Dialect::JsonWithComments).troubles.is_empty());
}

#[test]
fn a_missing_comma_is_at_its_place() {
    let trouble = &json("{\"a\": 1\n \"b\": 2}").troubles[0];
    assert_eq!((trouble.span.start, trouble.message.as_str()), (7, "expected comma"));
}

#[test]
fn doubled_keys_are_told_and_the_last_is_kept() {
    for document in [json("{\"a\": 1, \"a\": 2}"), yaml("a: 1\na: 2\n")] {
        assert_eq!(document.troubles[0].kind, TroubleKind::DoubledKey);
        assert_eq!(document.roots[0].get("a").unwrap().number(), Some(2.0));
    }
}

#[test]
fn tags_become_the_long_functions() {
    let document = yaml("a: !GetAtt Hello.Arn\nb: !Sub [x, {y: z}]\nc: !!str 12\nd: 12\n");
    let root = &document.roots[0];
    assert_eq!(root.path(&["a", "Fn::GetAtt"]).unwrap().text(), Some("Hello.Arn"));
    assert_eq!(root.path(&["b", "Fn::Sub"]).unwrap().list().unwrap().len(), 2);
    assert_eq!(root.get("c").unwrap().text(), Some("12"));
    assert_eq!(root.get("d").unwrap().number(), Some(12.0));
}

#[test]
fn aliases_and_merge_keys_are_resolved() {
    let document = yaml("base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nsame: *b\n");
    let root = &document.roots[0];
    assert_eq!(root.path(&["use", "x"]).unwrap().number(), Some(1.0));
    assert_eq!(root.path(&["use", "y"]).unwrap().number(), Some(3.0));
    assert_eq!(root.path(&["same", "y"]).unwrap().number(), Some(2.0));
}

#[test]
fn an_alias_bomb_does_not_go_off() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(yaml(&text).troubles[0].message.contains("values"));
}

#[test]
fn deep_nesting_is_refused_not_fatal() {
    let deep = "[".repeat(100_000);
    assert!(json(&deep).troubles[0].message.contains("levels deep"));
    assert_eq!(yaml(&deep).troubles.len(), 1);
    let block: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(yaml(&block).troubles[0].message.contains("levels deep"));
}

#[test]
fn placeholders_may_stand_in_place_of_values() {
    let text = "{\"a\": ${Limit}, \"b\": \"${c}\", \"d\": [${x}]}";
    let document = json(text);
    assert!(document.troubles.is_empty(), "{document:?}");
    assert_eq!(slice(text, document.roots[0].get("a").unwrap()), "${Limit}");
    assert_eq!(document.roots[0].get("b").unwrap().text(), Some("${c}"));
    assert_eq!(json("{\"a\": ${\"x\"}}").troubles.len(), 1);
}
