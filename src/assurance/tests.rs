//! The tables in the documentation are the tables that the code follows.

use super::*;

fn line(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn rules(out: &mut String, rules: Rules) {
    *out += &format!("# `{rules}`\n\n");
    *out += &line(&["rule", "text", "source", "status", "needed for", "what it asks"]);
    *out += "|---|---|---|---|---|---|\n";
    for rule in rules.table() {
        let level = rule.level().map_or("-", AssuranceLevel::name);
        let id = format!("`{}`", rule.id());
        *out += &line(&[&id, rule.keyword(), rule.citation(), rule.status().name(), level, rule.says()]);
    }
    *out += "\n";
}

fn demand(demand: Demand) -> String {
    let mut words = vec![demand.level.name().to_owned()];
    words.extend(demand.fresh_secs.map(|seconds| format!("within {seconds} s")));
    let flags = [
        ("confirmed", demand.confirmation),
        ("two credentials", demand.second_credential),
        ("notice", demand.notify),
        ("held", demand.hold),
    ];
    words.extend(flags.into_iter().filter(|(_, asked)| *asked).map(|(word, _)| word.to_owned()));
    if demand.deny { "refused".to_owned() } else { words.join(", ") }
}

fn profiles(out: &mut String) {
    *out += "# Profiles\n\nAll numbers are ours, unless a source is named in `profile.rs`.\n\n";
    let all = Profile::all();
    let names = all.each_ref().map(|profile| format!("`{}`", profile.label()));
    let row = |name: &str, of: &dyn Fn(&Profile) -> String| {
        let [one, two, three] = all.each_ref().map(of);
        line(&[name, &one, &two, &three])
    };
    *out += &line(&["", &names[0], &names[1], &names[2]]);
    *out += "|---|---|---|---|\n";
    let json = |value: &dyn erased::Json| value.text();
    *out += &row("attestation", &|profile| json(&profile.attestation));
    *out += &row("models", &|profile| profile.models.map_or("any".to_owned(), |models| json(&models)));
    *out += &row("user verification", &|profile| json(&profile.user_verification));
    *out += &row("discoverable", &|profile| json(&profile.resident_key));
    *out += &row("hints", &|profile| json(&profile.hints));
    for act in Act::ALL {
        *out += &row(act.name(), &|profile| demand(profile.demand(act)));
    }
    *out += &row("rules", &|profile| json(&profile.rules));
}

mod erased {
    pub(super) trait Json {
        fn text(&self) -> String;
    }
    impl<T: serde::Serialize> Json for T {
        fn text(&self) -> String {
            format!("`{}`", serde_json::to_string(self).unwrap())
        }
    }
}

fn tables() -> String {
    let mut out = format!(
        "Every rule and every profile, version {}. A test compares this page with the data that the code follows.\n\n\
         *In force*: the verdict follows from the text. *Our reading*: the text is in force, but it does not speak of \
         passkeys in these words.\n\n",
        Rules::VERSION
    );
    for set in Rules::ALL {
        rules(&mut out, set);
    }
    profiles(&mut out);
    out
}

/// After a change of the data: `WRITE_TABLES=1 cargo test --lib assurance`.
#[test]
fn the_documentation_has_the_tables_of_the_data() {
    let expected = tables();
    if std::env::var_os("WRITE_TABLES").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/assurance/tables.md");
        std::fs::write(path, &expected).unwrap();
        return;
    }
    assert!(include_str!("tables.md") == expected, "the tables must be:\n{expected}");
}

#[test]
fn ids_are_unique_and_every_set_has_its_rules() {
    let ids: Vec<_> = Rules::ALL.into_iter().flat_map(Rules::table).map(Rule::id).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((unique.len(), Rules::ALL.map(|rules| rules.table().len())), (ids.len(), [22, 6, 3]));
    for rules in Rules::ALL {
        assert_eq!(Rules::from_name(rules.name()), Some(rules));
        assert_eq!(serde_json::to_value(rules).unwrap(), rules.name());
    }
}

#[test]
fn a_changed_profile_is_not_the_named_one() {
    for profile in Profile::all() {
        let name = profile.name().unwrap();
        let mut changed = profile.clone();
        changed.export = changed.export.with_notice().held();
        assert_eq!((changed.name(), changed.label()), (None, format!("changed from {name}@{}", Rules::VERSION)));
    }
}
