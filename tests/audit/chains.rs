//! A chain of which anything was changed before its last checkpoint does not hold.

use proptest::prelude::*;
use serde_json::{Value, json};
use wardkey::audit::{AuditChain, Broken, ChainCheck, ChainFault, Checkpoint, MAX_CHAIN_NAME_LEN, MAX_LINE_LEN};
use wardkey::crypto::{AwsLcRs, RustCrypto, default_backend};

const NAME: &str = "portal-eu-1/writer-2";

fn chain(lines: u64) -> (Vec<String>, Checkpoint) {
    let mut chain = AuditChain::new(NAME).unwrap();
    let event =
        |number: u64| json!({ "type": "sign-in", "actor": format!("pseud-{number}"), "time": 1_795_392_000 + number });
    let lines = (0..lines).map(|number| chain.append(&event(number), default_backend()).unwrap()).collect();
    (lines, chain.checkpoint().unwrap())
}

fn check(lines: &[String], checkpoints: impl IntoIterator<Item = Checkpoint>) -> Result<u64, Broken> {
    let mut check = ChainCheck::new(NAME, checkpoints);
    for line in lines {
        check.line(line, default_backend())?;
    }
    check.finish()
}

#[test]
fn both_backends_write_the_same_chain() {
    let (mut one, mut other) = (AuditChain::new(NAME).unwrap(), AuditChain::new(NAME).unwrap());
    for number in 0..3 {
        let event = json!({ "number": number });
        assert_eq!(one.append(&event, &AwsLcRs), other.append(&event, &RustCrypto));
    }
    assert_eq!(one, other);
}

#[test]
fn a_writer_goes_on_after_a_restart() {
    let (mut lines, checkpoint) = chain(3);
    let kept = json!({ "name": NAME, "next": 3, "head": serde_json::to_value(checkpoint).unwrap()["digest"] });
    let mut again: AuditChain = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), kept);
    lines.push(again.append(&json!({}), default_backend()).unwrap());
    assert_eq!(check(&lines, again.checkpoint()), Ok(4));
    assert_eq!(check(&[], None), Ok(0));
    assert_eq!(AuditChain::new(NAME).unwrap().checkpoint(), None);
}

#[test]
fn a_kept_chain_that_cannot_be_one_is_refused() {
    let (zeros, digest) = ("00".repeat(32), "01".repeat(32));
    let long = "x".repeat(MAX_CHAIN_NAME_LEN + 1);
    for (name, next, head, holds) in [
        (NAME, 0, &zeros, true),
        (NAME, 3, &digest, true),
        (&long[1..], 0, &zeros, true),
        ("", 0, &zeros, false),
        ("", 3, &digest, false),
        (&long, 3, &digest, false),
        (NAME, 0, &digest, false),
        (NAME, 3, &zeros, false),
        (NAME, 3, &long, false),
    ] {
        let kept = json!({ "name": name, "next": next, "head": head });
        let read = serde_json::from_value::<AuditChain>(kept.clone());
        assert_eq!(read.is_ok(), holds, "{kept}");
        match read {
            Ok(chain) => assert_eq!(serde_json::to_value(chain).unwrap(), kept),
            Err(error) => assert!(!error.to_string().contains("xx") && !error.to_string().contains("0101"), "{error}"),
        }
    }
    for kept in [json!({ "name": NAME, "next": 0 }), json!({ "name": NAME, "next": 0, "head": zeros, "x": 1 })] {
        assert!(serde_json::from_value::<AuditChain>(kept).is_err());
    }
}

#[test]
fn what_cannot_be_written_leaves_the_chain_as_it_was() {
    let mut chain = AuditChain::new(NAME).unwrap();
    let long = "x".repeat(MAX_LINE_LEN);
    for event in [json!(7), json!([]), json!(null), json!({ "é": 1 }), json!({ "a": 0.5 }), json!({ "a": long })] {
        assert_eq!(chain.append(&event, default_backend()), Err(ChainFault::Unwritable));
    }
    assert_eq!(chain, AuditChain::new(NAME).unwrap());
    for name in [String::new(), "x".repeat(MAX_CHAIN_NAME_LEN + 1)] {
        assert_eq!(AuditChain::new(name), Err(ChainFault::Unwritable));
    }
    assert!(AuditChain::new("x".repeat(MAX_CHAIN_NAME_LEN)).is_ok());
}

#[test]
fn a_line_that_is_too_long_is_not_read() {
    let line = |extra: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(extra));
    let mut check = ChainCheck::new(NAME, None);
    for line in [line(1), line(MAX_LINE_LEN)] {
        assert_eq!(check.line(&line, default_backend()), Err(broken(0, ChainFault::Text)));
    }
    assert_eq!(MAX_LINE_LEN, 1_048_576, "every later version reads what this one writes");
    let (mut chain, event) = (AuditChain::new(NAME).unwrap(), |len: usize| json!({ "a": "x".repeat(len) }));
    let more = chain.clone().append(&event(0), default_backend()).unwrap().len();
    let too_long = chain.append(&event(MAX_LINE_LEN - more + 1), default_backend());
    assert_eq!(too_long, Err(ChainFault::Unwritable));
    let longest = chain.append(&event(MAX_LINE_LEN - more), default_backend()).unwrap();
    assert_eq!((longest.len(), check.line(&longest, default_backend())), (MAX_LINE_LEN, Ok(())));
    let nested = |levels: usize| {
        serde_json::from_str::<Value>(&format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels)))
    };
    let mut other = AuditChain::new(NAME).unwrap();
    let deep = other.append(&nested(126).unwrap(), default_backend());
    assert_eq!(deep, Err(ChainFault::Unwritable), "no reader would read the line");
    assert!(other.append(&nested(125).unwrap(), default_backend()).is_ok());
}

