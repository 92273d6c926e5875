//! Reading configurations: what they say, and what is wrong with them.

use super::file::Level;
use super::*;
use crate::source::SourceFile;

fn mistakes(text: &str) -> Vec<String> {
    let mut files = Sources::default();
    let id = files.add(SourceFile::new("wfc.yaml", text));
    let (_, mistakes) = read(id, text);
    mistakes.iter().map(|mistake| mistake.trouble(&files).to_string()).collect()
}

/// Weakest first.
fn config(texts: &[&str]) -> Config {
    let mut config = Config::default();
    for (at, text) in texts.iter().enumerate() {
        let id = config.files.add(SourceFile::new(format!("{at}.yaml"), *text));
        let (file, mistakes) = read(id, text);
        assert_eq!(mistakes, []);
        config.extend(file);
    }
    config
}

#[test]
fn nothing_written_is_nothing_said() {
    for text in ["", "# only a remark\n", "rules:\nexclude:\nbudgets:\nprofile:\nallow: []\n", "---\n"] {
        assert_eq!(mistakes(text), [""; 0], "{text}");
    }
}

#[test]
fn unknown_keys_are_told_all_at_once_each_with_its_neighbour() {
    let text = "profil: strict\nbudgets:\n  speed: 5\noverrides:\n  - path: x\n    paths: x\n    rules: {}\n";
    assert_eq!(
        mistakes(text),
        [
            "wfc.yaml:1:1: unknown key `profil`; did you mean `profile`?",
            "wfc.yaml:3:3: unknown key `speed`; there are `max-states`, `efferent`, `afferent`, `temporal`, \
             `contract`, `control`, `chain`, `attempts`",
            "wfc.yaml:5:5: unknown key `path`; did you mean `paths`?",
        ]
    );
}

#[test]
fn unknown_rules_are_told_wherever_they_stand() {
    let text = "rules: {dead-ends: off}\n\
                overrides: [{paths: a, rules: {tens: info}}]\n\
                allow: [{rule: elephant, files: a, because: b}]\n";
    assert_eq!(
        mistakes(text),
        [
            "wfc.yaml:1:9: there is no rule `dead-ends`; did you mean `dead-end`?",
            "wfc.yaml:2:32: there is no rule `tens`; did you mean `tense`?",
            "wfc.yaml:3:16: there is no rule `elephant`; `wfc rules` lists them all",
        ]
    );
}

#[test]
fn wrong_values_are_told_where_they_stand() {
    for (text, expected) in [
        ("profile: loud", "1:10: `loud` is not known here; there are `default`, `strict`, `audit`"),
        ("fail-on: warnings", "1:10: `warnings` is not known here; did you mean `warning`?"),
        ("rules: [tense]", "1:8: a mapping of keys to values is wanted here, not a list"),
        (
            "rules: {tense: loud}",
            "1:16: `loud` is not known here; there are `off`, `info`, `warning`, `error`",
        ),
        ("budgets: {max-states: -1}", "1:23: a whole number is wanted here, not a number"),
        ("budgets: {max-states: 0}", "1:23: at least one state must be kept"),
        ("budgets: {attempts: 0}", "1:21: at least one call must be allowed"),
        ("verify: {max-states: 0}", "1:22: at least one state must be looked at"),
        ("verify: {delivery: fifo-pairs}", "1:20: `fifo-pairs` is not known here; did you mean `fifo-pair`?"),
        ("exclude: {a: b}", "1:10: a text is wanted here, not a mapping"),
        ("exclude: ['a{']", "1:11: `a{` is no pattern of paths: "),
        ("allow: {rule: tense, files: a}", "1:8: `because` is missing here"),
        ("allow: {rule: tense, files: a, because: ' '}", "1:41: the reason says nothing; "),
        ("allow: {rule: tense, files: a, because: b, until: soon}", "1:51: `soon` is no day; "),
        ("just a text", "1:1: a mapping of keys to values is wanted here, not a text"),
        ("profile: strict\nprofile: audit", "2:1: `profile` is written twice"),
        ("profile: strict\n---\nprofile: audit", "3:1: a second document, where only one is read"),
        ("rules: {tense: off", "1:"),
        ("a: &a [*a]", "1:"),
    ] {
        let found = mistakes(text);
        assert!(found[0].starts_with(&format!("wfc.yaml:{expected}")), "{text}: {found:#?}");
    }
}