fn broken(at: u64, fault: ChainFault) -> Broken {
    let mut check = ChainCheck::new(NAME, Some(Checkpoint::new(0, [0; 32])));
    let Err(mut any) = check.line("", default_backend()) else { panic!("an empty line holds") };
    (any.at, any.fault) = (at, fault);
    any
}

#[test]
fn every_fault_has_its_word_and_its_text() {
    let words = ["text", "version", "chain", "seq", "prev", "digest", "cut", "forked", "unwritable"];
    let faults = [
        ChainFault::Text,
        ChainFault::Version,
        ChainFault::Chain,
        ChainFault::Seq,
        ChainFault::Prev,
        ChainFault::Digest,
        ChainFault::Cut,
        ChainFault::Forked,
        ChainFault::Unwritable,
    ];
    for (fault, word) in faults.into_iter().zip(words) {
        assert_eq!(fault.code(), word);
        assert_eq!(broken(3, fault).to_string(), format!("line 3: {fault}"));
    }
}

/// The first fault of a line, in the order of the checks: a line with two faults has the first.
#[test]
fn the_faults_of_a_line_are_found_in_order() {
    let (lines, _) = chain(2);
    let with = |changes: &[(&str, Value)]| {
        let mut entry: Value = serde_json::from_str(&lines[1]).unwrap();
        for (name, value) in changes {
            entry[name] = value.clone();
        }
        entry.to_string()
    };
    let zeros = "0".repeat(64);
    let rows = [
        (with(&[]), None),
        (with(&[("digest", json!(zeros))]), Some(ChainFault::Digest)),
        (with(&[("event", json!({}))]), Some(ChainFault::Digest)),
        (with(&[("prev", json!(zeros)), ("digest", json!(zeros))]), Some(ChainFault::Prev)),
        (with(&[("seq", json!(2)), ("prev", json!(zeros))]), Some(ChainFault::Seq)),
        (with(&[("chain", json!("x")), ("seq", json!(2))]), Some(ChainFault::Chain)),
        (with(&[("v", json!(2)), ("chain", json!("x"))]), Some(ChainFault::Version)),
        (with(&[("v", json!("2")), ("chain", json!("x"))]), Some(ChainFault::Text)),
        (with(&[("seq", json!(-1))]), Some(ChainFault::Text)),
        (with(&[("prev", json!("A".repeat(64)))]), Some(ChainFault::Text)),
        (with(&[("more", json!(1))]), Some(ChainFault::Text)),
    ];
    for (line, fault) in rows {
        let mut check = ChainCheck::new(NAME, None);
        check.line(&lines[0], default_backend()).unwrap();
        assert_eq!(check.line(&line, default_backend()).err().map(|broken| broken.fault), fault, "{line}");
        assert_eq!(check.count(), if fault.is_some() { 1 } else { 2 });
    }
}

#[test]
fn checkpoints_find_what_was_cut_or_rewritten() {
    let (lines, last) = chain(5);
    assert_eq!(check(&lines, Some(last)), Ok(5));
    assert_eq!(check(&lines[..4], Some(last)), Err(broken(4, ChainFault::Cut)));
    assert_eq!(check(&lines[..4], None), Ok(4), "without a checkpoint nobody can know");
    let other = Checkpoint::new(last.seq, [7; 32]);
    let early = Checkpoint::new(1, [7; 32]);
    assert_eq!(check(&lines, [last, other]), Err(broken(4, ChainFault::Forked)));
    assert_eq!(check(&lines, [other, early, last]), Err(broken(1, ChainFault::Forked)));
    assert_eq!(check(&lines[..2], [last, early]), Err(broken(1, ChainFault::Forked)));
}

proptest! {
    #[test]
    fn any_changed_character_is_found(line in 0_usize..6, at in any::<prop::sample::Index>(), to in any::<char>()) {
        let (mut lines, checkpoint) = chain(6);
        let mut text: Vec<char> = lines[line].chars().collect();
        let at = at.index(text.len());
        prop_assume!(text[at] != to);
        text[at] = to;
        lines[line] = text.into_iter().collect();
        let broken = check(&lines, Some(checkpoint)).unwrap_err();
        prop_assert!(broken.at <= line as u64 + 1, "{broken}");
    }

    #[test]
    fn any_cut_tail_and_any_swap_is_found(cut in 0_usize..6, one in 0_usize..6, other in 0_usize..6) {
        let (mut lines, checkpoint) = chain(6);
        prop_assert_eq!(check(&lines[..cut], Some(checkpoint)), Err(broken(cut as u64, ChainFault::Cut)));
        prop_assume!(one != other);
        lines.swap(one, other);
        prop_assert_eq!(check(&lines, Some(checkpoint)), Err(broken(one.min(other) as u64, ChainFault::Seq)));
    }
}