#[test]
fn off_may_be_written_as_older_readers_of_yaml_have_it() {
    let config = config(&["rules: {tense: off, dead-end: false}"]);
    assert!(config.rules.values().all(|level| level.value == Level::Off));
}

#[test]
fn the_nearer_file_is_the_stronger_one() {
    let config = config(&[
        "profile: audit\nfail-on: info\nexclude: a\nrules: {tense: off, dead-end: off}\n\
         budgets: {efferent: 1, afferent: 1}\nverify: {timers: both}",
        "profile: strict\nexclude: [b]\nrules: {tense: error}\nbudgets: {efferent: 2}\nverify: {delivery: fifo}",
    ]);
    assert_eq!(config.profile.map(|word| word.span.file), Some(FileId(1)));
    assert_eq!(config.fail_on.map(|word| word.span.file), Some(FileId(0)));
    assert_eq!(config.exclude.len(), 2);
    let (efferent, afferent) = (config.budgets.efferent, config.budgets.afferent);
    assert_eq!((efferent.map(|it| it.value), afferent.map(|it| it.value)), (Some(2), Some(1)));
    assert!(config.verify.timers.is_some() && config.verify.delivery.is_some());
    let levels = Levels::new(&config);
    assert_eq!(levels.of("tense", "x.wfc"), Some(Level::Error));
    assert_eq!(levels.of("dead-end", "x.wfc"), Some(Level::Off));
    assert_eq!(levels.of("event-loop", "x.wfc"), None);
}

#[test]
fn of_several_overrides_the_last_one_holds() {
    let config = config(&["rules: {tense: error}\n\
         overrides:\n\
         - {paths: 'old/**', rules: {tense: info, dead-end: off}}\n\
         - {paths: ['old/eu/**', '*.draft.wfc'], rules: {tense: off}}\n"]);
    let levels = Levels::new(&config);
    assert_eq!(levels.of("tense", "new/a.wfc"), Some(Level::Error));
    assert_eq!(levels.of("tense", "old/a.wfc"), Some(Level::Info));
    assert_eq!(levels.of("tense", "old/eu/a.wfc"), Some(Level::Off));
    assert_eq!(levels.of("dead-end", "old/eu/a.wfc"), Some(Level::Off));
    assert_eq!(levels.of("tense", "new/a.draft.wfc"), Some(Level::Off));
}

#[test]
fn what_is_shown_is_a_configuration_and_says_the_same() {
    let text = "profile: strict\nfail-on: info\nmin-confidence: low\nexclude: ['*.x', \"a b\", '#c']\n\
                rules: {tense: off}\noverrides: [{paths: [a, b], rules: {tense: info, dead-end: error}}]\n\
                budgets: {max-states: 7, efferent: 1, afferent: 2, attempts: 3, temporal: 4, contract: 5, control: 6, chain: 8}\n\
                drift: {efferent: 1, afferent: 2, temporal: 3, chain: 4, contract: 5, control: 6, bidirectional: 7, circles: 8}\n\
                verify: {delivery: fifo-pair, timers: both, max-states: 9}\nsystems: [{files: 'a/**', world: closed}]\n\
                allow: [{rule: tense, files: a, entity: 'W/*', because: 'a: \"b\"', until: 2027-06-30}]\n";
    let once = show(&config(&[text]));
    let again = show(&config(&[&once]));
    let values = |shown: &str| -> Vec<String> {
        shown
            .lines()
            .map(|line| line.rsplit_once(" # ").map_or(line, |(value, _)| value.trim_end()).to_string())
            .collect()
    };
    assert_eq!(values(&once), values(&again));
    assert!(once.starts_with("profile: strict                          # 0.yaml:1:10\n"), "{once}");
    assert!(!once.contains("default"), "{once}");
}

#[test]
fn no_text_makes_the_reader_panic() {
    let text = "extends: a\nrules: {tense: off}\nallow: [{rule: tense, files: a, because: b}]\n";
    for at in 0..text.len() {
        mistakes(&text[..at]);
        mistakes(&text[at..]);
        for odd in ["{", "[", ":", "\n  ", "*", "&", "!", "ä", "\0"] {
            mistakes(&format!("{}{odd}{}", &text[..at], &text[at..]));
        }
    }
}
